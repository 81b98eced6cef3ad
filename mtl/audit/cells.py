"""Which cells of a printed table belong to a column, and how sentences name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mtl.published.header import Column, Derived
from mtl.published.numbers import Interval
from mtl.published.table import PublishedTable

LOST = "the printed number is lost"


@dataclass(frozen=True)
class DerivedColumn:
    """A derived column in one setting.

    Attributes:
        name: of the column.
        column: its declaration.
        derived: how it follows from others.
        rows: rows that print it, or printed it where it is lost, in order.
    """

    table: PublishedTable
    setting: str
    name: str
    column: Column
    derived: Derived
    rows: tuple[str, ...]

    @property
    def sources(self) -> dict[str, Column]:
        """The columns that it follows from."""
        return {name: self.table.header.columns[name] for name in self.derived.of}

    def printed(self, row: str) -> str | None:
        """The printed number; None where it is lost."""
        found = self.table.find(row, self.setting, self.name)
        return found.mean if found else None

    @cached_property
    def intervals(self) -> dict[str, dict[str, Interval]]:
        """Row to metric to rounding interval; metrics that are lost or not printed are absent."""
        baseline = self.table.header.baseline
        rows = {*self.rows, *([baseline] if baseline else [])}
        return {
            row: {
                metric: found.interval
                for metric in self.derived.of
                if (found := self.table.find(row, self.setting, metric))
            }
            for row in rows
        }

    def without(self, row: str) -> list[str]:
        """The metrics that the row lacks."""
        return [name for name in self.derived.of if not self.table.find(row, self.setting, name)]


def derived_columns(table: PublishedTable, kind: str) -> Iterator[DerivedColumn]:
    """Every derived column of a kind in every setting that prints it."""
    for name, column in table.header.columns.items():
        if column.derived is None or column.derived.kind != kind:
            continue
        for setting in table.settings:
            if rows := printing_rows(table, setting, [name]):
                yield DerivedColumn(table, setting, name, column, column.derived, rows)


def printing_rows(table: PublishedTable, setting: str, metrics: Iterable[str]) -> tuple[str, ...]:
    """Rows with any of the metrics in a setting, lost cells included, in the table's order."""
    metrics = list(metrics)
    return tuple(
        row
        for row in table.header.rows
        if any(
            table.find(row, setting, metric) or table.is_lost(row, setting, metric)
            for metric in metrics
        )
    )


def row_label(table: PublishedTable, row: str) -> str:
    """How a sentence names a row: its printed label, with the identifier where that is shared."""
    labels = list(table.header.rows.values())
    label = table.header.rows[row]
    return label if labels.count(label) == 1 else f"{label} ({row})"


def column_label(table: PublishedTable, metric: str) -> str:
    """How a sentence names a column."""
    labels = [column.label for column in table.header.columns.values()]
    label = table.header.columns[metric].label
    return label if labels.count(label) == 1 else f"{label} ({metric})"


def listed(names: Sequence[str], word: str = "and") -> str:
    """`a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
