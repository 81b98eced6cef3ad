"""A delta column under one set of weights: which rows can be right, alone and together."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from mtl.audit.changes import Changes, Linear
from mtl.audit.conventions import Weights
from mtl.audit.intervals import allows, nearest_printable, overlap, point, printable
from mtl.audit.joint import Affine, Outcome, Row, decide_rows, joint_intervals, smallest_removals
from mtl.published.numbers import Interval, decimals, rounding_interval

_FACTORS = {"fraction": 1}
_PERCENT = 100


class DeltaAnalysis:
    """What can be proved of a column; programs are solved when something asks for their outcome.

    Attributes:
        reasons: rows that cannot be decided, and why.
        rows: the other rows but the baseline, as functions of the unrounded baseline.
    """

    def __init__(self, changes: Changes, weights: Weights) -> None:
        self.column = changes.column
        self.baseline = changes.baseline
        factor = _FACTORS.get(self.column.column.unit, _PERCENT)
        self._factors = {name: factor * weight for name, weight in weights.items() if weight}
        self.reasons: dict[str, str] = {}
        self.rows: dict[str, Row] = {}
        for row in self.column.rows:
            if row == self.baseline:
                continue
            if obstacle := changes.obstacle(row, self._factors):
                self.reasons[row] = obstacle
            else:
                self.rows[row] = self._row(row, changes)

    def _row(self, row: str, changes: Changes) -> Row:
        low, high = [], []
        for metric, factor in self._factors.items():
            ends = changes.ends(row, metric)
            least, most = ends if factor > 0 else ends[::-1]
            low.append(Linear(factor * least.constant, factor * least.slope))
            high.append(Linear(factor * most.constant, factor * most.slope))
        printed = self.column.printed(row)
        return Row(
            low=_affine(low),
            high=_affine(high),
            printed=None if printed is None else rounding_interval(printed),
        )

    @property
    def baseline_is_zero(self) -> bool:
        """Whether the baseline's own number, if printed, is 0."""
        printed = self.column.printed(self.baseline)
        return printed is None or allows(point(0), printed)

    @cached_property
    def impossible(self) -> frozenset[str]:
        """Rows whose printed number is wrong whatever the baseline."""
        return frozenset(
            name
            for name, row in self.rows.items()
            if row.printed and not overlap(row.alone, row.printed)
        )

    @cached_property
    def possible(self) -> dict[str, Row]:
        """The other rows with a printed number."""
        return {
            name: row
            for name, row in self.rows.items()
            if row.printed and name not in self.impossible
        }

    @cached_property
    def _joint(self) -> tuple[Outcome, tuple[str, ...]]:
        return decide_rows(self.possible, self.possible)

    @property
    def outcome(self) -> Outcome:
        """Whether the possible rows can be right together."""
        return self._joint[0]

    @cached_property
    def _removals(self) -> tuple[frozenset[str], ...]:
        if self.outcome != "infeasible":
            return ()
        return smallest_removals(self.possible, self._joint[1])

    @property
    def removals(self) -> tuple[frozenset[str], ...]:
        """The smallest sets of possible rows without which the others can be right together.

        Where none is found, the one set of rows that are proved to contradict each other.
        """
        return self._removals or ((frozenset(self._joint[1]),) if self.unexplained else ())

    @property
    def unexplained(self) -> bool:
        """Whether the rows contradict each other, but no small set of them is to blame."""
        return self.outcome == "infeasible" and not self._removals

    @property
    def blamed(self) -> frozenset[str]:
        """The rows of all these sets."""
        return frozenset[str]().union(*self.removals)

    @property
    def merit(self) -> tuple[float, ...]:
        """How many rows can be right together, then how little the impossible ones are off."""
        explained = len(self.possible) - len(self.removals[0] if self.removals else ())
        return explained, -sum(_distance(self.rows[name]) for name in self.impossible)

    def others(self, name: str) -> list[str]:
        """The rows that are taken to be right when this one is judged."""
        aside = next((rows for rows in self.removals if name in rows), self.blamed)
        return [other for other in self.possible if other != name and other not in aside]

    @cached_property
    def jointly(self) -> dict[str, Interval]:
        """Every delta that a row allows when its `others` are right."""
        return joint_intervals(self.rows, {name: self.others(name) for name in self.rows})

    def nearest(self, name: str) -> str | None:
        """The printable number nearest to the printed one that is possible.

        Alone for a row that is impossible alone, else together with its `others`; None where it is
        unexplained which rows these are.
        """
        printed = str(self.column.printed(name))
        if name in self.impossible:
            return nearest_printable(printed, self.rows[name].alone)
        if self.unexplained:
            return None
        found = nearest_printable(printed, self.jointly[name])
        others = {other: self.possible[other] for other in self.others(name)}
        row = replace(self.rows[name], printed=rounding_interval(found))
        if decide_rows({**others, name: row}, [*others, name])[0] != "infeasible":
            return found
        # The bound of `jointly` lies beyond the true one by the solver's rounding.
        step = Fraction(1, 10 ** decimals(printed))
        away = step if Fraction(found) > Fraction(printed) else -step
        return printable(Fraction(found) + away, printed)


def _distance(row: Row) -> float:
    """How far the printed number is from every possible one."""
    if row.printed is None:
        return 0.0
    gaps = (row.alone.low - row.printed.high, row.printed.low - row.alone.high, Fraction(0))
    return float(max(gaps))


def _affine(terms: list[Linear]) -> Affine:
    return Affine(
        sum((term.constant for term in terms), Fraction(0)), tuple(term.slope for term in terms)
    )
