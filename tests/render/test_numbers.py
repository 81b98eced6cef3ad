from __future__ import annotations

import pytest

from mtl.render import numbers


@pytest.mark.parametrize(
    ("value", "digits", "fixed", "signed"),
    [
        (72.04, 1, "72.0", "+72.0"),
        (-0.04, 1, "0.0", "0.0"),
        (-0.06, 1, "-0.1", "-0.1"),
        (0.0, 1, "0.0", "0.0"),
        (6.35, 1, "6.3", "+6.3"),
    ],
)
def test_signs(value: float, digits: int, fixed: str, signed: str) -> None:
    assert numbers.fixed(value, digits) == fixed
    assert numbers.signed(value, digits) == signed


@pytest.mark.parametrize(
    ("counts", "digits"),
    [([11_195_240, 89e6], 1), ([176_000, 11e6], 3), ([148e6], 0), ([None, 0], 0), ([], 0)],
)
def test_three_significant_digits_of_the_smallest(counts, digits: int) -> None:
    assert numbers.column_digits(counts) == digits


def test_millions() -> None:
    assert numbers.millions(11_195_240, 1) == "11.2"
    assert numbers.millions(None, 1) is None


@pytest.mark.parametrize(
    ("value", "text"), [(0.0001, "< 0.001"), (0.0625, "0.062"), (0.5, "0.50"), (1.0, "1.00")]
)
def test_p_value(value: float, text: str) -> None:
    assert numbers.p_value(value) == text


def test_minus_is_a_minus_sign() -> None:
    assert numbers.typographic("-0.1") == "−0.1"


def test_a_count_next_to_nothing_does_not_decide_the_decimals() -> None:
    counts = [25_017_672.0, 8.0, 199_842_384.0, 0.0, None]
    digits = numbers.column_digits(counts)
    assert digits == 1
    assert [numbers.millions(count, digits) for count in counts] == [
        "25.0",
        "< 0.1",
        "199.8",
        "0.0",
        None,
    ]
