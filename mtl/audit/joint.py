"""Whether the rows of a delta column can be right together, since they share a baseline.

With the baseline's unrounded metrics B_i fixed, the metrics of a row range over their rounding
intervals on their own, so that its delta fills an interval whose ends are linear in u_i = 1 / B_i.
A printed number therefore gives two linear conditions on u, and a column is a small linear program
in u over a box. Here u_i = centre_i + radius_i z_i with z_i in [-1, 1], and conditions are affine
forms in z that must not be negative.

HiGHS solves in floating point; what it finds is taken for nothing until it is proved in exact
fractions: a solution by inserting it, its absence by Farkas' lemma (nonnegative multiples of the
forms whose sum is negative on all of the box). What can be proved neither way is borderline, and
never called inconsistent.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from mtl.published.numbers import Interval

Outcome = Literal["feasible", "infeasible", "borderline"]

MOST_REMOVED = 3
"""The largest set of rows whose removal is tried."""
MOST_PROGRAMS = 300
"""Linear programs spent on the search for such sets."""


class Affine(NamedTuple):
    """constant + sum_i slopes[i] z_i."""

    constant: Fraction
    slopes: tuple[Fraction, ...]

    def at(self, z: Sequence[Fraction | int]) -> Fraction:
        """The value at a point."""
        return self.constant + sum(map(operator.mul, self.slopes, z))

    @property
    def highest(self) -> Fraction:
        """The largest value on the box."""
        return self.constant + sum(map(abs, self.slopes))

    def __neg__(self) -> Affine:
        return Affine(-self.constant, tuple(-slope for slope in self.slopes))


def combine(forms: Iterable[tuple[Fraction | int, Affine]]) -> Affine:
    """The sum of multiples of forms."""
    forms = list(forms)
    size = len(forms[0][1].slopes)
    return Affine(
        sum((f * form.constant for f, form in forms), Fraction(0)),
        tuple(sum((f * form.slopes[i] for f, form in forms), Fraction(0)) for i in range(size)),
    )


@dataclass(frozen=True)
class Row:
    """The delta of a row as it depends on the baseline.

    Attributes:
        low, high: the least and the largest delta, in percent, that the row's metrics allow.
        printed: the rounding interval of the printed delta; None for a number that is lost.
    """

    low: Affine
    high: Affine
    printed: Interval | None

    @cached_property
    def alone(self) -> Interval:
        """Every delta that the row allows with any baseline."""
        return Interval(-(-self.low).highest, self.high.highest)

    @cached_property
    def conditions(self) -> tuple[Affine, ...]:
        """What must not be negative if the printed number is right."""
        if self.printed is None:
            return ()
        return (
            self.high._replace(constant=self.high.constant - self.printed.low),
            Affine(self.printed.high - self.low.constant, (-self.low).slopes),
        )


@dataclass(frozen=True)
class Decision:
    """Whether conditions can hold together.

    Attributes:
        outcome: proved, or borderline.
        culprits: indices of conditions that already contradict each other, when infeasible.
    """

    outcome: Outcome
    culprits: tuple[int, ...] = ()


def decide(conditions: Sequence[Affine]) -> Decision:
    """Decide whether some z in the box makes no condition negative."""
    if not conditions or all(form.constant >= 0 for form in conditions):
        return Decision("feasible")
    for i, form in enumerate(conditions):
        if form.highest < 0:
            return Decision("infeasible", (i,))
    solution = _largest_slack(conditions)
    if solution is None:
        return Decision("borderline")
    z, multipliers = solution
    if all(form.at(z) >= 0 for form in conditions):
        return Decision("feasible")
    if multipliers:
        proof = combine((factor, conditions[i]) for i, factor in multipliers.items())
        if proof.highest < 0:
            return Decision("infeasible", tuple(multipliers))
    return Decision("borderline")


def _normalised(forms: Sequence[Affine]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Constants and slopes divided by the largest slope of their form, and that slope."""
    scale = np.array([float(max(map(abs, form.slopes), default=0)) or 1.0 for form in forms])
    constants = np.array([float(form.constant) for form in forms]) / scale
    slopes = np.array([[float(slope) for slope in form.slopes] for form in forms])
    return constants, slopes / scale[:, None], scale


def _exact(values: Iterable[float]) -> tuple[Fraction, ...]:
    """Floats as fractions, clipped into the box."""
    return tuple(Fraction(min(1.0, max(-1.0, float(value)))) for value in values)


def _largest_slack(
    conditions: Sequence[Affine],
) -> tuple[tuple[Fraction, ...], dict[int, Fraction]] | None:
    """A point where the smallest normalised condition is largest, and the dual multipliers."""
    from scipy.optimize import linprog

    constants, slopes, scale = _normalised(conditions)
    size = slopes.shape[1]
    solved: Any = linprog(
        np.r_[np.zeros(size), -1.0],
        A_ub=np.c_[-slopes, np.ones(len(conditions))],
        b_ub=constants,
        bounds=[(-1, 1)] * size + [(None, 1)],
        method="highs",
    )
    if not solved.success:
        return None
    duals = -np.asarray(solved.ineqlin.marginals) / scale
    multipliers = {i: Fraction(float(dual)) for i, dual in enumerate(duals) if dual > 0}
    return _exact(solved.x[:size]), multipliers


