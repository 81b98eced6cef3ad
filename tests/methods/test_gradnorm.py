from __future__ import annotations

import pytest
import torch
from torch import Tensor

from mtl.data.store import Store
from mtl.training.trainer import Trainer
from tests.methods.steps import batch, joint_step, losses
from tests.training.fabricate import make_spec, make_trainer, train_batches

SEEDS = (3, 11)


@pytest.fixture
def trainer(store: Store) -> Trainer:
    """Two batches into the first epoch: weights and losses have moved."""
    spec = make_spec("gradnorm", host="resnet_small", batch_size=8, options={"alpha": 1.5})
    built = make_trainer(store, spec, SEEDS)
    train_batches(built, 2)
    return built


def double_backward(trainer: Trainer, images: Tensor, targets: Tensor) -> Tensor:
    """The gradient of the balancing loss with respect to the weights, as the paper derives it."""
    weights = trainer.method.weights.detach().clone().requires_grad_()
    shared = trainer.network.trunk.last_shared_weight()
    task_losses = losses(trainer, images, targets)
    gradients = []
    for seed in range(len(SEEDS)):
        norms = torch.stack(
            [
                torch.autograd.grad(weight * loss, shared, create_graph=True)[0].norm()
                for weight, loss in zip(weights[seed], task_losses[seed], strict=True)
            ]
        )
        rates = (task_losses[seed] / trainer.method.initial_losses[seed]).detach()
        target = (norms.mean() * (rates / rates.mean()) ** trainer.method.alpha).detach()
        balance = (norms - target).abs().sum()
        gradients.append(torch.autograd.grad(balance, weights, retain_graph=True)[0][seed])
    return torch.stack(gradients)


@pytest.mark.parametrize("negative", [False, True])
def test_the_weights_gradient_is_the_one_of_double_backward(
    trainer: Trainer, negative: bool
) -> None:
    if negative:  # nothing in the method keeps a weight positive
        with torch.no_grad():
            trainer.method.weights[:, 0].neg_()
    images, targets = batch(trainer, start=16)
    expected = double_backward(trainer, images, targets)
    trainer.method.task_weights(joint_step(trainer, images, targets))
    torch.testing.assert_close(trainer.method.weights.grad, expected, rtol=0, atol=1e-12)


def test_the_loss_is_weighted_by_the_weights_before_their_step(trainer: Trainer) -> None:
    images, targets = batch(trainer, start=16)
    before = trainer.method.weights.detach().clone()
    found = trainer.method.task_weights(joint_step(trainer, images, targets))
    assert torch.equal(found, before)
    assert not found.requires_grad


def test_the_weights_sum_to_the_number_of_tasks_after_every_step(trainer: Trainer) -> None:
    for done in range(3, 7):
        train_batches(trainer, done)
        sums = trainer.method.weights.detach().sum(1)
        torch.testing.assert_close(sums, torch.full_like(sums, 3), rtol=1e-12, atol=0)
    assert (trainer.method.weights != 1).all()


def test_the_first_losses_are_taken_anew_every_epoch(store: Store) -> None:
    spec = make_spec("gradnorm", host="resnet_small", batch_size=8, epochs=3)
    trainer = make_trainer(store, spec, SEEDS)
    seen = []
    for done in range(1, 8):
        train_batches(trainer, done)
        seen.append(trainer.method.initial_losses.clone())
    for epoch in (0, 1):
        assert all(torch.equal(seen[3 * epoch], seen[3 * epoch + k]) for k in (1, 2))
        assert not torch.equal(seen[3 * epoch], seen[3 * epoch + 3])


def test_alpha_0_pulls_every_norm_to_the_mean(store: Store) -> None:
    spec = make_spec("gradnorm", host="resnet_small", options={"alpha": 0.0})
    trainer = make_trainer(store, spec, SEEDS)
    images, targets = batch(trainer)
    step = joint_step(trainer, images, targets, first_of_epoch=True)
    norms = trainer.method._gradient_norms(step)
    trainer.method.task_weights(step)
    expected = (norms - norms.mean(1, keepdim=True)).sign() * norms
    torch.testing.assert_close(trainer.method.weights.grad, expected)


def test_the_state_is_the_first_losses(trainer: Trainer) -> None:
    state = {name: tensor.clone() for name, tensor in trainer.method.state().items()}
    trainer.method.initial_losses = torch.zeros(2, 3, dtype=torch.float64)
    trainer.method.load_state(state)
    assert torch.equal(trainer.method.initial_losses, state["initial_losses"])
