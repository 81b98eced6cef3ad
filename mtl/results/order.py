"""The order in which the rows of a table stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtl.config.models import Order
    from mtl.results.aggregate import Row


def ordered(rows: Iterable[Row], order: Order | None, baseline: str) -> tuple[Row, ...]:
    """Rows of the paper, then the others, each in rising order of their means in a column.

    Rows without a mean stand behind those with one, the baseline behind both. Equal rows keep
    their places, as all rows do without an order.
    """

    def place(row: Row) -> tuple[bool, bool, bool, float]:
        if order is None:
            return not row.in_paper, False, False, 0.0
        cell = row.cells[order.setting, order.metric]
        return not row.in_paper, row.id == baseline, not cell.n, cell.mean if cell.n else 0.0

    return tuple(sorted(rows, key=place))
