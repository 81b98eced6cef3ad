from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from mtl.data.store import Store
from mtl.methods._min_norm import min_norm_weights
from mtl.training.trainer import Trainer
from tests.methods.steps import batch, joint_step, losses, trunk_gradients
from tests.training.fabricate import make_spec, make_trainer, train_batches

SEEDS = (3, 11)


def make(store: Store, normalization: str = "none") -> Trainer:
    spec = make_spec(
        "mgda_ub", host="resnet_small", batch_size=8, options={"normalization": normalization}
    )
    return make_trainer(store, spec, SEEDS)


def rows_by_autograd(trainer: Trainer, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """`[S, T, B*F]` gradients of each seed's task losses at the features, and the losses."""
    features = trainer.network.trunk(images, None).detach().requires_grad_()
    found = trainer.objective.losses(trainer.network.heads(features, None), targets)
    rows = [
        torch.autograd.grad(found[seed, task], features, retain_graph=True)[0][:, seed].flatten()
        for seed in range(len(SEEDS))
        for task in range(3)
    ]
    return torch.stack(rows).view(len(SEEDS), 3, -1), found.detach()


@pytest.mark.parametrize("normalization", ["none", "l2", "loss", "loss+"])
def test_weights_are_the_min_norm_point_of_the_normalised_gradients(
    store: Store, normalization: str
) -> None:
    trainer = make(store, normalization)
    images, targets = batch(trainer)
    rows, task_losses = rows_by_autograd(trainer, images, targets)
    norms = rows.norm(dim=2)
    divisor = {
        "none": torch.ones_like(norms),
        "l2": norms,
        "loss": task_losses,
        "loss+": norms * task_losses,
    }[normalization]
    rows = rows / divisor[..., None]
    expected = [min_norm_weights((seed @ seed.T).numpy()) for seed in rows]
    found = trainer.method.task_weights(joint_step(trainer, images, targets))
    np.testing.assert_allclose(found, np.stack(expected), rtol=0, atol=1e-9)
    assert trainer.method.solver_gap() < 1e-8


def test_normalisation_changes_the_weights(store: Store) -> None:
    weights = []
    for normalization in ("none", "l2", "loss", "loss+"):
        trainer = make(store, normalization)
        weights.append(trainer.method.task_weights(joint_step(trainer, *batch(trainer))))
    for position, one in enumerate(weights):
        assert not any(torch.allclose(one, other) for other in weights[:position])


def test_the_weights_multiply_the_losses_themselves(store: Store) -> None:
    trainer = make(store)
    images, targets = batch(trainer)
    weights = trainer.method.task_weights(joint_step(trainer, images, targets))
    loss = (losses(trainer, images, targets) * weights).sum()
    expected = trunk_gradients(trainer, loss)
    train_batches(trainer, 1)
    for parameter, gradient in zip(trainer.network.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=0, atol=1e-12)


def test_every_step_reports_its_gap(store: Store) -> None:
    trainer = make(store)
    train_batches(trainer, 5)
    assert trainer.gap_count == 5
    assert 0 <= trainer.gap_max < 1e-8
    assert trainer.gap_sum <= 5 * trainer.gap_max
