"""Comparisons between the rows of a table: against the baseline, and against the best row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mtl.results.statistics import bootstrap_interval, compare, holm, pair, summarise

LEVEL = 0.05

Key = tuple[str, str, str]
"""(row, setting, metric) of a cell."""

Values = Mapping[Key, Mapping[int, float]]
"""Cell to seed to value; cells without runs are absent."""


@dataclass(frozen=True)
class Comparison:
    """A row's paired difference to another row, over the seeds that both have.

    Attributes:
        baseline: the other row.
        mean_difference: this row minus the other, in the metric's record unit.
        ci_low, ci_high: 95 % bootstrap interval of it; None for one seed.
        p_value: two-sided, of `test`; None for one seed.
        p_holm: the same after Holm's correction over all such comparisons of the table.
        test: "paired t", "sign-flip" or "none"; see `mtl.results.statistics`.
        n: seeds compared.
        sign_flip_p: the exact p-value, reported beside the t-test's.
        dropped: seeds that only one of the two rows has.
    """

    baseline: str
    mean_difference: float
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    p_holm: float | None
    test: str
    n: int
    sign_flip_p: float | None
    dropped: tuple[int, ...]


def compare_rows(values: Values, other: Mapping[tuple[str, str], str]) -> dict[Key, Comparison]:
    """Compare each cell with another row's in the same column; Holm's family is all of them.

    Args:
        values: of all cells of the table.
        other: column (setting, metric) to the row to compare with.

    Returns:
        The comparisons by cell. The other row itself, and cells that share no seed with it, have
        none.
    """
    compared = {}
    for key, own in values.items():
        row, setting, metric = key
        reference = other.get((setting, metric), row)
        theirs = values.get((reference, setting, metric), {})
        if reference != row and set(own) & set(theirs):
            compared[key] = _compare(reference, own, theirs)
    tested = {key: c.p_value for key, c in compared.items() if c.p_value is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    return {key: replace(c, p_holm=adjusted.get(key)) for key, c in compared.items()}


def _compare(reference: str, own: Mapping[int, float], theirs: Mapping[int, float]) -> Comparison:
    paired = pair(own, theirs)
    result = compare(paired.differences)
    low, high = bootstrap_interval(paired.differences) or (None, None)
    return Comparison(
        baseline=reference,
        mean_difference=summarise(paired.differences).mean,
        ci_low=low,
        ci_high=high,
        p_value=result.p_value,
        p_holm=None,
        test=result.test,
        n=result.n,
        sign_flip_p=result.sign_flip_p,
        dropped=paired.dropped,
    )


@dataclass(frozen=True)
class Marks:
    """The cells that are printed bold, underlined and with a dagger."""

    best: frozenset[Key]
    second: frozenset[Key]
    tied: frozenset[Key]


def mark(values: Values, directions: Mapping[str, int]) -> Marks:
    """Best and second-best means of each column, and what cannot be told from the best.

    Means are compared unrounded; equal means share the place. A cell is tied when its paired
    difference to the best row is not significant at 0.05 after Holm's correction over the table.
    The best row is chosen by the same data, so that a dagger says "not shown to be worse", no more.
    A cell that cannot be tested (one seed) gets no dagger.

    Args:
        values: of all cells of the table.
        directions: metric to +1 (higher is better) or -1.
    """
    means = {key: summarise(list(by_seed.values())).mean for key, by_seed in values.items()}
    best: dict[tuple[str, str], list[Key]] = {}
    second: list[Key] = []
    for setting, metric in dict.fromkeys(key[1:] for key in values):
        column = {key: mean for key, mean in means.items() if key[1:] == (setting, metric)}
        places = sorted(set(column.values()), key=lambda mean: -directions[metric] * mean)
        best[setting, metric] = [key for key, mean in column.items() if mean == places[0]]
        second += [key for key, mean in column.items() if mean in places[1:2]]
    firsts = {column: keys[0][0] for column, keys in best.items()}
    bold = frozenset(key for keys in best.values() for key in keys)
    tied = frozenset(
        key
        for key, comparison in compare_rows(values, firsts).items()
        if key not in bold and comparison.p_holm is not None and comparison.p_holm > LEVEL
    )
    return Marks(bold, frozenset(second), tied)
