"""The numbers of the running text, each against the words that it is quoted with."""

from __future__ import annotations

import re

import pytest

from mtl.published.table import load_tables
from mtl.published.text import TextNumber, load_text
from tests.published.files import PAPERS, PUBLISHED

TABLES = load_tables(PUBLISHED)
NUMBERS = {
    (paper, number.id): number
    for paper in PAPERS
    for number in load_text(PUBLISHED / paper / "text.csv", TABLES).numbers
}
WORDS = {"5": "five"}


@pytest.mark.parametrize("number", NUMBERS.values(), ids=lambda number: number.id)
def test_the_quote_holds_the_number(number: TextNumber) -> None:
    printed = re.findall(r"(?<![\d.])[+-]?\d+(?:\.\d+)?", number.quote)
    words = WORDS.get(number.value.mean)
    assert number.value.mean in printed or (words is not None and words in number.quote)
    assert number.section


def test_the_units_of_cells_are_those_of_the_text() -> None:
    """But where the sentence swaps two columns, which is its own error."""
    swapped = {("interrogate", "pascal_stl_semseg"), ("interrogate", "pascal_stl_normals")}
    for (paper, name), number in NUMBERS.items():
        if number.relation == "equals" and (paper, name) not in swapped:
            (cell,) = number.cells
            assert TABLES[paper, cell.table].header.columns[cell.metric].unit == number.unit, name


def test_the_swapped_numbers_are_those_of_each_other() -> None:
    def cell(paper: str, name: str) -> str:
        (address,) = NUMBERS[paper, name].cells
        found = TABLES[paper, address.table].find(*address[1:])
        assert found is not None
        return found.mean

    first, second = "pascal_stl_semseg", "pascal_stl_normals"
    assert NUMBERS["interrogate", first].value.mean == cell("interrogate", second)
    assert NUMBERS["interrogate", second].value.mean == cell("interrogate", first)
