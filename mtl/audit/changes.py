"""Relative changes of printed metrics against a baseline that the rows of a column share.

With a baseline metric B in its rounding interval, 1 / B = centre + radius z with z in [-1, 1], so
that the relative change M / B - 1 of a metric M is linear in z.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from mtl.audit.cells import DerivedColumn, column_label, listed
from mtl.published.numbers import Interval


class Linear(NamedTuple):
    """constant + slope z."""

    constant: Fraction
    slope: Fraction


class Changes:
    """The relative changes behind a delta column in one setting."""

    def __init__(self, column: DerivedColumn) -> None:
        self.column = column
        self.baseline = str(column.table.header.baseline)
        self._known: dict[tuple[str, str], tuple[Linear, Linear]] = {}

    @cached_property
    def _against(self) -> dict[str, Interval]:
        return self.column.intervals[self.baseline]

    @cached_property
    def _reciprocals(self) -> dict[str, tuple[Fraction, Fraction]]:
        """Metric to centre and radius of the baseline's reciprocal."""
        found = {}
        for metric, (low, high) in self._against.items():
            if low > 0:
                product = 2 * low * high
                found[metric] = ((low + high) / product, (high - low) / product)
        return found

    def obstacle(self, row: str, metrics: Iterable[str]) -> str:
        """Why the row's changes in some metrics cannot be told; "" when they can."""
        metrics = list(metrics)
        if missing := [metric for metric in metrics if metric not in self._against]:
            return f"the baseline's {self._labels(missing)} lost or not printed"
        if zero := [metric for metric in metrics if metric not in self._reciprocals]:
            return (
                f"a relative change needs a baseline above 0, and the baseline's "
                f"{self._labels(zero)} may not be"
            )
        own = self.column.intervals[row]
        if missing := [metric for metric in metrics if metric not in own]:
            return f"{self._labels(missing)} lost or not printed"
        return ""

    def _labels(self, metrics: list[str]) -> str:
        return listed([column_label(self.column.table, metric) for metric in metrics])

    def ends(self, row: str, metric: str) -> tuple[Linear, Linear]:
        """The least and the largest relative change as functions of z."""
        key = (row, metric)
        if key not in self._known:
            centre, radius = self._reciprocals[metric]
            low, high = self.column.intervals[row][metric]
            self._known[key] = (
                Linear(low * centre - 1, low * radius),
                Linear(high * centre - 1, high * radius),
            )
        return self._known[key]
