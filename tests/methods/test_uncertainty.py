from __future__ import annotations

import torch

from mtl.data.store import Store
from tests.methods.steps import batch, joint_step, losses
from tests.training.fabricate import make_spec, make_trainer, train_batches

SEEDS = (3, 11)


def test_the_step_is_that_of_the_printed_loss(store: Store) -> None:
    """The gradients of sum L / (2 exp s) + s / 2, by autograd through one graph."""
    spec = make_spec("uncertainty", host="resnet_small", batch_size=8, options={"initial": -0.7})
    trainer = make_trainer(store, spec, SEEDS)
    images, targets = batch(trainer)
    variances = trainer.method.log_variances.detach().clone().requires_grad_()
    task_losses = losses(trainer, images, targets)
    total = (task_losses / (2 * variances.exp()) + variances / 2).sum()
    inputs = [variances, *trainer.network.parameters()]
    at_variances, *at_network = torch.autograd.grad(total, inputs)
    assert torch.allclose(variances, torch.tensor(-0.7, dtype=variances.dtype))
    trainer.method.task_weights(joint_step(trainer, images, targets))
    torch.testing.assert_close(trainer.method.log_variances.grad, at_variances, rtol=0, atol=1e-12)
    train_batches(trainer, 1)
    for parameter, gradient in zip(trainer.network.parameters(), at_network, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=0, atol=1e-12)
    assert (trainer.method.log_variances != variances).all()


def test_the_variances_settle_where_they_equal_the_losses(store: Store) -> None:
    """d/ds = 0 at exp(s) = L: above it the gradient is positive, below it negative."""
    trainer = make_trainer(store, make_spec("uncertainty", host="resnet_small"), SEEDS)
    images, targets = batch(trainer)
    step = joint_step(trainer, images, targets)
    with torch.no_grad():
        trainer.method.log_variances.copy_(step.losses.detach().log())
    trainer.method.task_weights(step)
    torch.testing.assert_close(
        trainer.method.log_variances.grad,
        torch.zeros(2, 3, dtype=torch.float64),
        rtol=0,
        atol=1e-12,
    )
