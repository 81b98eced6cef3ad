"""A mean-rank column as a search over hidden orders: groups of tied rows and allowed sums."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from mtl.audit.cells import DerivedColumn
from mtl.audit.intervals import nearest_printable, overlap, point
from mtl.audit.rank_search import TIE_RULES, Bounds, OverBudget, RankSearch, TieGroup
from mtl.published.numbers import Interval, Published, decimals, rounding_interval

BUDGET = 20_000
"""Steps of one search, about 0.1 s; beyond, a column is undecidable."""
COUNT_BUDGET = 2_000
"""Steps of counting; beyond, the number of hidden orders is not told."""


@dataclass(frozen=True)
class RankProblem:
    """What is known of the ranks of a column's rows.

    Attributes:
        rows: their names.
        groups: for each source column the groups of rows whose order is unknown, best first.
        mixed: whether a group holds numbers printed with different decimals, of which not every
            order may be possible.
        printed: each row's printed mean rank; None where it is lost.
    """

    rows: tuple[str, ...]
    groups: tuple[tuple[TieGroup, ...], ...]
    mixed: bool
    printed: tuple[str | None, ...]

    @property
    def doubled_columns(self) -> int:
        """What doubled sums of ranks are divided by to give means."""
        return 2 * len(self.groups)

    def reach(self, row: int) -> Bounds:
        """The least and largest doubled sum of a row's ranks in any hidden order."""
        own = [g for groups in self.groups for g in groups if row in g.rows]
        return (
            sum(2 * (group.before + 1) for group in own),
            sum(2 * (group.before + len(group.rows)) for group in own),
        )

    def sums(self, row: int, rule: str) -> list[int]:
        """Every doubled sum that the row alone can have."""
        low, high = self.reach(row)
        return list(range(low, high + 1, 1 if rule == "average" else 2))

    def feasible(self, sums: Iterable[int]) -> Interval | None:
        """The hull of the mean ranks of doubled sums."""
        sums = list(sums)
        if not sums:
            return None
        return Interval(*(Fraction(s, self.doubled_columns) for s in (min(sums), max(sums))))

    def nearest(self, printed: str, sums: Iterable[int]) -> str | None:
        """The printable mean rank nearest to the printed one that a doubled sum gives."""
        found = [
            nearest_printable(printed, point(Fraction(total, self.doubled_columns)))
            for total in sums
        ]
        target = Fraction(printed)
        return min(found, key=lambda text: abs(Fraction(text) - target), default=None)

    @cached_property
    def bounds(self) -> tuple[Bounds, ...]:
        """The doubled sums that each printed mean rank allows; all where it is lost."""
        return tuple(map(self._bounds, range(len(self.rows))))

    def _bounds(self, row: int) -> Bounds:
        printed = self.printed[row]
        if printed is None:
            return self.reach(row)
        interval = rounding_interval(printed)
        return (
            math.ceil(interval.low * self.doubled_columns),
            math.floor(interval.high * self.doubled_columns),
        )

    def allows(self, row: int, sums: Iterable[int]) -> bool:
        """Whether one of the doubled sums gives the row's printed mean rank."""
        low, high = self.bounds[row]
        return any(low <= total <= high for total in sums)

    def possible(self, rule: str, bounds: Sequence[Bounds], budget: int = BUDGET) -> bool | None:
        """Whether hidden orders exist with every row's doubled sum within its bounds.

        None when that takes more than `budget` steps to tell.
        """
        try:
            return RankSearch(self.groups, bounds, TIE_RULES[rule], budget).exists()
        except OverBudget:
            return None

    def count(self, rule: str) -> int | None:
        """How many hidden orders give the printed column; None when there are too many to count."""
        try:
            return RankSearch(self.groups, self.bounds, TIE_RULES[rule], COUNT_BUDGET).count()
        except OverBudget:
            return None


def rank_problem(column: DerivedColumn, rows: tuple[str, ...]) -> RankProblem:
    """The problem of a column; every row must have every source.

    Args:
        column: the column of mean ranks.
        rows: all rows that are ranked together.
    """
    found = [
        list(_groups([_found(column, row, name) for row in rows], source.sign))
        for name, source in column.sources.items()
    ]
    return RankProblem(
        rows,
        tuple(tuple(group for group, _ in groups) for groups in found),
        any(mixed for groups in found for _, mixed in groups),
        tuple(column.printed(row) for row in rows),
    )


def _found(column: DerivedColumn, row: str, metric: str) -> Published:
    found = column.table.find(row, column.setting, metric)
    if found is None:  # callers have checked; a silent default would give wrong ranks
        raise KeyError(metric)
    return found


def _groups(numbers: list[Published], sign: int) -> Iterator[tuple[TieGroup, bool]]:
    """Rows whose values may be equal or in either order, and whether their decimals differ.

    Different numbers with the same decimals are in the printed order. With different decimals,
    numbers whose rounding intervals touch may be in any order.
    """
    values = [number.value for number in numbers]
    order = sorted(range(len(numbers)), key=lambda row: -sign * values[row])
    mixed = len({decimals(number.mean) for number in numbers}) > 1
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (
            values[order[end]] == values[order[start]]
            or (mixed and _unordered(numbers, order[start:end], order[end:]))
        ):
            end += 1
        members = sorted(order[start:end])
        yield (
            TieGroup(tuple(members), start),
            len({decimals(numbers[row].mean) for row in members}) > 1,
        )
        start = end


def _unordered(numbers: list[Published], inside: list[int], outside: list[int]) -> bool:
    """Whether a row outside may be equal to, or on the other side of, one inside."""
    return any(
        numbers[a].value == numbers[b].value
        or (
            decimals(numbers[a].mean) != decimals(numbers[b].mean)
            and overlap(numbers[a].interval, numbers[b].interval)
        )
        for a, b in itertools.product(inside, outside)
    )
