"""Printed numbers, exactly: a number on a page stands for every value that rounds to it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from mtl.errors import MtlError

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class Interval(NamedTuple):
    """A closed interval of exact numbers."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Published:
    """A printed number: mean and sample standard deviation as they stand on the page."""

    mean: str
    std: str | None

    @property
    def value(self) -> Fraction:
        """The mean as it is printed."""
        return Fraction(self.mean)

    @property
    def interval(self) -> Interval:
        """Every mean that rounds to the printed one."""
        return rounding_interval(self.mean)


def check_number(text: str, where: str) -> str:
    """The text, if it is a plain decimal number.

    Raises:
        MtlError: for anything else, NaN, infinities and exponents included.
    """
    if not _NUMBER.fullmatch(text):
        raise MtlError(f"{where} must be a decimal number such as -1.50, found '{text}'")
    return text


def in_unit(number: Published, factor: Fraction) -> Published:
    """A printed number in another unit, with the decimals that are left.

    Args:
        number: as it is printed.
        factor: a power of ten, from the printed unit to the other.
    """
    if factor == 1:
        return number
    places = decimals(number.mean) - round(math.log10(factor))

    def convert(text: str) -> str:
        return f"{float(Fraction(text) * factor):.{max(places, 0)}f}"

    return Published(convert(number.mean), convert(number.std) if number.std else number.std)


def decimals(text: str) -> int:
    """How many decimals are printed."""
    return len(text.partition(".")[2])


def rounding_interval(text: str) -> Interval:
    """Every value that is printed like this, whatever is done with ties: closed at both ends."""
    half = Fraction(1, 2 * 10 ** decimals(text))
    return Interval(Fraction(text) - half, Fraction(text) + half)
