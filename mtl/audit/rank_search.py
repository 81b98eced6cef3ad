"""Whether hidden orders of tied rows give the printed mean ranks.

Rows with equal printed metrics may be in any order before rounding. A group of such rows in one
column takes a weak order: a sequence of blocks of rows that are exactly equal. The search goes
through the groups and keeps each row's sum of ranks so far; it cuts branches in which a row cannot
reach its printed mean rank any more, or the open rows cannot on average, and remembers the states
that it has seen. Ranks are doubled throughout, so that averages of tied ranks stay whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Bounds = tuple[int, int]
"""Least and largest allowed doubled sum of ranks."""


@dataclass(frozen=True)
class TieRule:
    """How exactly equal values are ranked.

    Attributes:
        words: as sentences say it.
        doubled: (rows before, rows in the block) to the doubled rank of each of them.
        ties: whether values may be exactly equal at all.
    """

    words: str
    doubled: Callable[[int, int], int]
    ties: bool = True


TIE_RULES: dict[str, TieRule] = {
    "min": TieRule("equal values share the best of their ranks", lambda k, size: 2 * (k + 1)),
    "average": TieRule("equal values share the mean of their ranks", lambda k, n: 2 * k + n + 1),
    "max": TieRule("equal values share the worst of their ranks", lambda k, n: 2 * (k + n)),
    "strict": TieRule("no two values are equal", lambda k, size: 2 * (k + 1), ties=False),
}


@dataclass(frozen=True)
class TieGroup:
    """Rows with equal printed values in a column.

    Attributes:
        rows: their indices.
        before: how many rows are better.
    """

    rows: tuple[int, ...]
    before: int


class OverBudget(Exception):
    """The search has taken more steps than it may."""


class RankSearch:
    """The sums of ranks that hidden orders can give.

    Args:
        groups: for each column the groups of tied rows, from best to worst; groups of one included.
        bounds: each row's allowed doubled sum of ranks over the columns.
        rule: how exactly equal values are ranked.
        budget: steps after which the search gives up.
    """

    def __init__(
        self,
        groups: Sequence[Sequence[TieGroup]],
        bounds: Sequence[Bounds],
        rule: TieRule,
        budget: int,
    ) -> None:
        self._rule = rule
        self._budget = budget
        self._bounds = list(bounds)
        self._start = [0] * len(bounds)
        open_groups = []
        for group in itertools.chain.from_iterable(groups):
            if len(group.rows) > 1:
                open_groups.append(group)
            else:
                self._start[group.rows[0]] += 2 * (group.before + 1)
        self._groups = _connected_first(open_groups)
        self._rest = self._remaining()
        self._totals = self._remaining_totals()

    def _remaining(self) -> list[dict[int, Bounds]]:
        """For each group, row to the least and largest doubled sum from it and those after it."""
        rest: list[dict[int, Bounds]] = [{}]
        for group in reversed(self._groups):
            least, most = 2 * (group.before + 1), 2 * (group.before + len(group.rows))
            following = dict(rest[0])
            for row in group.rows:
                low, high = following.get(row, (0, 0))
                following[row] = (low + least, high + most)
            rest.insert(0, following)
        return rest

    def _remaining_totals(self) -> list[Bounds]:
        """For each group, the least and largest sum over all rows from it and those after it."""
        totals = [(0, 0)]
        for group in reversed(self._groups):
            size = len(group.rows)
            apart = size * (2 * group.before + size + 1)
            tied = size * self._rule.doubled(group.before, size) if self._rule.ties else apart
            totals.insert(0, (totals[0][0] + min(apart, tied), totals[0][1] + max(apart, tied)))
        return totals

    def _balanced(self, index: int, sums: Sequence[int]) -> bool:
        """Whether the open rows can still meet their bounds on average."""
        rows = self._rest[index]
        so_far = sum(sums[row] for row in rows)
        low, high = self._totals[index]
        return so_far + low <= sum(self._bounds[row][1] for row in rows) and (
            so_far + high >= sum(self._bounds[row][0] for row in rows)
        )

    def _fits(self, row: int, value: int, index: int) -> bool:
        """Whether a row's sum can still end within its bounds after the groups before `index`."""
        low, high = self._rest[index].get(row, (0, 0))
        least, most = self._bounds[row]
        return value + low <= most and value + high >= least

    def _key(self, index: int, sums: Sequence[int]) -> tuple[int, ...]:
        """What the search below a state depends on: the group, the sums of rows still open."""
        return index, *(sums[row] for row in self._rest[index])

    def exists(self) -> bool:
        """Whether some hidden orders give a sum within its bounds for every row.

        Raises:
            OverBudget: when that takes too many steps.
        """
        if not self._hopeful(0, self._start):
            return False
        dead: set[tuple[int, ...]] = set()
        # One iterator over orders for each group that is placed, and the state that it starts from.
        path = [(self._key(0, self._start), self._orders(0, self._start))]
        while len(path) <= len(self._groups):
            key, orders = path[-1]
            sums = next(orders, None)
            index = len(path)
            if sums is None:
                dead.add(key)
                path.pop()
                if not path:
                    return False
            elif self._key(index, sums) not in dead and self._balanced(index, sums):
                path.append((self._key(index, sums), self._orders(index, sums)))
        return True

    def count(self) -> int:
        """How many combinations of hidden weak orders give sums within the bounds.

        Raises:
            OverBudget: when that takes too many steps.
        """
        ways = {tuple(self._start): 1} if self._hopeful(0, self._start) else {}
        for index in range(len(self._groups)):
            following: dict[tuple[int, ...], int] = {}
            for sums, number in ways.items():
                for after in self._orders(index, list(sums)):
                    if self._balanced(index + 1, after):
                        closed = self._closed(index + 1, after)
                        following[closed] = following.get(closed, 0) + number
            ways = following
        return sum(ways.values())

    def _hopeful(self, index: int, sums: Sequence[int]) -> bool:
        fit = all(self._fits(row, value, index) for row, value in enumerate(sums))
        return fit and self._balanced(index, sums)

    def _closed(self, index: int, sums: Sequence[int]) -> tuple[int, ...]:
        """The sums, those of rows without groups to come replaced by one that is as good."""
        rest = self._rest[index]
        return tuple(
            value if row in rest else self._bounds[row][0] for row, value in enumerate(sums)
        )

    def _orders(self, index: int, sums: Sequence[int]) -> Iterator[list[int]]:
        """The sums after each weak order of a group that no row's bounds forbid."""
        group = self._groups[index]

        def blocks(left: tuple[int, ...], before: int, sums: list[int]) -> Iterator[list[int]]:
            if not left:
                yield sums
                return
            for size in range(1, (len(left) if self._rule.ties else 1) + 1):
                self._budget -= 1
                if self._budget < 0:
                    raise OverBudget
                rank = self._rule.doubled(before, size)
                able = [row for row in left if self._fits(row, sums[row] + rank, index + 1)]
                # The ranks of later blocks are at least these.
                worse = 2 * (before + size + 1)
                due = {
                    row
                    for row in left
                    if sums[row] + worse + self._rest[index + 1].get(row, (0, 0))[0]
                    > self._bounds[row][1]
                }
                if len(due) > size or not due.issubset(able):
                    continue
                free = [row for row in able if row not in due]
                for chosen in itertools.combinations(free, size - len(due)):
                    block = due.union(chosen)
                    after = [s + rank if row in block else s for row, s in enumerate(sums)]
                    yield from blocks(
                        tuple(row for row in left if row not in block), before + size, after
                    )

        yield from blocks(group.rows, group.before, list(sums))


def _connected_first(groups: Sequence[TieGroup]) -> list[TieGroup]:
    """Groups such that those which share rows follow each other, so that rows are closed early."""
    left = sorted(groups, key=lambda group: len(group.rows))
    ordered: list[TieGroup] = []
    seen: set[int] = set()
    while left:
        best = max(left, key=lambda group: (len(seen.intersection(group.rows)), -len(group.rows)))
        left.remove(best)
        ordered.append(best)
        seen.update(best.rows)
    return ordered
