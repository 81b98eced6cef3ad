"""The printed tables: complete, and in accord with what they say of themselves.

The sums below are rough on purpose and independent of `mtl.audit`: they are here to find an error
of typing, which seldom leaves them standing.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest

from mtl.published.header import Column
from mtl.published.numbers import Interval
from mtl.published.table import Key, PublishedTable, load_tables
from tests.published.files import PUBLISHED
from tests.published.pages import PAGES

TABLES = load_tables(PUBLISHED)
Place = tuple[str, str]

every_table = pytest.mark.parametrize("place", TABLES, ids="_".join)

# Errors of the papers, not of typing: no rounding of the printed metrics gives these.
IMPOSSIBLE_DELTAS = {
    ("interrogate", "table_5", "dwa", "pascal", "delta_mtl"),
    ("interrogate", "table_5", "mtan", "pascal", "delta_mtl"),
}
UNEQUAL_REPEATS = {
    # #P of attentive hard sharing on Cityscapes, and the baseline's F-score on CelebA.
    (("table_3b", "28.2"), ("table_6", "25.1")),
    (("table_1", "63.0"), ("table_s1", "62.86")),
    (("table_4", "63.0"), ("table_s1", "62.86")),
}


@every_table
def test_every_cell_of_the_page_is_there(place: Place) -> None:
    table = TABLES[place]
    page = {
        (row, setting, metric)
        for columns, rows in PAGES[place]
        for row in rows or table.header.rows
        for setting, metric in columns
    }
    assert set(table.numbers) | table.lost == page


@every_table
def test_cells_stand_in_the_order_of_the_page(place: Place) -> None:
    table = TABLES[place]
    page = [
        (row, setting, metric)
        for columns, rows in PAGES[place]
        for row in rows or table.header.rows
        for setting, metric in columns
    ]
    assert list(table.numbers) == [key for key in page if key in table.numbers]


@every_table
def test_spreads_are_printed_by_column(place: Place) -> None:
    table = TABLES[place]
    for name, column in table.header.columns.items():
        stds = {n.std is not None for (_, _, metric), n in table.numbers.items() if metric == name}
        measured = column.derived is None and column.task is not None
        assert stds == {measured and place[0] == "etr_nlp"}, name


@every_table
def test_header(place: Place) -> None:
    paper, name = place
    header = TABLES[place].header
    number = name.removeprefix("table_").removesuffix("a").removesuffix("b")
    assert f"Table {number.upper()}" in header.source
    assert header.n == {"etr_nlp": 5, "interrogate": 3}[paper]
    stated = {"etr_nlp": "tasks_inverted", "interrogate": "primary"}[paper]
    for column in header.columns.values():
        if column.derived is not None and column.derived.kind == "delta":
            assert column.derived.stated == stated
    measured = {n for n, c in header.columns.items() if c.task is not None}
    for column in header.columns.values():
        assert column.derived is None or set(column.derived.of) == measured


@every_table
def test_names_with_a_fixed_meaning_have_the_same_column_in_all_tables(place: Place) -> None:
    for other in TABLES.values():
        if other.header.paper != place[0]:
            continue
        for name, column in TABLES[place].header.columns.items():
            if name in other.header.columns:
                twin = other.header.columns[name]
                assert (column.direction, column.task) == (twin.direction, twin.task), name


def change(own: Interval, base: Interval, column: Column) -> Interval:
    """Relative change for the better, of positive numbers."""
    ends = (own.low / base.high - 1, own.high / base.low - 1)
    return Interval(*sorted(column.sign * end for end in ends))


def derived_cells(kind: str) -> Iterator[tuple[Place, PublishedTable, Key]]:
    for place, table in TABLES.items():
        for key in table.numbers:
            derived = table.header.columns[key[2]].derived
            if derived is not None and derived.kind == kind:
                yield place, table, key


def mean(intervals: list[Interval]) -> Interval:
    lows, highs = zip(*intervals, strict=True)
    return Interval(sum(lows, Fraction(0)) / len(lows), sum(highs, Fraction(0)) / len(highs))


def overlap(first: Interval, second: Interval) -> bool:
    return first.low <= second.high and second.low <= first.high


def test_deltas_are_flat_means_of_relative_changes_within_rounding() -> None:
    wrong, count = set(), 0
    for place, table, (row, setting, name) in derived_cells("delta"):
        printed = table.numbers[row, setting, name]
        if row == table.header.baseline:
            assert printed.value == 0
            continue
        columns = table.header.columns
        feasible = mean(
            [
                change(
                    table.numbers[row, setting, metric].interval,
                    table.numbers[str(table.header.baseline), setting, metric].interval,
                    columns[metric],
                )
                for metric in columns[name].derived.of  # type: ignore[union-attr]
            ]
        )
        low, high = (100 * end for end in feasible)
        count += 1
        if not overlap(Interval(low, high), printed.interval):
            wrong.add((*place, row, setting, name))
    assert count >= 71
    assert wrong == IMPOSSIBLE_DELTAS


def test_overall_is_the_mean_within_rounding() -> None:
    cells = list(derived_cells("mean"))
    for _, table, (row, setting, name) in cells:
        sources = table.header.columns[name].derived.of  # type: ignore[union-attr]
        feasible = mean([table.numbers[row, setting, metric].interval for metric in sources])
        assert overlap(feasible, table.numbers[row, setting, name].interval), (row, setting)
    assert len(cells) >= 9


def test_mean_ranks_lie_between_the_best_and_the_worst_that_ties_allow() -> None:
    cells = list(derived_cells("mean_rank"))
    for _, table, (row, setting, name) in cells:
        best = worst = Fraction(0)
        sources = table.header.columns[name].derived.of  # type: ignore[union-attr]
        for metric in sources:
            sign = table.header.columns[metric].sign
            own = sign * table.numbers[row, setting, metric].value
            others = [
                sign * table.numbers[other, setting, metric].value
                for other in table.header.rows
                if other != row
            ]
            best += Fraction(1 + sum(other > own for other in others), len(sources))
            worst += Fraction(1 + sum(other >= own for other in others), len(sources))
        assert overlap(Interval(best, worst), table.numbers[row, setting, name].interval), row
    assert len(cells) >= 25


def test_a_cell_that_two_tables_print_is_the_same_in_both() -> None:
    seen: dict[tuple[str, ...], list[tuple[str, PublishedTable, Key]]] = {}
    for (paper, name), table in TABLES.items():
        again = {(r.row, r.setting): r.name for r in table.header.repeats}
        for row, setting, metric in table.numbers:
            if table.header.columns[metric].derived is not None:
                continue  # it follows from other columns in the other table
            for where in [setting] if setting else table.settings:
                cell = (paper, again.get((row, where), row), where, metric)
                seen.setdefault(cell, []).append((name, table, (row, setting, metric)))
    unequal, repeated = set(), 0
    for cells in seen.values():
        for i, (name, table, key) in enumerate(cells):
            for twin, other, place in cells[i + 1 :]:
                first, second = table.numbers[key], other.numbers[place]
                repeated += 1
                # The same number, here and there with fewer decimals.
                if not overlap(first.interval, second.interval):
                    unequal.add(((name, first.mean), (twin, second.mean)))
    assert repeated > 40
    assert unequal == UNEQUAL_REPEATS


def test_rows_of_table_s1_are_printed_in_rising_order() -> None:
    table = TABLES["etr_nlp", "table_s1"]
    values = [n.value for (row, _, m), n in table.numbers.items() if m == "f_score"]
    *rows, baseline = values
    assert rows == sorted(set(rows))
    assert len(rows) == 31
    assert rows[13] < baseline < rows[14]
