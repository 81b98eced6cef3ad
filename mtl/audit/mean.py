"""Means: can a printed mean over columns follow from the printed columns?"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mtl.audit.cells import LOST, DerivedColumn, column_label, derived_columns, listed, row_label
from mtl.audit.findings import CellFinding, Finding
from mtl.audit.intervals import allows, nearest_printable, scale, spell, total
from mtl.audit.verdicts import together
from mtl.published.table import PublishedTable


def check_mean(table: PublishedTable) -> list[Finding]:
    """One finding for each mean column and setting; each row is decided alone."""
    return [_finding(column) for column in derived_columns(table, "mean")]


def _finding(column: DerivedColumn) -> Finding:
    cells = tuple(_cell(column, row) for row in column.rows)
    verdict = together(cell.verdict for cell in cells)
    return Finding(
        paper=column.table.header.paper,
        table=column.table.header.table,
        check="mean",
        setting=column.setting,
        column=column.name,
        verdict=verdict,
        convention=None,
        conventions={},
        stated=None,
        cells=cells,
        words=_words(column, cells),
    )


def _cell(column: DerivedColumn, row: str) -> CellFinding:
    printed = column.printed(row)
    cell = CellFinding(row, column.setting, column.name, printed or "", "undecidable")
    known = column.intervals[row].values()
    if without := column.without(row):
        lacking = [column_label(column.table, metric) for metric in without]
        return replace(cell, words=f"{listed(lacking)} lost or not printed")
    feasible = scale(total(known), Fraction(1, len(known)))
    cell = replace(cell, feasible=feasible)
    if printed is None:
        return replace(cell, words=LOST)
    if allows(feasible, printed):
        return replace(cell, verdict="consistent")
    return replace(
        cell,
        verdict="inconsistent",
        nearest=nearest_printable(printed, feasible),
        words=f"the printed metrics allow only {spell(feasible, printed)}",
    )


def _words(column: DerivedColumn, cells: tuple[CellFinding, ...]) -> str:
    label = column_label(column.table, column.name)
    of = listed([column_label(column.table, metric) for metric in column.derived.of])
    wrong = [row_label(column.table, c.row) for c in cells if c.verdict == "inconsistent"]
    if wrong:
        return f"The printed {label} of {listed(wrong)} cannot be the mean of the printed {of}."
    open_ = [row_label(column.table, c.row) for c in cells if c.verdict == "undecidable"]
    if len(open_) == len(cells):
        return f"Whether the printed {label} is the mean of {of} cannot be decided."
    words = f"The printed {label} can be the mean of the printed {of}"
    return f"{words}; {listed(open_)} cannot be decided." if open_ else f"{words} in every row."
