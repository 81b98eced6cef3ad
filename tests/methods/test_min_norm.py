from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.methods._min_norm import duality_gap, min_norm_weights
from tests.methods.gramians import Rows, gradients


@given(gradients())
def test_weights_are_convex_and_optimal(rows: Rows) -> None:
    gramian = rows @ rows.T
    weights = min_norm_weights(gramian)
    assert weights.shape == (len(rows),)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert duality_gap(gramian, weights) < 1e-8


@given(gradients())
def test_no_row_can_be_followed_to_a_shorter_combination(rows: Rows) -> None:
    """The optimality condition of the combination itself, for rows of like norms."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    combination = min_norm_weights(rows @ rows.T) @ rows
    assert (rows @ combination >= combination @ combination - 1e-8).all()


@given(gradients(), st.floats(-6, 6))
def test_the_scale_does_not_matter(rows: Rows, exponent: float) -> None:
    gramian = rows @ rows.T
    scaled = min_norm_weights(gramian * 10.0**exponent)
    assert duality_gap(gramian, scaled) < 1e-8


@given(gradients(), st.randoms(use_true_random=False))
def test_the_order_of_tasks_does_not_matter(rows: Rows, random) -> None:
    order = random.sample(range(len(rows)), len(rows))
    gramian = rows @ rows.T
    scale = max(np.trace(gramian) / len(rows), 1e-300)
    straight = min_norm_weights(gramian) @ rows
    shuffled = min_norm_weights(gramian[np.ix_(order, order)]) @ rows[order]
    np.testing.assert_allclose(shuffled / scale**0.5, straight / scale**0.5, atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.floats(-3, 3))
def test_two_tasks_have_the_closed_form(seed: int, exponent: float) -> None:
    first, second = np.random.default_rng(seed).standard_normal((2, 6))
    second = second * 10.0**exponent
    difference = first - second
    share = np.clip(-(second @ difference) / (difference @ difference), 0, 1)
    rows = np.stack([first, second])
    weights = min_norm_weights(rows @ rows.T)
    np.testing.assert_allclose(weights, [share, 1 - share], atol=1e-7)


def test_special_cases() -> None:
    assert min_norm_weights(np.array([[3.0]])).tolist() == [1.0]
    assert min_norm_weights(np.zeros((4, 4))).tolist() == [0.25] * 4
    orthogonal = np.diag([1.0, 4.0])
    np.testing.assert_allclose(min_norm_weights(orthogonal), [0.8, 0.2], atol=1e-12)
    with_zero = np.diag([1.0, 0.0, 4.0])
    np.testing.assert_allclose(min_norm_weights(with_zero), [0, 1, 0], atol=1e-12)
    opposed = np.array([[1.0, -1.0], [-1.0, 1.0]])
    np.testing.assert_allclose(min_norm_weights(opposed), [0.5, 0.5], atol=1e-9)


def test_duplicates_share_one_weight() -> None:
    rows = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    weights = min_norm_weights(rows @ rows.T)
    assert weights[0] + weights[1] == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_gramian_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(FloatingPointError, match="not finite"):
        min_norm_weights(np.array([[1.0, value], [value, 1.0]]))


def test_the_gap_bounds_the_excess() -> None:
    gramian = np.diag([1.0, 4.0])
    uniform = np.array([0.5, 0.5])
    excess = (uniform @ gramian @ uniform - 0.8) / 2.5
    assert duality_gap(gramian, uniform) >= excess > 0
    assert duality_gap(np.zeros((2, 2)), uniform) == 0


def cases() -> list[Rows]:
    generator = np.random.default_rng(0)
    iid = [generator.standard_normal((tasks, 50)) for tasks in (2, 3, 8, 20)]
    direction = generator.standard_normal(50)
    conflicting = [
        rows + 2 * np.outer(generator.choice([-1, 1], len(rows)), direction) for rows in iid
    ]
    scaled = [rows * 10.0 ** generator.uniform(-2, 2, (len(rows), 1)) for rows in iid]
    deficient = [generator.standard_normal((8, 3)) @ generator.standard_normal((3, 50))]
    return iid + conflicting + scaled + deficient


@pytest.mark.oracle
@pytest.mark.parametrize("rows", cases())
def test_the_squared_norm_is_that_of_a_quadratic_program(rows: Rows) -> None:
    import cvxpy

    unit = rows / np.sqrt((rows**2).sum(1).mean())
    variable = cvxpy.Variable(len(rows), nonneg=True)
    problem = cvxpy.Problem(
        cvxpy.Minimize(cvxpy.sum_squares(unit.T @ variable)), [cvxpy.sum(variable) == 1]
    )
    problem.solve(solver=cvxpy.CLARABEL)
    weights = min_norm_weights(unit @ unit.T)
    assert np.sum((weights @ unit) ** 2) == pytest.approx(problem.value, abs=1e-7)


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("rows", cases())
def test_no_longer_than_torchjds_combination(rows: Rows) -> None:
    """TorchJD's Frank-Wolfe search stops short of the optimum; with patience it comes close."""
    import torch
    from torchjd.aggregation import MGDAWeighting

    unit = rows / np.sqrt((rows**2).sum(1).mean())
    gramian = unit @ unit.T
    theirs = MGDAWeighting(epsilon=1e-9, max_iters=20000)(torch.from_numpy(gramian)).numpy()
    ours = min_norm_weights(gramian)
    assert ours @ gramian @ ours <= theirs @ gramian @ theirs + 1e-12
    assert ours @ gramian @ ours == pytest.approx(theirs @ gramian @ theirs, abs=1e-3)
