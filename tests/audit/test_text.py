from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from mtl.audit.findings import Finding
from mtl.audit.text import check_text
from mtl.published.numbers import Published
from mtl.published.text import Address, PublishedText, TextHeader, TextNumber
from tests.audit.tables import make_table

COLUMNS = {"p": {"unit": "million"}, "f": {}, "g": {}}
ROWS = {
    "hard": {"p": "25.1", "f": "63.6", "g": "14.70"},
    "ours": {"p": "22.1", "f": "62.3", "g": "66.1"},
    "zero": {"p": "0.0", "f": "0.0", "g": ""},
}
TABLE = make_table(COLUMNS, ROWS, setting="s")


def audited(value: str, unit: str, relation: str, *cells: str) -> Finding:
    number = TextNumber(
        id="it",
        value=Published(value, None),
        unit=unit,
        relation=relation,  # type: ignore[arg-type]
        cells=tuple(Address("table_1", row, "s", column) for row, column in map(str.split, cells)),
        section="4.2",
        quote="words",
    )
    header = TextHeader(paper="paper", title="Text", source="a test")
    text = PublishedText(Path("text.csv"), header, (number,))
    [finding] = check_text(text, {"table_1": TABLE})
    return finding


@pytest.mark.parametrize(
    ("value", "unit", "relation", "cells", "conventions", "nearest"),
    [
        # (25.15 - 22.05) / 25.15 = 12.326 %, (25.05 - 22.15) / 25.05 = 11.577 %
        ("12.3", "percent", "decrease", ("hard p", "ours p"), {"percent": "consistent"}, None),
        ("11.6", "percent", "decrease", ("hard p", "ours p"), {"percent": "consistent"}, None),
        ("13.5", "percent", "decrease", ("hard p", "ours p"), {"percent": "inconsistent"}, "12.3"),
        ("3.0", "million", "decrease", ("hard p", "ours p"), {"points": "consistent"}, None),
        ("3.2", "million", "decrease", ("hard p", "ours p"), {"points": "inconsistent"}, "3.1"),
        (
            "1.3", "percent", "decrease", ("hard f", "ours f"),
            {"percent": "inconsistent", "points": "consistent"}, None,
        ),
        (
            "2.0", "percent", "increase", ("ours f", "hard f"),
            {"percent": "consistent", "points": "inconsistent"}, None,
        ),
        (
            "1.6", "percent", "decrease", ("hard f", "ours f"),
            {"percent": "inconsistent", "points": "inconsistent"}, "1.4",
        ),
        ("+3.0", "million", "difference", ("hard p", "ours p"), {}, None),
        ("+3.2", "million", "difference", ("hard p", "ours p"), {}, "+3.1"),
        ("25.1", "million", "equals", ("hard p",), {}, None),
        ("25", "million", "equals", ("hard p",), {}, None),
        ("25.2", "million", "equals", ("hard p",), {}, "25.1"),
    ],
)  # fmt: skip
def test_numbers_against_cells(
    value: str,
    unit: str,
    relation: str,
    cells: tuple[str, ...],
    conventions: dict[str, str],
    nearest: str | None,
) -> None:
    finding = audited(value, unit, relation, *cells)
    assert finding.conventions == conventions
    assert finding.cells[0].nearest == nearest
    assert finding.verdict == ("inconsistent" if nearest else "consistent")
    assert (finding.cells[0].row, finding.cells[0].metric) == ("it", unit)
    assert finding.table == "text"


def test_the_interval_of_a_percentage_is_exact() -> None:
    [cell] = audited("12.0", "percent", "decrease", "hard p", "ours p").cells
    assert cell.feasible == (
        100 * (1 - Fraction("22.15") / Fraction("25.05")),
        100 * (1 - Fraction("22.05") / Fraction("25.15")),
    )


def test_a_wrong_number_may_be_that_of_another_cell() -> None:
    swapped = audited("14.70", "percent", "equals", "hard f")
    assert "It is printed as the g of the same row." in swapped.words
    other_row = audited("22.1", "million", "equals", "hard p")
    assert "It is printed as the p of ours." in other_row.words
    nowhere = audited("1.5", "million", "equals", "hard p")
    assert "It is printed as" not in nowhere.words


@pytest.mark.parametrize(
    ("relation", "cells", "words"),
    [
        ("alone", (), "it follows from no number that we have"),
        ("equals", ("zero g",), "a number that it refers to is lost"),
        ("difference", ("hard g", "zero g"), "a number that it refers to is lost"),
    ],
)
def test_what_cannot_be_checked(relation: str, cells: tuple[str, ...], words: str) -> None:
    finding = audited("3", "percent", relation, *cells)
    assert finding.verdict == "undecidable"
    assert words in finding.words


def test_a_change_from_zero_has_no_percentage() -> None:
    finding = audited("3", "percent", "increase", "zero p", "hard p")
    assert finding.conventions == {"percent": "undecidable"}
    assert "above 0" in finding.words
    both = audited("63.6", "percent", "increase", "zero f", "hard f")
    assert both.conventions == {"percent": "undecidable", "points": "consistent"}
