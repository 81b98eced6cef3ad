"""The linear programs, against the vertices of the same polytopes in exact fractions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import pytest

from mtl.audit import joint
from mtl.audit.joint import Affine, Row, decide, joint_intervals, largest, smallest_removals
from mtl.published.numbers import Interval


def affine(constant: float | str, *slopes: float | str) -> Affine:
    return Affine(Fraction(constant), tuple(map(Fraction, slopes)))


def row(printed: tuple[str, str] | None, *slopes: float | str) -> Row:
    """A row whose delta is one linear function of z."""
    form = affine(0, *slopes)
    return Row(form, form, Interval(*map(Fraction, printed)) if printed else None)


def solved(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """The one solution of square linear equations, by elimination; None without one."""
    size = len(matrix)
    rows = [[*left, value] for left, value in zip(matrix, right, strict=True)]
    for i in range(size):
        pivot = next((k for k in range(i, size) if rows[k][i]), None)
        if pivot is None:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for k in range(size):
            if k != i:
                rows[k] = [a - rows[k][i] * b for a, b in zip(rows[k], rows[i], strict=True)]
    return [own[-1] for own in rows]


def vertices(conditions: Sequence[Affine], size: int) -> Iterator[list[Fraction]]:
    """Every vertex of the polytope of the conditions in the box."""
    units = [[int(i == k) for k in range(size)] for i in range(size)]
    box = [affine(1, *(sign * u for u in unit)) for unit in units for sign in (1, -1)]
    faces = [*conditions, *box]
    for chosen in itertools.combinations(faces, size):
        z = solved([list(f.slopes) for f in chosen], [-f.constant for f in chosen])
        if z is not None and all(face.at(z) >= 0 for face in faces):
            yield z


def random_conditions(rng: np.random.Generator, size: int) -> list[Affine]:
    """Conditions in small whole numbers, so that many touch in a point; of different scales."""
    made = []
    for _ in range(int(rng.integers(1, 7))):
        scale = Fraction(10) ** int(rng.integers(-3, 4))
        numbers = [int(n) for n in rng.integers(-4, 5, size + 1)]
        made.append(Affine(numbers[0] * scale, tuple(n * scale for n in numbers[1:])))
    return made


@pytest.mark.parametrize("seed", range(4))
def test_outcomes_and_maxima_are_those_of_the_vertices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outcomes = []
    for _ in range(60):
        size = int(rng.integers(1, 4))
        conditions = random_conditions(rng, size)
        found = list(vertices(conditions, size))
        outcome = decide(conditions).outcome
        outcomes.append(outcome)
        assert outcome in ("borderline", "feasible" if found else "infeasible")
        if found:
            goal = random_conditions(rng, size)[0]
            exact = max(goal.at(z) for z in found)
            [bound] = largest([goal], conditions, [range(len(conditions))])
            assert bound >= exact
            assert float(bound) == pytest.approx(float(exact), rel=1e-7, abs=1e-7)
    assert outcomes.count("feasible") >= 15
    assert outcomes.count("infeasible") >= 15
    assert outcomes.count("borderline") <= 3


def test_culprits_contradict_each_other() -> None:
    rng = np.random.default_rng(7)
    seen = 0
    for _ in range(80):
        conditions = random_conditions(rng, 2)
        decision = decide(conditions)
        if decision.outcome == "infeasible":
            seen += 1
            culprits = [conditions[i] for i in decision.culprits]
            assert list(vertices(culprits, 2)) == []
    assert seen >= 15


def test_a_polytope_of_one_point_is_feasible() -> None:
    corner = [affine(-1, 1, 0), affine(-1, 0, 1)]  # z = (1, 1)
    assert decide(corner).outcome == "feasible"
    assert decide([*corner, affine(2, -1, -1)]).outcome == "feasible"
    assert decide([*corner, affine("1.999", -1, -1)]).outcome == "infeasible"


def test_what_only_an_irrational_looking_point_solves_is_never_infeasible() -> None:
    # z = 1/3 alone: no float is exactly there.
    conditions = [affine("-1", 3), affine("1", -3)]
    assert decide(conditions).outcome in ("feasible", "borderline")


def test_no_conditions_hold_everywhere() -> None:
    assert decide([]).outcome == "feasible"
    assert largest([affine(1, 2, -3)], [], [[]]) == [6]


def test_a_failed_solver_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failed:
        success = False

    monkeypatch.setattr("scipy.optimize.linprog", lambda *args, **kwargs: Failed())
    apart = [affine(-1, 1, 2), affine(-1, -1, -2)]
    assert decide(apart).outcome == "borderline"
    assert largest([affine(0, 1, 1)], [affine(0, -1, -1)], [[0]]) == [2]  # that of the box


def test_rows_limit_each_other() -> None:
    rows = {
        "a": row(("0.5", "2"), 1, 0),  # z_1 >= 0.5
        "b": row(("-2", "0"), 0, 1),  # z_2 <= 0
        "c": row(("-9", "9"), 1, -1),
        "lost": row(None, 1, 1),
    }
    found = joint_intervals(rows, {"c": ["a", "b"], "lost": ["a"], "a": ["b", "c"]})
    assert tuple(map(float, found["c"])) == pytest.approx((0.5, 2))
    assert tuple(map(float, found["lost"])) == pytest.approx((-0.5, 2))
    assert tuple(map(float, found["a"])) == pytest.approx((-1, 1))


def test_the_smallest_removals_are_all_found() -> None:
    rows = {
        "high": row(("0.5", "2"), 1),
        "higher": row(("0.6", "2"), 1),
        "low": row(("-2", "0"), 1),
        "free": row(("-9", "9"), 1),
    }
    outcome, clash = joint.decide_rows(rows, rows)
    assert outcome == "infeasible"
    assert smallest_removals(rows, clash) == (frozenset({"low"}),)
    del rows["higher"]
    found = smallest_removals(rows, joint.decide_rows(rows, rows)[1])
    assert set(found) == {frozenset({"low"}), frozenset({"high"})}


def test_pairs_are_removed_where_one_row_is_not_enough() -> None:
    rows = {f"high_{i}": row(("0.5", "2"), 1) for i in range(3)} | {
        f"low_{i}": row(("-2", "0"), 1) for i in range(2)
    }
    found = smallest_removals(rows, joint.decide_rows(rows, rows)[1])
    assert found == (frozenset({"low_0", "low_1"}),)


def test_the_search_for_removals_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {f"high_{i}": row(("0.5", "2"), 1) for i in range(4)} | {
        f"low_{i}": row(("-2", "0"), 1) for i in range(4)
    }
    clash = joint.decide_rows(rows, rows)[1]
    assert smallest_removals(rows, clash) == ()  # four rows would have to go
    monkeypatch.setattr(joint, "MOST_PROGRAMS", 1)
    del rows["low_1"], rows["low_2"], rows["low_3"]
    assert smallest_removals(rows, ("high_0", "low_0")) == ()
