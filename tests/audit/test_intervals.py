from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.audit import intervals
from mtl.published.numbers import Interval, decimals, rounding_interval

FRACTIONS = st.fractions(min_value=-100, max_value=100, max_denominator=1000)


def between(low: str, high: str) -> Interval:
    return Interval(Fraction(low), Fraction(high))


@st.composite
def interval_and_member(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    low, high = sorted((draw(FRACTIONS), draw(FRACTIONS)))
    share = draw(st.fractions(min_value=0, max_value=1, max_denominator=100))
    return Interval(low, high), low + share * (high - low)


@given(interval_and_member(), interval_and_member(), FRACTIONS)
def test_what_is_done_to_members_stays_in_what_is_done_to_intervals(
    first: tuple[Interval, Fraction], second: tuple[Interval, Fraction], factor: Fraction
) -> None:
    (a, x), (b, y) = first, second

    def holds(interval: Interval, value: Fraction) -> bool:
        return interval.low <= value <= interval.high

    assert holds(intervals.scale(a, factor), x * factor)
    assert holds(intervals.total([a, b]), x + y)
    assert holds(intervals.subtract(a, b), x - y)
    if b.low > 0:
        assert holds(intervals.ratio(a, b), x / y)


@pytest.mark.parametrize(
    ("numerator", "low", "high"),
    [(("2", "4"), "1", "4"), (("-2", "4"), "-2", "4"), (("-4", "-2"), "-4", "-1")],
)
def test_the_ends_of_a_quotient_are_reached(
    numerator: tuple[str, str], low: str, high: str
) -> None:
    assert intervals.ratio(between(*numerator), between("1", "2")) == between(low, high)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("25.1", "25.1", True),
        ("25.1", "25.2", False),  # the rounding intervals touch, but the decimals are the same
        ("8", "8.0", True),
        ("63.0", "62.95", True),
        ("63.0", "62.86", False),
        ("+1.0", "1.0", True),
    ],
)
def test_one_number_is_printed_the_same_or_with_other_decimals(
    first: str, second: str, same: bool
) -> None:
    assert intervals.same_number(first, second) is same
    assert intervals.same_number(second, first) is same


def test_what_lies_in_all_intervals() -> None:
    assert intervals.common([between("1", "3"), between("2", "4")]) == between("2", "3")
    assert intervals.common([between("1", "2"), between("2", "4")]) == between("2", "2")
    assert intervals.common([between("1", "2"), between("3", "4")]) is None


@pytest.mark.parametrize(
    ("printed", "low", "high", "nearest"),
    [
        ("-3.91", "-4.5898", "-4.1417", "-4.14"),
        ("5.0", "4.0", "4.6", "4.6"),
        ("5.0", "4.0", "4.65", "4.7"),  # exactly between: may be printed either way
        ("+1.0", "2.01", "2.02", "+2.0"),
        ("+1.0", "-2.02", "-2.01", "-2.0"),
        ("+1.0", "-0.01", "0.01", "0.0"),
        ("3", "7.2", "7.3", "7"),
        ("4.5", "4.2", "4.8", "4.5"),
    ],
)
def test_the_nearest_printable_number(printed: str, low: str, high: str, nearest: str) -> None:
    assert intervals.nearest_printable(printed, between(low, high)) == nearest


@given(FRACTIONS, FRACTIONS, st.decimals(-100, 100, places=2).map(lambda d: f"{d:.2f}"))
def test_no_printable_number_between_is_left_out(a: Fraction, b: Fraction, printed: str) -> None:
    feasible = Interval(min(a, b), max(a, b))
    nearest = intervals.nearest_printable(printed, feasible)
    assert decimals(nearest) == 2
    assert intervals.allows(feasible, nearest)
    step = Fraction(1, 100) if Fraction(printed) > Fraction(nearest) else Fraction(-1, 100)
    if Fraction(nearest) != Fraction(printed):
        closer = intervals.fixed(Fraction(nearest) + step, 2)
        assert not intervals.allows(feasible, closer)
    else:
        assert intervals.allows(feasible, printed)


@given(FRACTIONS, st.integers(0, 5))
def test_a_fixed_number_lies_within_half_a_unit(value: Fraction, digits: int) -> None:
    text = intervals.fixed(value, digits)
    interval = rounding_interval(text)
    assert interval.low <= value <= interval.high
    assert decimals(text) == digits
    assert not (text.startswith("-") and Fraction(text) == 0)


@pytest.mark.parametrize(
    ("low", "high", "like", "words"),
    [
        ("0.162", "0.60367", "+0.42", "0.1620 to 0.6037"),
        ("1", "1", "1.0", "1.0"),
        ("1/3", "1/3", "1.0", "0.333"),
        ("0.12344", "0.12345", "0.1", "0.12344 to 0.12345"),
        ("11", "13", "12", "11 to 13"),
    ],
)
def test_intervals_are_spelled_with_two_more_decimals(
    low: str, high: str, like: str, words: str
) -> None:
    assert intervals.spell(between(low, high), like) == words
