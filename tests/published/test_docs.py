from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from mtl.published.header import Checks, Column, Convention, Header
from mtl.published.lost import KINDS
from mtl.published.numbers import Published
from mtl.published.table import load_table
from mtl.published.text import Relation
from tests.published.files import PUBLISHED, ROOT, write

PAGE = (ROOT / "docs/published.md").read_text(encoding="utf-8")


def first_cells(section: str) -> str:
    """The first column of the tables in a section."""
    (text,) = re.findall(rf"^## {section}$(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    return "\n".join(re.findall(r"^\| (.*?) \|", text, re.M))


def test_the_example_is_valid_and_its_delta_right(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```csv\n(.*?)^```$", PAGE, re.M | re.S)
    table = load_table(write(tmp_path, "table_2.csv", example))
    assert table.lost == {("ours", "large", "accuracy")}
    assert table.find("ours", "large", "parameters") == Published("8.5", None)
    better = 91.8 / 90.0 - 1, 1 - 3.88 / 4.00
    delta = table.numbers["ours", "small", "delta"]
    assert delta.mean == f"{100 * sum(better) / 2:+.1f}"


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("A table", (*Header.model_fields, *Column.model_fields)),
        ("A number in the text", get_args(Relation)),
        ("Filling in what is lost", KINDS),
    ],
)
def test_every_name_is_explained(section: str, names: tuple[str, ...]) -> None:
    explained = re.findall(r"`(\w+)`", first_cells(section))
    assert sorted(explained) == sorted(names)


def test_checks_and_conventions_are_named() -> None:
    assert all(f"`{name}`" in PAGE for name in Checks.model_fields)
    numbers = (ROOT / "docs/numbers.md").read_text(encoding="utf-8")
    for name in get_args(Convention):
        assert f"| `{name.removesuffix('_inverted')}` |" in numbers


def test_the_command_renews_the_checksums(tmp_path: Path) -> None:
    (command,) = re.findall(r"^cd data/published\n(.*?)^```$", PAGE, re.M | re.S)
    for path in (PUBLISHED / "SHA256SUMS", *PUBLISHED.rglob("*.csv")):
        write(tmp_path, path.relative_to(PUBLISHED).as_posix(), path.read_text(encoding="utf-8"))
    write(tmp_path, "SHA256SUMS", "old\n")
    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    renewed = (tmp_path / "SHA256SUMS").read_text(encoding="utf-8")
    assert renewed == (PUBLISHED / "SHA256SUMS").read_text(encoding="utf-8")
