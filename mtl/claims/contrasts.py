"""What a claim comes down to: linear combinations of table cells that it says are positive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from mtl.errors import MtlError


class Cell(NamedTuple):
    """A cell of a table."""

    row: str
    setting: str
    metric: str


@dataclass(frozen=True)
class Contrast:
    """A linear combination of cells, in printed units, that a claim says is positive.

    Attributes:
        words: what is compared.
        terms: each cell once, with its coefficient, which is not zero.
        constant: added to the combination.
    """

    words: str
    terms: tuple[tuple[Cell, Fraction], ...]
    constant: Fraction

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that it needs."""
        return tuple(cell for cell, _ in self.terms)


def contrast(
    words: str, terms: Iterable[tuple[Cell, Fraction | int]], constant: Fraction | int = 0
) -> Contrast:
    """A contrast; terms of the same cell are added up.

    Raises:
        MtlError: when nothing is left, so that no numbers could decide it.
    """
    total: dict[Cell, Fraction] = {}
    for cell, coefficient in terms:
        total[cell] = total.get(cell, Fraction(0)) + coefficient
    kept = tuple((cell, coefficient) for cell, coefficient in total.items() if coefficient)
    if not kept:
        raise MtlError(f"'{words}' compares something with itself, so that no number can decide it")
    return Contrast(words, kept, Fraction(constant))
