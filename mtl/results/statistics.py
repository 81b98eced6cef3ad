"""Statistics over seeds: a handful of runs per cell, paired between the rows of a table.

Every row of a setting is trained with the same seeds, and a seed fixes the order of the data
whatever the method, so rows are compared by their differences seed by seed.

What n = 5 can and cannot show. An exact sign-flip test has 2^n equally likely outcomes, so that its
smallest two-sided p-value is 2 / 2^n: 0.0625 at n = 5. It cannot reach 0.05, however large the
effect. So below `EXACT_SEEDS` seeds the primary test is the paired t-test, which buys its
sensitivity with the assumption that the differences are about normal, and the exact p-value is
reported beside it; from `EXACT_SEEDS` on the primary test is the exact one (0.031 at n = 6).
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtl.errors import MtlError

EXACT_SEEDS = 6
"""From this many seeds on, an exact sign-flip test can reach 0.05 and is the primary test."""

_ENUMERATED_FLIPS = 16
_ENUMERATED_RESAMPLES = 8
_RESAMPLES = 100_000
# The resampling is part of the definition of the number, so its seed is a constant of the program:
# the same differences give the same interval on every machine.
_RESAMPLING_SEED = 20230802

_RELATIVE_TIE = 1e-12
"""Sums that differ by less than this share of their terms are equal but for rounding."""


@dataclass(frozen=True)
class Summary:
    """Mean and spread over seeds; std is the sample's (ddof = 1), None for a single seed."""

    mean: float
    std: float | None
    n: int


@dataclass(frozen=True)
class Paired:
    """Differences, one for each seed that both sides have.

    Attributes:
        seeds: in increasing order.
        differences: the row minus the reference.
        dropped: seeds that only one of the two sides has.
    """

    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    dropped: tuple[int, ...]


@dataclass(frozen=True)
class PairedTest:
    """A two-sided test that the mean difference is zero.

    Attributes:
        test: "paired t", "sign-flip", or "none" for a single seed.
        p_value: of that test; None for "none".
        sign_flip_p: of the exact sign-flip test, whichever is the primary one.
        n: differences.
    """

    test: str
    p_value: float | None
    sign_flip_p: float | None
    n: int


def summarise(values: Sequence[float]) -> Summary:
    """Mean and sample standard deviation.

    Raises:
        MtlError: for no value, or one that is not finite.
    """
    data = _finite(values)
    mean = math.fsum(data) / len(data)
    return Summary(mean, _sample_std(data), len(data))


def pair(values: Mapping[int, float], reference: Mapping[int, float]) -> Paired:
    """Differences of two sets of runs by seed; seeds without a partner are left out and named.

    Raises:
        MtlError: when no seed is in both.
    """
    common = sorted(set(values) & set(reference))
    if not common:
        raise MtlError(
            f"paired comparison: seeds {sorted(values)} and {sorted(reference)} have none in common"
        )
    differences = tuple(values[seed] - reference[seed] for seed in common)
    return Paired(tuple(common), differences, tuple(sorted(set(values) ^ set(reference))))


def compare(differences: Sequence[float]) -> PairedTest:
    """The primary test for this number of seeds, with the exact p-value beside it.

    Differences without any variance leave t undefined: the exact test then stands in.
    """
    data = _finite(differences)
    if len(data) == 1:
        return PairedTest("none", None, None, 1)
    exact = sign_flip_p(data)
    t = paired_t_p(data) if len(data) < EXACT_SEEDS else None
    if t is None:
        return PairedTest("sign-flip", exact, exact, len(data))
    return PairedTest("paired t", t, exact, len(data))


def paired_t_p(differences: Sequence[float]) -> float | None:
    """Two-sided p-value of Student's t-test on differences.

    Returns:
        None when t is undefined: fewer than two differences, or none of them differs from another.
    """
    from scipy.special import stdtr

    data = _finite(differences)
    std = _sample_std(data)
    if std is None or std <= _RELATIVE_TIE * max(map(abs, data)):
        return None
    n = len(data)
    t = math.fsum(data) / n / (std / math.sqrt(n))
    return float(2 * stdtr(n - 1, -abs(t)))


def pooled_t_p(
    values: Sequence[float], reference: Sequence[float], resolution: float
) -> float | None:
    """Two-sided p-value of Student's t-test on two independent samples with a common spread.

    Args:
        values, reference: the samples; they may differ in size.
        resolution: the smallest standard deviation believed, so that constant samples can be told
            apart when they differ by more than that.

    Returns:
        None when both samples are single values.
    """
    from scipy.special import stdtr

    first, second = _finite(values), _finite(reference)
    error, freedom = _pooled_error(first, second, resolution)
    if freedom == 0:
        return None
    difference = math.fsum(first) / len(first) - math.fsum(second) / len(second)
    return float(2 * stdtr(freedom, -abs(difference) / error))


def detectable_shift(
    values: Sequence[float], reference: Sequence[float], level: float, resolution: float
) -> float:
    """The shift between the means at which `pooled_t_p` would be at the level just so.

    A true shift of this size is found about as often as not.

    Raises:
        MtlError: when both samples are single values.
    """
    from scipy.special import stdtrit

    error, freedom = _pooled_error(_finite(values), _finite(reference), resolution)
    if freedom == 0:
        raise MtlError("statistics: two single values have no spread to detect a shift with")
    return float(error * stdtrit(freedom, 1 - level / 2))


