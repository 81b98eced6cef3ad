"""Exact arithmetic on closed intervals, and the printable numbers that lie in one."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from mtl.published.numbers import Interval, decimals, rounding_interval


def point(value: Fraction | int) -> Interval:
    """The interval that holds one number."""
    return Interval(Fraction(value), Fraction(value))


def scale(interval: Interval, factor: Fraction | int) -> Interval:
    """Every number of the interval times a factor of either sign."""
    ends = (interval.low * factor, interval.high * factor)
    return Interval(min(ends), max(ends))


def total(intervals: Iterable[Interval]) -> Interval:
    """Every sum of one number from each interval; 0 for none."""
    low = high = Fraction(0)
    for interval in intervals:
        low += interval.low
        high += interval.high
    return Interval(low, high)


def subtract(first: Interval, second: Interval) -> Interval:
    """Every difference of a number of the first and one of the second."""
    return Interval(first.low - second.high, first.high - second.low)


def ratio(numerator: Interval, denominator: Interval) -> Interval:
    """Every quotient; the denominator must lie above 0."""
    low = numerator.low / (denominator.high if numerator.low >= 0 else denominator.low)
    high = numerator.high / (denominator.low if numerator.high >= 0 else denominator.high)
    return Interval(low, high)


def common(intervals: Iterable[Interval]) -> Interval | None:
    """The numbers that lie in all intervals; None when there are none."""
    lows, highs = zip(*intervals, strict=True)
    low, high = max(lows), min(highs)
    return Interval(low, high) if low <= high else None


def overlap(first: Interval, second: Interval) -> bool:
    """Whether a number lies in both."""
    return first.low <= second.high and second.low <= first.high


def allows(feasible: Interval, printed: str) -> bool:
    """Whether a number of the interval is printed like this."""
    return overlap(feasible, rounding_interval(printed))


def same_number(first: str, second: str) -> bool:
    """Whether one number can be printed in both ways.

    With the same decimals it is printed the same; else the rounding intervals must overlap.
    """
    if decimals(first) == decimals(second):
        return Fraction(first) == Fraction(second)
    return overlap(rounding_interval(first), rounding_interval(second))


def nearest_printable(printed: str, feasible: Interval) -> str:
    """The number with the same decimals nearest to the printed one that the interval allows.

    It carries a plus sign if the printed one does and it is positive.
    """
    unit = Fraction(1, 10 ** decimals(printed))
    steps = Fraction(printed) / unit
    lowest = math.ceil(feasible.low / unit - Fraction(1, 2))
    highest = math.floor(feasible.high / unit + Fraction(1, 2))
    return printable(min(max(steps, Fraction(lowest)), Fraction(highest)) * unit, printed)


def printable(value: Fraction, like: str) -> str:
    """A value with the decimals of a printed number, and its plus sign if both are positive."""
    text = fixed(value, decimals(like))
    return f"+{text}" if like.startswith("+") and Fraction(text) > 0 else text


def fixed(value: Fraction, digits: int) -> str:
    """The value with that many decimals, rounded exactly, halves to even; no sign before zero."""
    steps = round(value * 10**digits)
    whole, part = divmod(abs(steps), 10**digits)
    sign = "-" if steps < 0 else ""
    return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"


def spell(interval: Interval, like: str) -> str:
    """`low to high` in words, one number if they are the same.

    Two decimals more are given than in the printed number, still more in a narrow interval, so that
    its ends differ; zeros that both ends have beyond the printed decimals are left out.
    """
    least = decimals(like)
    most = least + 2
    while interval.low != interval.high and fixed(interval.low, most) == fixed(interval.high, most):
        most += 1
    while most > least and all(fixed(end, most).endswith("0") for end in interval):
        most -= 1
    return " to ".join(dict.fromkeys(fixed(end, most) for end in interval))
