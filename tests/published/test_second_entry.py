"""Every printed table against a second copy of the page, made independently of the first.

The copies are `second_entry/<paper>_<table>.txt`: a line for each row of the page, in its order;
fields separated by `|`; first the row's label, which is not compared, then the cells from left to
right as `mean` or `mean±std`, `-` for an empty cell.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mtl.published.table import PublishedTable, load_table
from tests.published.files import PUBLISHED, TABLE, changed, write
from tests.published.pages import PAGES, Block

COPIES = Path(__file__).parent / "second_entry"
EMPTY = "-"
# The text that the copies were made from reads one 0, the baseline's Δ_MTL in InterroGate's
# Table 5, as a Greek letter.
SPELLING = str.maketrans({"−": "-", "Ω": "0"})


def stored(table: PublishedTable, blocks: tuple[Block, ...]) -> list[tuple[str, str, str, str]]:
    """(row, setting, metric, cell as it is written in a copy), in the order of the page."""
    cells = []
    for columns, rows in blocks:
        for row in rows or table.header.rows:
            for setting, metric in columns:
                number = table.numbers.get((row, setting, metric))
                std = f"±{number.std}" if number and number.std else ""
                cells.append((row, setting, metric, number.mean + std if number else EMPTY))
    return cells


def copied(text: str) -> list[list[str]]:
    """The cells of each line, without the label and without signs of percent."""
    return [
        [cell.strip().removesuffix("%") or EMPTY for cell in line.split("|")[1:]]
        for line in text.translate(SPELLING).splitlines()
        if line.strip()
    ]


def differences(table: PublishedTable, blocks: tuple[Block, ...], text: str) -> list[str]:
    """Where table and copy differ, shape first."""
    lines = copied(text)
    shape = [len(columns) for columns, rows in blocks for _ in rows or table.header.rows]
    if shape != [len(line) for line in lines]:
        return [f"expected lines of {shape} cells, found {[len(line) for line in lines]}"]
    second = [cell for line in lines for cell in line]
    return [
        f"{row}/{setting}/{metric}: {first} in {table.path.name}, {other} in the second copy"
        for (row, setting, metric, first), other in zip(stored(table, blocks), second, strict=True)
        if first != other
    ]


@pytest.mark.parametrize("place", PAGES, ids="_".join)
def test_both_copies_are_the_same(place: tuple[str, str]) -> None:
    table = load_table(PUBLISHED / place[0] / f"{place[1]}.csv")
    text = (COPIES / f"{'_'.join(place)}.txt").read_text(encoding="utf-8")
    assert differences(table, PAGES[place], text) == []


def test_there_is_a_copy_of_every_table_and_no_other() -> None:
    tables = {f"{path.parent.name}_{path.stem}" for path in PUBLISHED.glob("*/table_*.csv")}
    assert tables == {path.stem for path in COPIES.iterdir()}
    assert tables == {"_".join(place) for place in PAGES}


BLOCKS = (
    Block((("", "parameters"), ("celeba8", "precision"), ("celeba8", "recall")), ("etr",)),
    Block((("celeba8", "precision"), ("celeba8", "recall"), ("celeba8", "delta_p"))),
)
COPY = "ETR|8|72.0±0.4|-\nHard|67.7±0.8|59.8±0.3|0.0%\n\nETR | 72.0±0.4 | - | +6.4\n"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("8|72.0", "8 | 72.0", []),
        ("0.0%", "Ω.0", []),
        ("+6.4", "+6.5", ["etr/celeba8/delta_p: +6.4 in table_9.csv, +6.5 in the second copy"]),
        ("+6.4", "6.4", ["etr/celeba8/delta_p: +6.4 in table_9.csv, 6.4 in the second copy"]),
        ("59.8±0.3", "59.8", ["hard_sharing/celeba8/recall: 59.8±0.3 in table_9.csv, 59.8 in"]),
        ("8|72.0", "8.0|72.0", ["etr//parameters: 8 in table_9.csv, 8.0 in the second copy"]),
        ("±0.4|-\n", "±0.4|63.6\n", ["etr/celeba8/recall: - in table_9.csv, 63.6 in the second"]),
        ("|0.0%", "", ["expected lines of [3, 3, 3] cells, found [3, 2, 3]"]),
        ("ETR|8|72.0±0.4|-\n", "", ["expected lines of [3, 3, 3] cells, found [3, 3]"]),
    ],
)
def test_a_difference_is_found(tmp_path: Path, old: str, new: str, found: list[str]) -> None:
    table = load_table(write(tmp_path, "table_9.csv", TABLE))
    lines = differences(table, BLOCKS, changed(COPY, old, new))
    assert len(lines) == len(found)
    assert all(line.startswith(start) for line, start in zip(lines, found, strict=True))


def test_rows_in_another_order_are_found(tmp_path: Path) -> None:
    table = load_table(write(tmp_path, "table_9.csv", TABLE))
    first, hard, empty, etr, _ = COPY.split("\n")
    assert len(differences(table, BLOCKS, "\n".join((first, etr, empty, hard)))) == 6
