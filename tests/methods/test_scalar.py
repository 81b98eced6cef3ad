from __future__ import annotations

import pytest
import torch

from mtl.data.store import Store
from mtl.errors import MtlError
from tests.methods.steps import batch, joint_step, losses, trunk_gradients
from tests.training.fabricate import make_spec, make_trainer, train_batches

SEEDS = (3, 11)


def spec(weights: str) -> dict:
    return make_spec("scalar", host="resnet_small", batch_size=8, options={"weights": weights})


def test_the_losses_are_weighted(store: Store) -> None:
    trainer = make_trainer(store, spec("1+0.5+20"), SEEDS)
    images, targets = batch(trainer)
    weights = torch.tensor([1, 0.5, 20], dtype=torch.float64)
    found = trainer.method.task_weights(joint_step(trainer, images, targets))
    assert torch.equal(found, weights.expand(2, 3))
    expected = trunk_gradients(trainer, (losses(trainer, images, targets) * weights).sum())
    train_batches(trainer, 1)
    for parameter, gradient in zip(trainer.network.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=0, atol=1e-12)


def test_one_weight_is_for_all_tasks(store: Store) -> None:
    trainer = make_trainer(store, spec("2"), SEEDS)
    found = trainer.method.task_weights(joint_step(trainer, *batch(trainer)))
    assert torch.equal(found, torch.full((2, 3), 2.0, dtype=torch.float64))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("1+2", "expected one weight or 3, one for each task, found 2 in '1\\+2'"),
        ("1+2+..", "expected numbers joined by \\+, found '1\\+2\\+\\.\\.'"),
    ],
)
def test_weights_that_do_not_fit_are_refused(store: Store, weights: str, message: str) -> None:
    with pytest.raises(MtlError, match=f"scalar.weights: {message}"):
        make_trainer(store, spec(weights), SEEDS)
