"""Standard deviations that are too equal to have been measured.

A standard deviation that is printed as u units in its last digit is one of very many that could
stand there. With no scale preferred to another (density proportional to 1 / s), a second one,
measured independently, is printed the same with a probability of about 1 / u; if both come from the
same distribution and n runs each, with about sqrt((n - 1) / (2 pi)) / u. The larger of the two is
taken here. Over the columns in which two rows agree the probabilities are multiplied, and the
product is multiplied by the number of sets of so many columns and of pairs of rows (Bonferroni),
which gives an upper bound for such a coincidence anywhere in the table. The same is done for equal
standard deviations within a row, in columns with the same decimals.

Columns in which two rows agree in their mean as well are left out: there a result is repeated. The
columns of a table are not independent, so that the bound is no exact probability; the threshold is
low for that reason.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mtl.audit.cells import column_label, listed, row_label
from mtl.audit.findings import CellFinding, Finding
from mtl.published.numbers import Published, decimals
from mtl.published.table import PublishedTable

THRESHOLD = 1e-3
"""A bound below which a coincidence is reported."""

Place = tuple[str, str]
"""Setting and metric."""


@dataclass(frozen=True)
class _Coincidence:
    """Equal standard deviations.

    Attributes:
        rows: the two rows, or the one.
        places: where they are equal.
        bound: of the probability that chance does this anywhere in the table.
        of: how many places could have been equal.
    """

    rows: tuple[str, ...]
    places: tuple[Place, ...]
    bound: float
    of: int


def collision(std: str, n: int | None) -> float:
    """About the largest probability that another standard deviation is printed the same.

    Args:
        std: as printed.
        n: runs behind it, if known.
    """
    units = int(std.replace(".", ""))
    peak = math.sqrt((n - 1) / (2 * math.pi)) if n else 1.0
    return min(1.0, max(1.0, peak) / units) if units else 1.0


def check_copied_std(table: PublishedTable) -> list[Finding]:
    """One finding for a table that prints standard deviations in at least two rows."""
    stds = _stds(table)
    if len(stds) < 2:
        return []
    found = [*_between_rows(table, stds), *_within_rows(table, stds)]
    flagged = [coincidence for coincidence in found if coincidence.bound < THRESHOLD]
    return [
        Finding(
            paper=table.header.paper,
            table=table.header.table,
            check="copied_std",
            setting="",
            column="",
            verdict="inconsistent" if flagged else "consistent",
            convention=None,
            conventions={},
            stated=None,
            cells=tuple(_cells(table, stds, flagged)),
            words=_words(table, stds, flagged),
        )
    ]


def _stds(table: PublishedTable) -> dict[str, dict[Place, Published]]:
    """Row to its cells with a standard deviation, in the order of the table."""
    found: dict[str, dict[Place, Published]] = defaultdict(dict)
    for row, setting, metric in table.numbers:
        number = table.numbers[row, setting, metric]
        if number.std is not None:
            found[row][setting, metric] = number
    return {row: found[row] for row in table.header.rows if row in found}


def _between_rows(
    table: PublishedTable, stds: dict[str, dict[Place, Published]]
) -> Iterator[_Coincidence]:
    for first, second in itertools.combinations(stds, 2):
        own, other = stds[first], stds[second]
        shared = [place for place in own if place in other and own[place].mean != other[place].mean]
        equal = [place for place in shared if own[place].std == other[place].std]
        if equal:
            chance = math.prod(_collision(own[place], table) for place in equal)
            places = math.comb(len(shared), len(equal))
            bound = chance * places * math.comb(len(stds), 2)
            yield _Coincidence((first, second), tuple(equal), bound, len(shared))


def _within_rows(
    table: PublishedTable, stds: dict[str, dict[Place, Published]]
) -> Iterator[_Coincidence]:
    for row, cells in stds.items():
        by_std: dict[str, list[Place]] = defaultdict(list)
        for place, number in cells.items():
            by_std[str(number.std)].append(place)
        for std, equal in by_std.items():
            if len(equal) < 2:
                continue
            of = sum(decimals(str(number.std)) == decimals(std) for number in cells.values())
            chance = collision(std, table.header.n) ** (len(equal) - 1)
            bound = chance * math.comb(of, len(equal)) * len(stds)
            yield _Coincidence((row,), tuple(equal), bound, of)


def _collision(number: Published, table: PublishedTable) -> float:
    return collision(str(number.std), table.header.n)


def _cells(
    table: PublishedTable,
    stds: dict[str, dict[Place, Published]],
    flagged: Sequence[_Coincidence],
) -> Iterator[CellFinding]:
    """Every cell of a coincidence, with all that it is equal to."""
    equals: dict[tuple[str, Place], list[str]] = defaultdict(list)
    for coincidence in flagged:
        for row, place in itertools.product(coincidence.rows, coincidence.places):
            equals[row, place].extend(
                f"to that of {row_label(table, other)}"
                for other in coincidence.rows
                if other != row
            )
            if len(coincidence.rows) == 1:
                equals[row, place].append("to others of its row")
    for row, (setting, metric) in itertools.chain.from_iterable(
        [(row, place) for place in cells] for row, cells in stds.items()
    ):
        if (row, (setting, metric)) not in equals:
            continue
        number = stds[row][setting, metric]
        words = f"the standard deviation is equal {listed(equals[row, (setting, metric)])}"
        yield CellFinding(row, setting, metric, f"± {number.std}", "inconsistent", words=words)


def _words(
    table: PublishedTable,
    stds: dict[str, dict[Place, Published]],
    flagged: Iterable[_Coincidence],
) -> str:
    said = [_said(table, stds, coincidence) for coincidence in flagged]
    if not said:
        return "No standard deviations coincide more often than chance allows."
    return " ".join(said)


def _said(
    table: PublishedTable, stds: dict[str, dict[Place, Published]], coincidence: _Coincidence
) -> str:
    rows = [row_label(table, row) for row in coincidence.rows]
    first = stds[coincidence.rows[0]]
    if len(rows) == 1:
        columns = [column_label(table, metric) for _, metric in coincidence.places]
        what = f"has the standard deviation {first[coincidence.places[0]].std} in {listed(columns)}"
    else:
        values = listed([str(first[place].std) for place in coincidence.places])
        what = (
            f"have the same standard deviations in {len(coincidence.places)} of {coincidence.of} "
            f"columns ({values})"
        )
    limit = _reciprocal(coincidence.bound)
    return f"{listed(rows)} {what}; chance does that in fewer than one of {limit} such tables."


def _reciprocal(bound: float) -> str:
    """The reciprocal of a small probability, two digits, never larger than it is."""
    once_in = 1 / bound
    unit = 10 ** max(0, math.floor(math.log10(once_in)) - 1)
    return f"{math.floor(once_in / unit) * unit:,}"
