"""Numbers that a paper prints more than once: are they the same?

Copies agree if one unrounded number can be printed like each of them, in its mean and in its
standard deviation: with the same decimals they must be the same, with different ones their rounding
intervals must overlap.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

from mtl.audit.cells import LOST, column_label, counted, listed, row_label
from mtl.audit.findings import CellFinding, Finding
from mtl.audit.intervals import common, nearest_printable, same_number
from mtl.audit.verdicts import together
from mtl.published.header import Column
from mtl.published.numbers import Interval, Published, decimals
from mtl.published.table import PublishedTable


@dataclass(frozen=True)
class _Copy:
    """A cell of a table that may stand elsewhere as well; the number is None where it is lost."""

    table: PublishedTable
    row: str
    setting: str
    metric: str
    number: Published | None

    @property
    def identity(self) -> Hashable:
        """What the copies of a number have in common."""
        header = self.table.header
        column = header.columns[self.metric]
        name = _name(self.table, self.row, self.setting)
        return (name, self.setting, self.metric, column.unit, self._derivation(column))

    def _derivation(self, column: Column) -> Hashable:
        """What a derived number depends on besides its row: without the same, it is another."""
        if column.derived is None:
            return None
        table, kind = self.table, column.derived.kind
        baseline = table.header.baseline
        depends: dict[str, Hashable] = {
            "delta": baseline and _name(table, baseline, self.setting),
            "mean": None,
            "mean_rank": tuple(table.header.rows),
        }
        return kind, frozenset(column.derived.of), depends[kind]

    @property
    def text(self) -> str:
        if self.number is None:
            return ""
        return self.number.mean + (f" ± {self.number.std}" if self.number.std else "")


def _name(table: PublishedTable, row: str, setting: str) -> str:
    """A row's name across tables."""
    names = {(repeat.row, repeat.setting): repeat.name for repeat in table.header.repeats}
    return names.get((row, setting), row)


def check_repeated(tables: Sequence[PublishedTable]) -> list[Finding]:
    """One finding for each column and setting with numbers that several tables print.

    Args:
        tables: all of one paper.
    """
    by_identity: dict[Hashable, list[_Copy]] = {}
    for table in tables:
        for copy in _copies(table):
            by_identity.setdefault(copy.identity, []).append(copy)
    by_column: dict[tuple[str, str], list[list[_Copy]]] = {}
    for copies in by_identity.values():
        if len({copy.table.header.table for copy in copies}) > 1:
            by_column.setdefault((copies[0].setting, copies[0].metric), []).append(copies)
    return [_finding(groups) for groups in by_column.values()]


def _copies(table: PublishedTable) -> Iterator[_Copy]:
    for row, own, metric in [*table.numbers, *sorted(table.lost)]:
        for setting in [own] if own else table.settings:
            yield _Copy(table, row, setting, metric, table.find(row, setting, metric))


def _finding(groups: list[list[_Copy]]) -> Finding:
    cells = tuple(cell for copies in groups for cell in _cells(copies))
    last = max((copy for copies in groups for copy in copies), key=lambda c: c.table.header.table)
    return Finding(
        paper=last.table.header.paper,
        table=last.table.header.table,
        check="repeated",
        setting=last.setting,
        column=last.metric,
        verdict=together(cell.verdict for cell in cells),
        convention=None,
        conventions={},
        stated=None,
        cells=cells,
        words=_words(last, groups, cells),
    )


def _words(last: _Copy, groups: list[list[_Copy]], cells: tuple[CellFinding, ...]) -> str:
    tables = listed(sorted({copy.table.header.table for copies in groups for copy in copies}))
    label = column_label(last.table, last.metric)
    wrong = {(cell.table, cell.row) for cell in cells if cell.verdict == "inconsistent"}
    bad = [
        copies
        for copies in groups
        if any((copy.table.header.table, copy.row) in wrong for copy in copies)
    ]
    if bad:
        said = [
            f"{row_label(copies[-1].table, copies[-1].row)} "
            f"({listed([f'{c.text} in {c.table.header.table}' for c in copies if c.number])})"
            for copies in bad
        ]
        return f"The {label} of the same row is printed differently: {listed(said)}."
    if all(cell.verdict == "undecidable" for cell in cells):
        return f"The {label} that {tables} repeat cannot be compared: all but one copy is lost."
    rows = counted(len(groups), "row")
    return f"The {label} of {rows} is the same in all of {tables} that print it."


def _cells(copies: list[_Copy]) -> Iterator[CellFinding]:
    for copy in copies:
        cell = CellFinding(
            copy.row,
            copy.setting,
            copy.metric,
            copy.text,
            "undecidable",
            table=copy.table.header.table,
        )
        others = [(c, c.number) for c in copies if c is not copy and c.number is not None]
        if copy.number is None or not others:
            yield replace(cell, words=LOST if copy.number is None else "its copies are lost")
            continue
        numbers = [number for _, number in others]
        feasible = common(number.interval for number in numbers)
        against = [
            part for other, number in others if (part := _difference(copy.number, number, other))
        ]
        same_mean = all(same_number(copy.number.mean, number.mean) for number in numbers)
        yield replace(
            cell,
            verdict="inconsistent" if against else "consistent",
            feasible=feasible,
            nearest=None if same_mean else _nearest(copy.number, numbers, feasible),
            words="; ".join(against),
        )


def _nearest(own: Published, others: list[Published], feasible: Interval | None) -> str | None:
    """The number that would agree with all others: one of theirs, if its decimals are the same."""
    agreed = all(same_number(a.mean, b.mean) for a, b in itertools.combinations(others, 2))
    if feasible is None or not agreed:
        return None
    alike = [other.mean for other in others if decimals(other.mean) == decimals(own.mean)]
    return alike[0] if alike else nearest_printable(own.mean, feasible)


def _difference(own: Published, number: Published, other: _Copy) -> str:
    """What tells two copies apart; "" when nothing does."""
    where = other.table.header.table
    if not same_number(own.mean, number.mean):
        return f"{where} prints {other.text}"
    if own.std and number.std and not same_number(own.std, number.std):
        return f"{where} prints the standard deviation {number.std}"
    return ""