def largest(
    objectives: Sequence[Affine], conditions: Sequence[Affine], chosen: Sequence[Sequence[int]]
) -> list[Fraction]:
    """An upper bound of each objective on the box under some conditions, proved by duality.

    It is the maximum but for the rounding of the solver. Objectives whose maximum on the box
    already fulfils their conditions need no program; all others share one.

    Args:
        objectives: what is made as large as possible, each on its own.
        conditions: all conditions.
        chosen: for each objective the indices of the conditions that hold.
    """
    bounds = [form.highest for form in objectives]
    if not conditions:
        return bounds
    constants, slopes, scale = _normalised(conditions)
    _, goals, heights = _normalised(objectives)
    corners = np.where(goals >= 0, 1.0, -1.0)
    fulfilled = corners @ slopes.T + constants >= 0
    hard = [k for k, own in enumerate(chosen) if not fulfilled[k, list(own)].all()]
    if not hard:
        return bounds
    own = [list(chosen[k]) for k in hard]
    duals = _block_duals(goals[hard], [(constants[i], slopes[i]) for i in own])
    for k, multipliers in zip(hard, duals, strict=True):
        terms = [
            (Fraction(float(dual * heights[k] / scale[i])), conditions[i])
            for i, dual in zip(chosen[k], multipliers, strict=True)
            if dual > 0
        ]
        bounds[k] = min(bounds[k], combine([(1, objectives[k]), *terms]).highest)
    return bounds


def _block_duals(
    goals: np.ndarray, conditions: Sequence[tuple[np.ndarray, np.ndarray]]
) -> list[np.ndarray]:
    """The dual multipliers of each maximum, from one program with independent blocks.

    Args:
        goals: slopes of the objectives, one a row.
        conditions: for each of them the constants and slopes of its conditions.
    """
    from scipy.optimize import linprog
    from scipy.sparse import block_diag

    together: Any = block_diag([-slopes for _, slopes in conditions], format="csr")
    solved: Any = linprog(
        -goals.ravel(),
        A_ub=together,
        b_ub=np.concatenate([constants for constants, _ in conditions]),
        bounds=(-1, 1),
        method="highs",
    )
    sizes = [len(constants) for constants, _ in conditions]
    if not solved.success:  # without multipliers the bound is that of the box
        return [np.zeros(size) for size in sizes]
    return np.split(-np.asarray(solved.ineqlin.marginals), np.cumsum(sizes)[:-1])


def joint_intervals(
    rows: Mapping[str, Row], others: Mapping[str, Collection[str]]
) -> dict[str, Interval]:
    """Every delta that each row allows when the other rows' printed numbers are right.

    Args:
        rows: all rows by name.
        others: the rows to judge, with the rows that are taken to be right beside each.
    """
    names = list(others)
    owners = [(name, form) for name, row in rows.items() for form in row.conditions]
    chosen = [[i for i, (owner, _) in enumerate(owners) if owner in others[n]] for n in names]
    bounds = largest(
        [rows[name].high for name in names] + [-rows[name].low for name in names],
        [form for _, form in owners],
        chosen * 2,
    )
    return {
        name: Interval(-low, high)
        for name, high, low in zip(names, bounds[: len(names)], bounds[len(names) :], strict=True)
    }


def decide_rows(rows: Mapping[str, Row], names: Iterable[str]) -> tuple[Outcome, tuple[str, ...]]:
    """Whether the printed numbers of rows can be right together, and if not, rows that clash."""
    owners = [(name, form) for name in names for form in rows[name].conditions]
    decision = decide([form for _, form in owners])
    return decision.outcome, tuple(dict.fromkeys(owners[i][0] for i in decision.culprits))


def smallest_removals(
    rows: Mapping[str, Row], culprits: tuple[str, ...]
) -> tuple[frozenset[str], ...]:
    """The smallest sets of rows without which the others do not contradict each other.

    Every such set holds a row of each contradiction found, so that only these are tried. Empty when
    no set of at most `MOST_REMOVED` rows will do, or the search takes over `MOST_PROGRAMS`.

    Args:
        rows: rows that contradict each other.
        culprits: a contradiction among them.
    """
    level: dict[frozenset[str], tuple[str, ...]] = {frozenset(): culprits}
    programs = 0
    for _ in range(MOST_REMOVED):
        sufficient: list[frozenset[str]] = []
        following: dict[frozenset[str], tuple[str, ...]] = {}
        tried: set[frozenset[str]] = set()
        for removed, left in level.items():
            for row in left:
                candidate = removed | {row}
                if candidate in tried:
                    continue
                tried.add(candidate)
                programs += 1
                if programs > MOST_PROGRAMS:
                    return ()
                rest = [name for name in rows if name not in candidate]
                outcome, clash = decide_rows(rows, rest)
                if outcome == "infeasible":
                    following[candidate] = clash
                else:
                    sufficient.append(candidate)
        if sufficient:
            return tuple(sufficient)
        level = following
    return ()
