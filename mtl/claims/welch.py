"""Welch's t-test of a linear combination of independent means, from printed numbers.

A printed number stands for every value that rounds to it, and so does a printed standard deviation.
The test is therefore made for the least favourable of these values: what it finds would be found
whatever the unrounded numbers were.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mtl.published.numbers import Interval, Published, rounding_interval

_MOST_CORNERS = 10


@dataclass(frozen=True)
class Term:
    """A printed number in a linear combination.

    Attributes:
        n: runs behind the mean.
    """

    coefficient: Fraction
    number: Published
    n: int


@dataclass(frozen=True)
class WelchTest:
    """A two-sided test that a linear combination of means is zero.

    Attributes:
        low, high: 95 % interval; it holds for all values that rounding allows.
        p_value: the largest that rounding allows, or an upper bound of it.
        p_as_printed: that of the printed numbers as they stand; None when all their standard
            deviations are 0.
    """

    low: float
    high: float
    p_value: float
    p_as_printed: float | None


def difference_interval(
    terms: Sequence[tuple[Fraction, Published]], constant: Fraction
) -> Interval:
    """Every value of a linear combination whose numbers round to the printed ones."""
    low = high = constant
    for coefficient, number in terms:
        ends = [coefficient * end for end in number.interval]
        low, high = low + min(ends), high + max(ends)
    return Interval(low, high)


def welch(terms: Sequence[Term], constant: Fraction = Fraction(0)) -> WelchTest:
    """Test a linear combination of printed means.

    The variance of the combination is the sum of c^2 s^2 / n, with Satterthwaite's degrees of
    freedom. For the bound over the rounding intervals the combination is nearest to zero, every
    standard deviation is at its upper end, and the degrees of freedom are the fewest that any
    standard deviations within their intervals give; above ten terms those of the smallest n alone.

    Args:
        terms: with a standard deviation each and n of at least 2.
        constant: added to the combination.
    """
    from scipy.special import stdtr, stdtrit

    pairs = [(term.coefficient, term.number) for term in terms]
    least, most = difference_interval(pairs, constant)
    nearest = max(least, -most, Fraction(0))
    stds = [_std_interval(term.number) for term in terms]
    error = math.sqrt(sum(_variance(t, s.high) for t, s in zip(terms, stds, strict=True)))
    freedom = _fewest_degrees(terms, stds)
    reach = float(stdtrit(freedom, 0.975)) * error
    return WelchTest(
        low=float(least) - reach,
        high=float(most) + reach,
        p_value=float(2 * stdtr(freedom, -float(nearest) / error)),
        p_as_printed=_as_printed(terms, constant),
    )


def _as_printed(terms: Sequence[Term], constant: Fraction) -> float | None:
    from scipy.special import stdtr

    variances = [_variance(term, Fraction(str(term.number.std))) for term in terms]
    if not sum(variances):
        return None
    freedom = satterthwaite(variances, [term.n - 1 for term in terms])
    value = constant + sum(term.coefficient * term.number.value for term in terms)
    return float(2 * stdtr(freedom, -abs(float(value)) / math.sqrt(sum(variances))))


def satterthwaite(variances: Sequence[float], freedoms: Sequence[int]) -> float:
    """Degrees of freedom of a sum of estimated variances, of which one at least is positive."""
    squares = sum(v * v / f for v, f in zip(variances, freedoms, strict=True))
    return sum(variances) ** 2 / squares


def _fewest_degrees(terms: Sequence[Term], stds: Sequence[Interval]) -> float:
    """The fewest degrees of freedom over the intervals of the standard deviations.

    As a function of a single variance they rise and then fall, so that the minimum lies at a
    corner. No corner gives fewer than the smallest n - 1.
    """
    freedoms = [term.n - 1 for term in terms]
    if len(terms) > _MOST_CORNERS:
        return min(freedoms)
    ends = [
        {_variance(term, std.low), _variance(term, std.high)}
        for term, std in zip(terms, stds, strict=True)
    ]
    corners = [corner for corner in itertools.product(*ends) if sum(corner)]
    return min(satterthwaite(corner, freedoms) for corner in corners)


def _std_interval(number: Published) -> Interval:
    low, high = rounding_interval(str(number.std))
    return Interval(max(low, Fraction(0)), high)


def _variance(term: Term, std: Fraction) -> float:
    return float((term.coefficient * std) ** 2 / term.n)