def _pooled_error(
    first: Sequence[float], second: Sequence[float], resolution: float
) -> tuple[float, int]:
    """Standard error of the difference between two means, and its degrees of freedom."""
    freedom = len(first) + len(second) - 2
    squares = sum((len(data) - 1) * (_sample_std(data) or 0.0) ** 2 for data in (first, second))
    std = max(math.sqrt(squares / freedom), resolution) if freedom else math.inf
    return std * math.sqrt(1 / len(first) + 1 / len(second)), freedom


def sign_flip_p(differences: Sequence[float]) -> float:
    """Two-sided p-value of the permutation test that flips the signs of the differences.

    It assumes no more than that, were there no effect, each difference is as likely to have either
    sign. All 2^n flips are enumerated up to n = 16; beyond, 100 000 are drawn, and the observed
    one counts among them.
    """
    data = np.array(_finite(differences))
    n = len(data)
    observed = abs(data.sum())
    # Sums that only rounding tells apart are ties, and ties count against the effect.
    threshold = observed - _RELATIVE_TIE * np.abs(data).sum()
    if n <= _ENUMERATED_FLIPS:
        # Opposite flips give opposite sums, so that the first sign can stay fixed.
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=n - 1)))
        sums = np.abs(data[0] + signs @ data[1:])
        return float(np.mean(sums >= threshold))
    signs = np.random.default_rng(_RESAMPLING_SEED).choice((-1.0, 1.0), size=(_RESAMPLES, n))
    extreme = int((np.abs(signs @ data) >= threshold).sum())
    return (extreme + 1) / (_RESAMPLES + 1)


def wilcoxon_p(differences: Sequence[float]) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test, exact with ties and zeros as well.

    It is the sign-flip test of the signed ranks: zeros are dropped and equal sizes share their
    mean rank. Without ties this is the tabulated exact test.
    """
    data = np.array(_finite(differences))
    data = data[data != 0]
    if data.size == 0:
        return 1.0
    _, group, counts = np.unique(np.abs(data), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[group]
    return sign_flip_p(list(np.sign(data) * ranks))


def bootstrap_interval(
    differences: Sequence[float], level: float = 0.95
) -> tuple[float, float] | None:
    """Percentile bootstrap interval of the mean, widened for small samples.

    The plain percentile interval is too narrow for few values: at n = 5 and 95 % it covers a normal
    mean about 85 times in 100. So its percentiles are moved outwards as Hesterberg ("What teachers
    should know about the bootstrap", 2015, section 5.3) advises, to the level Phi(-t sqrt(n/(n-1)))
    with Student's t at n - 1 degrees: about 93 times in 100 at n = 5 [V]. (At n = 3 no
    resampled mean lies further out than the data: about 76 times in 100.)

    All resamples are enumerated with their exact frequencies up to n = 8, so that the interval is a
    fact of the data; beyond, 100 000 are drawn from a generator with a constant seed.

    Returns:
        The bounds, or None for a single difference.

    Raises:
        MtlError: for no value, one that is not finite, or a level outside (0, 1).
    """
    from scipy.special import ndtr, stdtrit

    data = _finite(differences)
    if not 0 < level < 1:
        raise MtlError(f"bootstrap: the level must be between 0 and 1, found {level}")
    n = len(data)
    if n == 1:
        return None
    tail = float(ndtr(math.sqrt(n / (n - 1)) * stdtrit(n - 1, (1 - level) / 2)))
    means, frequencies = _resampled_means(data)
    order = np.argsort(means)
    means, cumulated = means[order], np.cumsum(frequencies[order])
    # Both bounds count the resamples beyond them, so that negated data negate the interval.
    beyond = tail * cumulated[-1]
    low = means[np.searchsorted(cumulated, beyond)]
    high = means[len(means) - 1 - np.searchsorted(np.cumsum(frequencies[order][::-1]), beyond)]
    return float(low), float(high)


def _resampled_means(data: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Means of bootstrap resamples and how often each occurs."""
    n = len(data)
    if n > _ENUMERATED_RESAMPLES:
        draws = np.random.default_rng(_RESAMPLING_SEED).integers(n, size=(_RESAMPLES, n))
        return np.array(data)[draws].mean(axis=1), np.ones(_RESAMPLES, dtype=np.int64)
    means, frequencies = [], []
    for chosen in itertools.combinations_with_replacement(range(n), n):
        means.append(math.fsum(data[i] for i in chosen) / n)
        repeats = math.prod(math.factorial(count) for count in Counter(chosen).values())
        frequencies.append(math.factorial(n) // repeats)
    return np.array(means), np.array(frequencies)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment: compare the results with the family-wise level itself.

    Args:
        p_values: of all tests of the family, in any order.

    Returns:
        The adjusted p-values in the same order.

    Raises:
        MtlError: for a value outside [0, 1].
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise MtlError(f"Holm: p-values must lie in [0, 1], found {list(p_values)}")
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def _sample_std(data: Sequence[float]) -> float | None:
    if len(data) < 2:
        return None
    # The spread around the first value does not suffer from cancellation when all are equal.
    shifted = [value - data[0] for value in data]
    centre = math.fsum(shifted) / len(shifted)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in shifted) / (len(data) - 1))


def _finite(values: Sequence[float]) -> list[float]:
    data = [float(value) for value in values]
    if not data:
        raise MtlError("statistics: needs at least one value, found none")
    if not all(map(math.isfinite, data)):
        raise MtlError(f"statistics: values must be finite, found {data}")
    return data
