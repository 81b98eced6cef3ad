"""The printed numbers as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mtl.claims.contrasts import Cell, Contrast
from mtl.claims.verdicts import ContrastResult, absent
from mtl.claims.vocabulary import COSTS
from mtl.claims.welch import Term, difference_interval, welch
from mtl.errors import MtlError
from mtl.published.numbers import Published, decimals
from mtl.published.table import PublishedTable


@dataclass(frozen=True)
class _Printed:
    """A cell's number and the runs behind it; n is None when the table does not say."""

    number: Published
    n: int | None
    unit: str


def printed_result(
    contrast: Contrast, tables: Sequence[PublishedTable], unprinted: str | None = None
) -> ContrastResult:
    """What the printed numbers say of a contrast.

    Costs are exact but for their rounding. Means with a standard deviation and n are tested
    (`mtl.claims.welch`); means without are only compared, beyond their rounding.

    Args:
        contrast: what is claimed to be positive.
        tables: where its cells are looked for; the first that prints one counts.
        unprinted: why numbers that the tables do not print cannot be had.

    Raises:
        MtlError: when its cells are printed in different units.
    """
    found = {cell: _find(cell, tables) for cell in contrast.cells}
    cells = {cell: printed for cell, printed in found.items() if printed is not None}
    if len(cells) < len(found):
        cell = next(cell for cell, printed in found.items() if printed is None)
        return _missing(contrast, cell, tables, unprinted)
    units = {printed.unit for printed in cells.values()}
    if len(units) > 1:
        raise MtlError(f"'{contrast.words}' is printed in different units: {sorted(units)}")
    pairs = [(coefficient, cells[cell].number) for cell, coefficient in contrast.terms]
    least, most = difference_interval(pairs, contrast.constant)
    ns = {printed.n for printed in cells.values()}
    terms = [
        Term(coefficient, cells[cell].number, n)
        for cell, coefficient in contrast.terms
        if cells[cell].number.std is not None and (n := cells[cell].n) is not None and n > 1
    ]
    exact = all(cell.metric in COSTS for cell in cells)
    tested = not exact and len(terms) == len(cells)
    test = welch(terms, contrast.constant) if tested else None
    difference = contrast.constant + sum(
        (coefficient * number.value for coefficient, number in pairs), Fraction(0)
    )
    return ContrastResult(
        words=contrast.words,
        difference=float(difference),
        low=test.low if test else None,
        high=test.high if test else None,
        p_value=test.p_value if test else None,
        p_holm=None,
        test="Welch t" if test else "exact" if exact else "means",
        n=None if exact or len(ns) > 1 else next(iter(ns)),
        digits=_digits(contrast, [number for _, number in pairs]),
        rounding=(float(least), float(most)),
        p_as_printed=test.p_as_printed if test else None,
    )


def _find(cell: Cell, tables: Sequence[PublishedTable]) -> _Printed | None:
    for table in tables:
        # Costs that are printed once for all settings are so for those of their table only.
        number = table.find(*cell) if cell.setting in table.settings else None
        if number is not None:
            return _Printed(number, table.header.n, table.header.columns[cell.metric].unit)
    return None


def _digits(contrast: Contrast, numbers: Sequence[Published]) -> int:
    """The decimals of the numbers, or of the margin; two more for fractions of numbers."""
    printed = max(decimals(number.mean) for number in numbers)
    whole = all(coefficient.denominator == 1 for _, coefficient in contrast.terms)
    margin = decimals(f"{float(contrast.constant):g}")
    return max(printed, margin) if whole else printed + 2


def _missing(
    contrast: Contrast, cell: Cell, tables: Sequence[PublishedTable], unprinted: str | None
) -> ContrastResult:
    lost = any(cell.setting in table.settings and table.is_lost(*cell) for table in tables)
    why = "printed, but the number is lost" if lost else "no number is printed"
    reason = f"{' '.join(cell)}: {why}" + (f"; {unprinted}" if unprinted else "")
    return absent(contrast.words, reason)
