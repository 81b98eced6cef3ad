from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.errors import MtlError
from mtl.published.numbers import (
    Interval,
    Published,
    check_number,
    decimals,
    in_unit,
    rounding_interval,
)


@pytest.mark.parametrize("text", ["0", "0.0", "+3.56", "-0.84", "92.4", "007.10"])
def test_plain_decimals_are_numbers(text: str) -> None:
    assert check_number(text, "here") == text


@pytest.mark.parametrize(
    "text", ["", "nan", "inf", "1e-3", "1.", ".5", "1,5", "63.O", "−1", "--1", "1 2", "5%", "1\n"]
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(MtlError, match=r"here must be a decimal number such as -1\.50, found '"):
        check_number(text, "here")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0", "-1/2", "1/2"),
        ("670", "1339/2", "1341/2"),
        ("-4.14", "-4.145", "-4.135"),
        ("+0.56", "0.555", "0.565"),
        ("0.0175", "0.01745", "0.01755"),
    ],
)
def test_intervals_are_closed_and_exact(text: str, low: str, high: str) -> None:
    assert rounding_interval(text) == Interval(Fraction(low), Fraction(high))
    assert Published(text, None).interval == rounding_interval(text)
    assert Published(text, "0.1").value == Fraction(text)


@given(
    value=st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6),
    digits=st.integers(0, 4),
)
def test_a_number_lies_in_the_interval_of_what_is_printed(value: Fraction, digits: int) -> None:
    printed = f"{float(Fraction(round(value * 10**digits), 10**digits)):.{digits}f}"
    assert decimals(printed) == digits
    low, high = rounding_interval(printed)
    assert low <= value <= high
    assert high - low == Fraction(1, 10**digits)


@pytest.mark.parametrize(
    ("mean", "std", "factor", "expected"),
    [
        ("670", None, Fraction(1000), ("670000", None)),
        ("15.5", "0.25", Fraction(1000), ("15500", "250")),
        ("3.87", None, Fraction(1, 1000), ("0.00387", None)),
        ("-1.50", "", Fraction(1), ("-1.50", "")),
    ],
)
def test_another_unit(
    mean: str, std: str | None, factor: Fraction, expected: tuple[str, str | None]
) -> None:
    found = in_unit(Published(mean, std), factor)
    assert (found.mean, found.std) == expected
