from __future__ import annotations

from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.published.csv_file import read_csv
from mtl.published.text import TextHeader
from tests.published.files import write

HEADER = "# paper: p\n# title: t\n# source: s\n"


def test_lines_keep_their_numbers_and_lose_outer_blanks(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", HEADER + 'x,y\n 1 ,2\n"3,4",5\n6,\n')
    file = read_csv(path, ("x", "y"))
    assert file.lines == (
        (5, {"x": "1", "y": "2"}),
        (6, {"x": "3,4", "y": "5"}),
        (7, {"x": "6", "y": ""}),
    )
    assert file.header(TextHeader).title == "t"
    assert file.where(5, "x") == f"{path}:5: 'x'"
    assert file.where(5) == f"{path}:5"


def test_without_declared_columns_any_are_read(tmp_path: Path) -> None:
    file = read_csv(write(tmp_path, "a.csv", "# a: 1\np,q\n1,2\n"), None)
    assert file.lines == ((3, {"p": "1", "q": "2"}),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,2\n", r"a\.csv:1: expected a header of '# key: value' lines, found none"),
        ("", r"a\.csv:1: expected a header"),
        ("# - 1\nx,y\n", r"a\.csv:1: expected a mapping"),
        ("# a: [1\nx,y\n", r"a\.csv:1: not valid YAML"),
        ("# a: 1\n# b: 2\n# a: 3\nx,y\n", r"a\.csv:3: a: duplicate key 'a', first given in line 1"),
        ("# a: 1\n", r"a\.csv:2: expected the columns x,y, found nothing"),
        ("# a: 1\ny,x\n", r"a\.csv:2: expected the columns x,y, found y,x"),
        ("# a: 1\nx,y\n1,2\n1\n", r"a\.csv:4: expected 2 fields, found 1: \['1'\]"),
        ("# a: 1\nx,y\n1,2,3\n", r"a\.csv:3: expected 2 fields, found 3"),
        ("# a: 1\nx,y\n1,2\n\n3,4\n", r"a\.csv:4: expected 2 fields, found 0"),
        ('# a: 1\nx,y\n1,"2\n', r"a\.csv:3: not valid CSV"),
        ('# a: 1\nx,y\n1,"2\n3"\n', r"a\.csv:4: a quoted field runs over a line's end"),
    ],
)
def test_errors_name_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(MtlError, match=message):
        read_csv(write(tmp_path, "a.csv", text), ("x", "y"))


def test_a_column_named_twice(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match=r"a\.csv:2: a column is named twice: x,x"):
        read_csv(write(tmp_path, "a.csv", "# a: 1\nx,x\n"), None)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match=r"absent\.csv: the published numbers do not exist"):
        read_csv(tmp_path / "absent.csv", None)
    (tmp_path / "latin.csv").write_bytes(b"# paper: \xe9\n")
    with pytest.raises(MtlError, match=r"latin\.csv: the published numbers are not UTF-8"):
        read_csv(tmp_path / "latin.csv", None)
    with pytest.raises(MtlError, match="not UTF-8 text"):
        read_csv(tmp_path, None)


def test_a_header_that_lacks_a_key_or_has_a_strange_one(tmp_path: Path) -> None:
    text = HEADER.replace("# source: s\n", "# sourse: s\n") + "x,y\n"
    with pytest.raises(MtlError) as caught:
        read_csv(write(tmp_path, "a.csv", text), ("x", "y")).header(TextHeader)
    assert "source: this key is required, but missing" in str(caught.value)
    assert "a.csv:3: sourse: unknown key 'sourse'" in str(caught.value)
    assert "Did you mean 'source'?" in str(caught.value)
