from __future__ import annotations

import torch

from mtl.data.store import Store
from tests.methods.steps import batch, losses, trunk_gradients
from tests.training.fabricate import make_spec, make_trainer, train_batches


def test_the_step_follows_the_unweighted_sum(store: Store) -> None:
    trainer = make_trainer(store, make_spec(host="resnet_small", batch_size=8), (3,))
    images, targets = batch(trainer)
    expected = trunk_gradients(trainer, losses(trainer, images, targets).sum())
    train_batches(trainer, 1)
    for parameter, gradient in zip(trainer.network.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=0, atol=1e-13)


def test_all_tasks_share_one_trunk(store: Store) -> None:
    network = make_trainer(store, make_spec()).network
    assert network.heads.networks == 1
    assert network.heads.weight.shape == (1, 5, 64)
