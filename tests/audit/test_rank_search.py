"""The search, against every weak order that there is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from scipy.stats import rankdata

from mtl.audit.rank_search import TIE_RULES, Bounds, OverBudget, RankSearch, TieGroup

METHODS = {"min": "min", "average": "average", "max": "max", "strict": "ordinal"}


def weak_orders(size: int, ties: bool) -> Iterator[tuple[int, ...]]:
    """Each item's place in every weak order, or in every strict order."""
    for places in itertools.product(range(size), repeat=size):
        used = set(places)
        if used == set(range(len(used))) and (ties or len(used) == size):
            yield places


def every_sum(
    groups: Sequence[Sequence[TieGroup]], n_rows: int, rule: str
) -> Iterator[tuple[int, ...]]:
    """The doubled sums of ranks of every combination of hidden orders, by scipy's ranks."""
    flat = [group for column in groups for group in column]
    choices = [list(weak_orders(len(group.rows), rule != "strict")) for group in flat]
    for chosen in itertools.product(*choices):
        sums = [0] * n_rows
        for group, places in zip(flat, chosen, strict=True):
            ranks = rankdata(places, method=METHODS[rule])
            for row, rank in zip(group.rows, ranks, strict=True):
                sums[row] += round(2 * (group.before + float(rank)))
        yield tuple(sums)


def random_groups(rng: np.random.Generator, n_rows: int, n_columns: int) -> list[list[TieGroup]]:
    columns = []
    for _ in range(n_columns):
        values = rng.integers(0, 3, n_rows)
        groups, before = [], 0
        for value in sorted(set(values.tolist())):
            rows = tuple(int(row) for row in np.flatnonzero(values == value))
            groups.append(TieGroup(rows, before))
            before += len(rows)
        columns.append(groups)
    return columns


def inside(sums: Sequence[int], bounds: Sequence[Bounds]) -> bool:
    return all(low <= value <= high for value, (low, high) in zip(sums, bounds, strict=True))


@pytest.mark.parametrize("rule", TIE_RULES)
def test_existence_and_number_are_those_of_all_orders(rule: str) -> None:
    rng = np.random.default_rng(list(TIE_RULES).index(rule))
    found = []
    for _ in range(12):
        n_rows = int(rng.integers(2, 5))
        groups = random_groups(rng, n_rows, int(rng.integers(1, 3)))
        sums = list(every_sum(groups, n_rows, rule))
        for width in (0, 0, 1, 2):
            target = sums[int(rng.integers(len(sums)))]
            shift = rng.integers(-1, 2, n_rows) * 2 * int(rng.random() < 0.5)
            bounds = [
                (value + int(s) - width, value + int(s) + width)
                for value, s in zip(target, shift, strict=True)
            ]
            count = sum(inside(own, bounds) for own in sums)
            made = lambda: RankSearch(groups, bounds, TIE_RULES[rule], 10**6)  # noqa: B023, E731
            assert made().count() == count
            assert made().exists() == (count > 0)
            found.append(count > 0)
    assert found.count(True) >= 10
    assert found.count(False) >= 5


def test_every_order_is_counted_once() -> None:
    three = [[TieGroup((0, 1, 2), 0)]]
    anything = [(0, 100)] * 3
    counts = {n: RankSearch(three, anything, r, 1000).count() for n, r in TIE_RULES.items()}
    assert counts == {"min": 13, "average": 13, "max": 13, "strict": 6}


def test_without_ties_there_is_one_order() -> None:
    groups = [[TieGroup((1,), 0), TieGroup((0,), 1)], [TieGroup((0,), 0), TieGroup((1,), 1)]]
    for rule in TIE_RULES.values():
        assert RankSearch(groups, [(6, 6), (6, 6)], rule, 0).count() == 1
        assert RankSearch(groups, [(6, 6), (6, 6)], rule, 0).exists()
        assert not RankSearch(groups, [(4, 4), (6, 6)], rule, 0).exists()


def test_too_long_a_search_is_given_up() -> None:
    groups = [[TieGroup(tuple(range(9)), 0)]] * 6
    odd = [(59, 59), (61, 61)] * 4 + [(60, 60)]  # doubled sums of strict ranks are even
    with pytest.raises(OverBudget):
        RankSearch(groups, odd, TIE_RULES["strict"], 500).exists()
    with pytest.raises(OverBudget):
        RankSearch(groups, [(0, 1000)] * 9, TIE_RULES["min"], 500).count()


def test_many_groups_need_no_deep_recursion() -> None:
    groups = [[TieGroup((0, 1), 0), TieGroup((2, 3), 2)] for _ in range(600)]
    half = [(600 * 3, 600 * 3)] * 2 + [(600 * 7, 600 * 7)] * 2
    assert RankSearch(groups, half, TIE_RULES["average"], 10**6).exists()
