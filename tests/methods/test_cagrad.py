from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mtl.data.store import Store
from mtl.methods.cagrad import cagrad_weights
from tests.methods.gramians import Rows, gradients
from tests.methods.steps import batch, joint_step
from tests.training.fabricate import make_spec, make_trainer, train_batches

SEEDS = (3, 11)
RADIUS = st.sampled_from([0.1, 0.4, 0.9])


@given(gradients(), RADIUS)
def test_the_solution_is_optimal(rows: Rows, c: float) -> None:
    weights, gap = cagrad_weights(rows @ rows.T, c)
    assert np.isfinite(weights).all()
    assert -1e-7 <= gap < 1e-4


@given(gradients(), RADIUS)
def test_the_direction_stays_in_the_ball_and_improves_the_worst_task(rows: Rows, c: float) -> None:
    tasks = len(rows)
    scale = np.sqrt(np.trace(rows @ rows.T) / tasks) or 1.0
    rows = rows / scale
    mean = rows.mean(0)
    direction = cagrad_weights(rows @ rows.T, c)[0] @ rows * (1 + c**2) / tasks
    assert np.linalg.norm(direction - mean) <= c * np.linalg.norm(mean) + 1e-6
    assert (rows @ direction).min() >= (rows @ mean).min() - 1e-4


@given(gradients(), st.floats(-6, 6))
def test_the_scale_does_not_matter(rows: Rows, exponent: float) -> None:
    straight, _ = cagrad_weights(rows @ rows.T, 0.4)
    scaled, _ = cagrad_weights(10.0**exponent * (rows @ rows.T), 0.4)
    size = np.sqrt(np.trace(rows @ rows.T)) or 1.0
    np.testing.assert_allclose(scaled @ rows / size, straight @ rows / size, atol=2e-3)


def test_special_cases() -> None:
    np.testing.assert_allclose(cagrad_weights(np.zeros((3, 3)), 0.4)[0], 1 / 1.16)
    np.testing.assert_array_equal(cagrad_weights(np.eye(3), 0.0)[0], 1)
    # One task: g0 (1 + c) / (1 + c^2).
    np.testing.assert_allclose(cagrad_weights(np.array([[7.0]]), 0.4)[0], [1.4 / 1.16])
    # Equal orthogonal tasks: g_w is the mean, and both follow it alike.
    np.testing.assert_allclose(cagrad_weights(np.eye(2), 0.5)[0], [1.5 / 1.25] * 2)
    with pytest.raises(FloatingPointError, match="not finite"):
        cagrad_weights(np.full((2, 2), np.inf), 0.4)


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(12))
def test_cvxpy_finds_no_better_worst_case(seed: int) -> None:
    import cvxpy

    generator = np.random.default_rng(seed)
    rows = generator.standard_normal((5, 7)) - 0.5 * generator.standard_normal(7)
    rows *= 10.0 ** generator.uniform(-2, 2, (5, 1))
    rows /= np.sqrt(np.trace(rows @ rows.T) / 5)
    mean, c = rows.mean(0), 0.4
    step = cvxpy.Variable(7)
    ball = cvxpy.norm(step - mean) <= c * np.linalg.norm(mean)
    best = cvxpy.Problem(cvxpy.Maximize(cvxpy.min(rows @ step)), [ball])
    best.solve(solver=cvxpy.CLARABEL)
    direction = cagrad_weights(rows @ rows.T, c)[0] @ rows * (1 + c**2) / 5
    assert (rows @ direction).min() == pytest.approx(best.value, abs=1e-4)


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(6))
def test_torchjd_gives_the_same_direction(seed: int) -> None:
    from torchjd.aggregation import CAGradWeighting

    rows = np.random.default_rng(seed).standard_normal((4, 9))
    theirs = CAGradWeighting(c=0.4, norm_eps=1e-8)(torch.from_numpy(rows @ rows.T)).numpy() @ rows
    ours = cagrad_weights(rows @ rows.T, 0.4)[0] @ rows * (1 + 0.4**2) / 4
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_the_gap_of_the_worst_seed_is_reported(store: Store) -> None:
    trainer = make_trainer(store, make_spec("cagrad", host="resnet_small", batch_size=8), SEEDS)
    step = joint_step(trainer, *batch(trainer))
    weights = trainer.method.gradient_weights(step)
    solved = [cagrad_weights(gramian, 0.4) for gramian in step.gramians]
    np.testing.assert_array_equal(weights, np.stack([one for one, _ in solved]))
    assert trainer.method.solver_gap() == max(gap for _, gap in solved)
    train_batches(trainer, 3)
    assert trainer.gap_count == 3
