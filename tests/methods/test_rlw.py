from __future__ import annotations

import torch

from mtl.data.store import Store
from tests.methods.steps import batch, joint_step
from tests.training.fabricate import make_spec, make_trainer

SEEDS = (3, 11)


def drawn(store: Store, seeds: tuple[int, ...], steps: int = 40) -> torch.Tensor:
    """`[steps, S, T]`."""
    trainer = make_trainer(store, make_spec("rlw", host="resnet_small", batch_size=8), seeds)
    step = joint_step(trainer, *batch(trainer))
    found = []
    for number in range(steps):
        trainer.method.before_batch(trainer.network, number % 8, 8, number // 8)
        found.append(trainer.method.task_weights(step))
    return torch.stack(found)


def test_weights_are_positive_of_sum_one_and_new_in_every_step(store: Store) -> None:
    weights = drawn(store, SEEDS)
    assert (weights > 0).all()
    torch.testing.assert_close(weights.sum(2), torch.ones_like(weights[..., 0]))
    assert len(torch.unique(weights[:, 0, 0])) == len(weights)


def test_they_are_the_softmax_of_normal_draws(store: Store) -> None:
    weights = drawn(store, (0,), steps=400)[:, 0]
    differences = (weights[:, 0] / weights[:, 1]).log()  # normal of variance 2
    assert abs(float(differences.mean())) < 0.3
    assert abs(float(differences.var()) - 2) < 0.6


def test_a_seed_draws_the_same_beside_others(store: Store) -> None:
    assert torch.equal(drawn(store, SEEDS)[:, 1], drawn(store, SEEDS[1:])[:, 0])
