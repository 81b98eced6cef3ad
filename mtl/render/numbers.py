"""How numbers are printed: percent with the digits of the metric, millions, p-values."""

from __future__ import annotations

import math
from collections.abc import Iterable

MINUS = "\u2212"
MISSING = "—"
"""What stands in place of a number that is not there."""


def fixed(value: float, digits: int) -> str:
    """The value with `digits` decimals; a zero never carries a minus sign."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def signed(value: float, digits: int) -> str:
    """As `fixed`, with a plus sign before positive values; zero has no sign, as papers print."""
    text = fixed(value, digits)
    return f"+{text}" if float(text) > 0 else text


def typographic(text: str) -> str:
    """A printed number with a real minus sign in place of a hyphen."""
    return text.replace("-", MINUS)


_NEGLIGIBLE = 1e-4
"""The share of a column's largest count below which one does not decide the column's decimals."""


def column_digits(counts: Iterable[float | None]) -> int:
    """The decimals, in millions, that show three significant digits of the smallest count > 0.

    Counts that are next to nothing beside the largest do not count.
    """
    positive = [count / 1e6 for count in counts if count]
    if not positive:
        return 0
    smallest = min(count for count in positive if count >= _NEGLIGIBLE * max(positive))
    return max(0, 2 - math.floor(math.log10(smallest)))


def millions(count: float | None, digits: int) -> str | None:
    """A count in millions; None for an unknown count, "< 0.1" for one that would print as zero."""
    if count is None:
        return None
    text = fixed(count / 1e6, digits)
    return f"< {fixed(10.0**-digits, digits)}" if count > 0 and float(text) == 0 else text


def p_value(value: float) -> str:
    """A p-value with two significant digits, for example "0.031" or "< 0.001"."""
    if value < 0.001:
        return "< 0.001"
    return f"{value:.2g}" if value < 0.1 else f"{value:.2f}"
