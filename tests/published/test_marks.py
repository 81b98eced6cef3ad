from __future__ import annotations

from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.published.marks import MarkedRow, load_marks
from tests.published.files import MARKS, changed, write


def test_what_is_known_and_what_is_not(tmp_path: Path) -> None:
    marks = load_marks(write(tmp_path, "marks_table_9.csv", MARKS))
    assert marks.things == ("avg", "conv")
    assert marks.rows == {
        "nlp_avg": MarkedRow(1, {"avg": True, "conv": False}, ("page",)),
        "r_2": MarkedRow(1, {"avg": None, "conv": None}, ("page", "order")),
        "r_3": MarkedRow(None, {"avg": None, "conv": None}, ()),
    }
    assert marks.header.statements == {"page": "on the page", "order": "by F"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("nlp_avg,1,yes,no,page", "nlp_avg,1,yes,x,page", r":7: 'conv': unknown mark 'x'"),
        ("nlp_avg,1,yes,no,page", "nlp_avg,1,true,no,page", r":7: 'avg': unknown mark 'true'"),
        ("nlp_avg,1,yes,no,page", "nlp_avg,1,,no,page", r":7: 'avg': unknown mark ''"),
        ("nlp_avg,1", "nlp_avg,2", r":7: 'types': the marks allow 1 to 1, found 2"),
        ("r_2,1", "r_2,3", r":8: 'types': the marks allow 0 to 2, found 3"),
        ("r_2,1", "r_2,one", r":8: 'types' must be a count or \?, found 'one'"),
        ("r_2,1,?,?,page order", "r_2,1,?,?,", r":8: something is known, but no proof"),
        ("nlp_avg,1,yes,no,page", "nlp_avg,?,yes,?,", r":7: something is known, but no proof"),
        ("page order", "page ordre", r":8: unknown statement 'ordre'.*mean 'order'"),
        ("r_3,", "r_2,", r":9: row 'r_2' is given twice"),
        ("# statements: {page: on the page, order: by F}\n", "", r":1: statements: .* required"),
        ("{page: on the page, order: by F}", "{}", r":5: statements: expected at least 1 item"),
        (
            "row,types,avg",
            "row,avg,types",
            r":\d+: expected the columns row,types,\.\.\.,proof",
        ),
        (
            "conv,proof",
            "proof,conv",
            r":\d+: expected the columns row,types,\.\.\.,proof",
        ),
    ],
)
def test_errors_name_the_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(MtlError, match=r"marks_table_9\.csv.*" + message):
        load_marks(write(tmp_path, "marks_table_9.csv", changed(MARKS, old, new)))


def test_a_file_without_rows(tmp_path: Path) -> None:
    text = MARKS[: MARKS.index("nlp_avg")]
    with pytest.raises(MtlError, match=r"marks_table_9\.csv:\d+: expected rows, found none"):
        load_marks(write(tmp_path, "marks_table_9.csv", text))
