"""Tests of printed means against hand-made ones, against scipy, and for every unrounded number."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mtl.claims.welch import Term, difference_interval, satterthwaite, welch
from mtl.published.numbers import Published


def term(coefficient: float | Fraction, mean: str, std: str, n: int = 5) -> Term:
    return Term(Fraction(coefficient), Published(mean, std), n)


def test_by_hand() -> None:
    # ETR-NLP against MGDA-UB, F-score, 8 tasks: 67.8 ± 0.1 and 63.6 ± 0.3, n = 5.
    # v = 0.01 / 5 + 0.09 / 5 = 0.02, t = 4.2 / sqrt(0.02) = 29.698,
    # df = 0.02^2 / (0.002^2 / 4 + 0.018^2 / 4) = 0.0004 / 0.000082 = 4.878.
    found = welch([term(1, "67.8", "0.1"), term(-1, "63.6", "0.3")])
    assert found.p_as_printed == pytest.approx(2 * stats.t.sf(29.698485, 0.0004 / 0.000082))
    # The least favourable: 4.1, stds 0.15 and 0.35, the fewest degrees at 0.05 and 0.35.
    variance = (0.0225 + 0.1225) / 5
    freedom = 4 * (0.0025 + 0.1225) ** 2 / (0.0025**2 + 0.1225**2)
    assert found.p_value == pytest.approx(2 * stats.t.sf(4.1 / math.sqrt(variance), freedom))
    reach = stats.t.ppf(0.975, freedom) * math.sqrt(variance)
    assert (found.low, found.high) == pytest.approx((4.1 - reach, 4.3 + reach))


@given(
    means=st.tuples(*[st.integers(0, 1000)] * 2),
    stds=st.tuples(*[st.integers(1, 90)] * 2),
    ns=st.tuples(*[st.integers(2, 12)] * 2),
)
def test_two_means_as_printed_are_welchs_test(
    means: tuple[int, int], stds: tuple[int, int], ns: tuple[int, int]
) -> None:
    terms = [
        term(sign, f"{mean / 10:.1f}", f"{std / 10:.1f}", n)
        for sign, mean, std, n in zip((1, -1), means, stds, ns, strict=True)
    ]
    (a, b), (s, r), (n, m) = ((x / 10 for x in means), (x / 10 for x in stds), ns)
    oracle = stats.ttest_ind_from_stats(a, s, n, b, r, m, equal_var=False)
    assert welch(terms).p_as_printed == pytest.approx(oracle.pvalue, rel=1e-9, abs=1e-300)


def test_one_mean_against_a_number() -> None:
    found = welch([term(1, "0.56", "0.20", 3)], Fraction("-0.1"))
    t = 0.46 / (0.2 / math.sqrt(3))
    assert found.p_as_printed == pytest.approx(2 * stats.t.sf(t, 2))


def test_satterthwaite_of_equal_variances() -> None:
    assert satterthwaite([0.3, 0.3], [4, 4]) == pytest.approx(8)
    assert satterthwaite([0.3, 0.0], [4, 9]) == pytest.approx(4)


def test_a_std_printed_as_zero_is_still_uncertain() -> None:
    found = welch([term(1, "61.3", "0.0"), term(-1, "61.1", "0.0")])
    assert found.p_as_printed is None
    # The means may be 0.1 apart, with stds of 0.05 and 0.
    assert found.p_value == pytest.approx(2 * stats.t.sf(0.1 / math.sqrt(0.005 / 5), 4))


def test_means_within_their_rounding_are_never_told_apart() -> None:
    found = welch([term(1, "61.2", "0.0"), term(-1, "61.1", "0.0")])
    assert found.p_value == 1
    assert found.low < 0 < found.high


def test_more_than_ten_terms_have_the_fewest_degrees_of_freedom() -> None:
    terms = [term((-1) ** i, "60.0", "0.5") for i in range(12)]
    found = welch([*terms, term(1, "65.0", "0.5", 3)])
    error = math.sqrt(sum(0.55**2 / t.n for t in (*terms, term(1, "65.0", "0.5", 3))))
    least = 65.0 - 13 * 0.05
    assert found.p_value == pytest.approx(2 * stats.t.sf(least / error, 2))


numbers = st.lists(
    st.tuples(
        st.sampled_from([1, -1, 2, Fraction(-1, 2)]),
        st.floats(0, 100),
        st.floats(0.001, 3),
        st.integers(2, 8),
    ),
    min_size=1,
    max_size=4,
)


@given(numbers, st.integers(0, 2))
def test_no_unrounded_numbers_are_more_significant_than_said(
    numbers: list[tuple[float, float, float, int]], digits: int
) -> None:
    """The p-value and interval bound those of any numbers that print like these."""
    printed = [term(c, f"{mean:.{digits}f}", f"{std:.{digits}f}", n) for c, mean, std, n in numbers]
    variances = [float(c) ** 2 * std**2 / n for c, _, std, n in numbers]
    difference = math.fsum(float(c) * mean for c, mean, _, _ in numbers)
    freedom = satterthwaite(variances, [n - 1 for *_, n in numbers])
    error = math.sqrt(sum(variances))
    p_value = 2 * stats.t.sf(abs(difference) / error, freedom)
    reach = stats.t.ppf(0.975, freedom) * error
    found = welch(printed)
    assert found.p_value >= p_value * (1 - 1e-9)
    assert found.low <= difference - reach + 1e-9
    assert found.high >= difference + reach - 1e-9


@given(numbers, st.integers(0, 2))
def test_the_interval_and_the_p_value_decide_alike(
    numbers: list[tuple[float, float, float, int]], digits: int
) -> None:
    printed = [term(c, f"{mean:.{digits}f}", f"{std:.{digits}f}", n) for c, mean, std, n in numbers]
    found = welch(printed)
    if abs(found.p_value - 0.05) > 1e-6:
        assert (found.p_value < 0.05) == (found.low > 0 or found.high < 0)


def test_the_difference_interval_turns_round_with_the_sign() -> None:
    pairs = [(Fraction(1), Published("67.8", None)), (Fraction(-2), Published("8", None))]
    assert difference_interval(pairs, Fraction(1)) == (
        Fraction("67.75") - 17 + 1,
        Fraction("67.85") - 15 + 1,
    )
