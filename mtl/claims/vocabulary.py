"""The names that claims may use, and what is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mtl.errors import MtlError, unknown
from mtl.metrics.catalogue import METRICS
from mtl.published.header import Column
from mtl.published.table import PublishedTable
from mtl.render import markup

_UNIT = re.compile(r" *\([^()]*\)$")


@dataclass(frozen=True)
class Count:
    """A cost, which is exact and of which less is better.

    Attributes:
        record: the count of the records' profile that measures it: of the network that the full
            scale trains, as papers print it.
        label: plain text.
    """

    record: str
    label: str


COUNTS = {
    "parameters": Count("parameters_active", "parameters"),
    "parameters_total": Count("parameters_total", "parameters of all tasks"),
    "macs": Count("macs", "multiply-accumulates"),
    "macs_g": Count("macs", "multiply-accumulates"),
}
"""Costs by the names of printed columns.

`parameters` are those that one task uses: only so counted has ETR the 11.2 million that are printed
for it. All tasks' branches together are `parameters_total`, which no paper prints.
"""

COSTS = frozenset((*COUNTS, "flops"))
"""The columns that are costs: the counts, and what the network that is left of each seed takes."""


class UnknownName(MtlError):
    """A name that nothing declares."""

    def __init__(self, kind: str, name: str, valid: Iterable[str]) -> None:
        super().__init__(str(unknown(kind, name, valid)))
        self.kind, self.name, self.valid = kind, name, tuple(valid)


@dataclass(frozen=True)
class Quantity:
    """A metric or cost.

    Attributes:
        label: plain text.
        sign: +1 when higher is better, -1 when lower is.
        digits: decimals that are printed.
        derived: how it follows from other columns; None for what is measured or counted.
    """

    label: str
    sign: int
    digits: int
    derived: str | None


class Vocabulary:
    """Rows and settings of one paper's claims, and the columns of its printed tables.

    Args:
        rows, settings: name to the words that sentences use.
        tables: the paper's printed tables.

    Raises:
        MtlError: when two tables, or a table and the catalogue of metrics, disagree on which
            direction of a column is better.
    """

    def __init__(
        self,
        rows: Mapping[str, str],
        settings: Mapping[str, str],
        tables: Iterable[PublishedTable],
    ) -> None:
        self._rows, self._settings = dict(rows), dict(settings)
        self._quantities = {
            name: Quantity(markup.plain(metric.label), metric.direction, metric.digits, None)
            for name, metric in METRICS.items()
        } | {name: Quantity(count.label, -1, 1, None) for name, count in COUNTS.items()}
        for table in tables:
            for name, column in table.header.columns.items():
                known = self._quantities.setdefault(name, _of_column(column))
                if known.sign != column.sign:
                    raise MtlError(
                        f"{table.path}: column '{name}': '{column.direction}' is better here, but "
                        "not elsewhere"
                    )

    def row(self, name: str) -> str:
        """What sentences call a row."""
        return _get(self._rows, "row", name)

    def setting(self, name: str) -> str:
        """What sentences call a setting."""
        return _get(self._settings, "setting", name)

    def quantity(self, name: str) -> Quantity:
        """A metric or cost."""
        if name not in self._quantities:
            raise UnknownName("metric", name, self._quantities)
        return self._quantities[name]


def _of_column(column: Column) -> Quantity:
    return Quantity(
        label=_UNIT.sub("", markup.plain(column.label)),
        sign=column.sign,
        digits=column.digits if isinstance(column.digits, int) else 2,
        derived=column.derived.kind if column.derived else None,
    )


def _get(names: Mapping[str, str], kind: str, name: str) -> str:
    if name not in names:
        raise UnknownName(kind, name, names)
    return names[name]
