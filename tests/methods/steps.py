"""One joint step of a trainer in slow motion, for the tests of the methods that weigh tasks."""

from __future__ import annotations

import torch
from torch import Tensor

from mtl.methods.base import JointStep
from mtl.training.batches import epoch_order
from mtl.training.trainer import Trainer


def batch(trainer: Trainer, start: int = 0, size: int = 8) -> tuple[Tensor, Tensor]:
    """Images and targets of some images of the first epoch."""
    order = epoch_order(trainer.seeds, 0, len(trainer.train_images))
    images, labels = trainer.train_images.gather(order[:, start : start + size])
    return images, trainer.objective.targets(labels)


def losses(trainer: Trainer, images: Tensor, targets: Tensor) -> Tensor:
    """`[S, T]` through one uncut graph."""
    return trainer.objective.losses(trainer.network(images, None), targets)


def joint_step(
    trainer: Trainer, images: Tensor, targets: Tensor, first_of_epoch: bool = False
) -> JointStep:
    """What the joint regime shows to a method; the gradients are zeroed as there."""
    network = trainer.network
    trainer.adam.zero_grad()
    trunk = network.trunk(images, None)
    features = trunk.detach().requires_grad_()
    logits = network.heads(features, None)
    return JointStep(
        trainer.objective.losses(logits, targets),
        logits,
        network.heads,
        trunk,
        features,
        network.trunk.last_shared_weight,
        tuple(network.trunk.parameters()),
        first_of_epoch,
    )


def trunk_gradients(trainer: Trainer, loss: Tensor) -> list[Tensor]:
    """Of a scalar loss, with respect to every parameter of the network."""
    return list(torch.autograd.grad(loss, list(trainer.network.parameters()), retain_graph=True))
