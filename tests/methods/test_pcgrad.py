from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mtl.data.store import Store
from mtl.layers.replicas import numpy_generator
from mtl.methods.pcgrad import pcgrad_weights
from tests.methods.gramians import Rows, gradients
from tests.methods.steps import batch, joint_step
from tests.training.fabricate import make_spec, make_trainer, train_batches

SEEDS = (3, 11)


def surgery(rows: Rows, generator: np.random.Generator) -> NDArray[np.float64]:
    """The paper's Algorithm 1 on the gradients themselves."""
    total = np.zeros(rows.shape[1])
    for task in range(len(rows)):
        own = rows[task].copy()
        for other in generator.permutation(len(rows)):
            product = own @ rows[other]
            if other != task and product < 0:
                own -= product / (rows[other] @ rows[other]) * rows[other]
        total += own
    return total


@pytest.mark.parametrize("seed", range(20))
def test_the_combination_is_that_of_the_algorithm(seed: int) -> None:
    rows = np.random.default_rng(seed).standard_normal((6, 9))
    rows *= 10.0 ** np.random.default_rng(seed + 100).integers(-2, 3, (6, 1))
    weights = pcgrad_weights(rows @ rows.T, np.random.default_rng(seed))
    expected = surgery(rows, np.random.default_rng(seed))
    np.testing.assert_allclose(weights @ rows, expected, rtol=1e-8, atol=1e-10)


@given(gradients(), st.integers(0, 99))
def test_weights_are_finite_and_at_least_one(rows: Rows, seed: int) -> None:
    weights = pcgrad_weights(rows @ rows.T, np.random.default_rng(seed))
    assert np.isfinite(weights).all()
    assert (weights >= 1 - 1e-12).all()


def test_two_opposed_tasks_lose_what_opposes() -> None:
    rows = np.array([[1.0, 0.0], [-1.0, 1.0]])
    weights = pcgrad_weights(rows @ rows.T, np.random.default_rng(0))
    # (1, 0) + 1/2 (-1, 1) = (1/2, 1/2); (-1, 1) + (1, 0) = (0, 1).
    np.testing.assert_allclose(weights @ rows, [0.5, 1.5])


@given(gradients())
def test_without_conflict_it_is_the_sum(rows: Rows) -> None:
    rows = np.abs(rows)
    np.testing.assert_array_equal(pcgrad_weights(rows @ rows.T, np.random.default_rng(0)), 1)


def test_a_gramian_that_is_not_finite_is_refused() -> None:
    with pytest.raises(FloatingPointError, match="not finite"):
        pcgrad_weights(np.array([[np.nan]]), np.random.default_rng(0))


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(10))
def test_torchjd_gives_the_same_in_the_same_order(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torchjd.aggregation import PCGradWeighting

    rows = np.random.default_rng(seed).standard_normal((5, 8))
    rows *= 10.0 ** np.random.default_rng(seed).integers(-4, 5, (5, 1))
    orders = [np.random.default_rng((seed, task)).permutation(5) for task in range(5)]

    class Given:
        def __init__(self) -> None:
            self.orders = iter(orders)

        def permutation(self, n: int) -> NDArray[np.intp]:
            return next(self.orders)

    left = iter(orders)
    monkeypatch.setattr(torch, "randperm", lambda n, **_: torch.from_numpy(next(left)))
    expected = PCGradWeighting()(torch.from_numpy(rows @ rows.T)).numpy()
    found = pcgrad_weights(rows @ rows.T, Given())
    np.testing.assert_allclose(found @ rows, expected @ rows, rtol=1e-6, atol=1e-8)


def test_the_trunk_follows_the_combination_and_each_head_its_own_task(store: Store) -> None:
    trainer = make_trainer(store, make_spec("pcgrad", host="resnet_small", batch_size=8), SEEDS)
    images, targets = batch(trainer)
    losses = trainer.objective.losses(trainer.network(images, None), targets)
    trunk = list(trainer.network.trunk.parameters())
    heads = list(trainer.network.heads.parameters())
    rows = [
        [
            torch.cat(
                [
                    one[seed].flatten()
                    for one in torch.autograd.grad(losses[seed, task], trunk, retain_graph=True)
                ]
            )
            for task in range(3)
        ]
        for seed in range(len(SEEDS))
    ]
    own = torch.autograd.grad(losses.sum(), heads)
    train_batches(trainer, 1)
    for parameter, gradient in zip(heads, own, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=0, atol=1e-12)
    for position, seed in enumerate(SEEDS):
        expected = surgery(
            torch.stack(rows[position]).numpy(), numpy_generator(seed, "pcgrad", 0, 0)
        )
        found = torch.cat([parameter.grad[position].flatten() for parameter in trunk])
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_the_order_is_another_in_every_step(store: Store) -> None:
    trainer = make_trainer(store, make_spec("pcgrad", host="resnet_small", batch_size=8), SEEDS)
    step = joint_step(trainer, *batch(trainer))
    gramian = np.array([[[1.0, -1.0, 0.5], [-1.0, 2.0, -1.5], [0.5, -1.5, 3.0]]] * 2)
    object.__setattr__(step, "gramians", gramian)
    found = set()
    for number in range(12):
        trainer.method.before_batch(trainer.network, number, 12, 0)
        found.add(tuple(trainer.method.gradient_weights(step).flatten().tolist()))
    assert len(found) > 1
