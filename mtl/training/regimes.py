"""The update regimes: what happens with one batch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from mtl.methods.base import JointStep, LookAhead, Method
from mtl.methods.info import Regime
from mtl.objectives.base import Losses
from mtl.training.adam import FlatAdam
from mtl.training.network import Network

UpdateRule = Callable[[Network, Method, Losses, FlatAdam, Tensor, Tensor, bool], Tensor]


def joint(
    network: Network,
    method: Method,
    objective: Losses,
    adam: FlatAdam,
    images: Tensor,
    targets: Tensor,
    first_of_epoch: bool,
) -> Tensor:
    """One forward pass for all tasks, one step on the (weighted) sum of the losses.

    The graph is cut at the features, so that a method can weigh the tasks by their gradients
    there before the trunk's one backward pass; or it combines their gradients at the trunk's
    parameters, for which the trunk has a backward pass for each task.

    Args:
        network, method, objective, adam: of the run.
        images: `[B, S*3, H, W]`.
        targets: `[S, B, C, ...]`.
        first_of_epoch: whether this is the epoch's first batch.

    Returns:
        `[S, T]` task losses before the step.
    """
    adam.zero_grad()
    trunk = network.trunk(images, None)
    features = trunk.detach().requires_grad_()
    logits = network.heads(features, None)
    losses = objective.losses(logits, targets)
    shared, last = tuple(network.trunk.parameters()), network.trunk.last_shared_weight
    step = JointStep(losses, logits, network.heads, trunk, features, last, shared, first_of_epoch)
    weights, combination = method.task_weights(step), method.gradient_weights(step)
    (losses if weights is None else losses * weights).sum().backward()
    assert features.grad is not None
    if combination is None:
        # As `trunk.backward(features.grad)`, for which torch would import its symbolic algebra.
        (trunk * features.grad).sum().backward()
    else:
        step.write_shared(combination)
    penalty = method.penalty(network)
    if penalty is not None:
        penalty.sum().backward()
    adam.step()
    method.after_step()
    return losses.detach()


def steady_state(
    network: Network,
    method: Method,
    objective: Losses,
    adam: FlatAdam,
    images: Tensor,
    targets: Tensor,
    first_of_epoch: bool,
) -> Tensor:
    """For every task in fixed order: forward, backward, one Adam step, on the same images.

    The paper's regime for CelebA, as in Maximum Roaming's public code. Arguments as `joint`.
    """
    losses = []
    for task in range(len(objective.tasks)):
        adam.zero_grad()
        loss = objective.task_loss(network(images, task), targets, task)
        loss.sum().backward()
        adam.step()
        method.after_step()
        losses.append(loss.detach())
    return torch.stack(losses, dim=1)


def synchronized(
    network: Network,
    method: Method,
    objective: Losses,
    adam: FlatAdam,
    images: Tensor,
    targets: Tensor,
    first_of_epoch: bool,
) -> Tensor:
    """The gradients of all tasks' forward passes are summed, then one Adam step.

    The paper's regime for dense prediction. The public code passes the tasks one after another.
    Through a dense host they pass together, side by side as networks are, which is the same sum:
    every task's maps are normalised by their own statistics. Arguments as `joint`.
    """
    adam.zero_grad()
    if network.trunk.tasks_together:
        losses = objective.losses(network(images, None), targets)
        losses.sum().backward()
    else:
        of_task = []
        for task in range(len(objective.tasks)):
            loss = objective.task_loss(network(images, task), targets, task)
            loss.sum().backward()
            of_task.append(loss.detach())
        losses = torch.stack(of_task, dim=1)
    adam.step()
    method.after_step()
    return losses.detach()


@torch.no_grad()
def closed_form(
    network: Network,
    method: Method,
    objective: Losses,
    adam: FlatAdam,
    images: Tensor,
    targets: Tensor,
    first_of_epoch: bool,
) -> Tensor:
    """Only the losses: `Method.fit` has set everything that is learned. Arguments as `joint`."""
    return objective.losses(network(images, None), targets)


def look_ahead(
    network: Network,
    method: Method,
    objective: Losses,
    adam: FlatAdam,
    batch: tuple[Tensor, Tensor],
    second: tuple[Tensor, Tensor],
) -> None:
    """What a method with a second batch does before a joint step.

    The running statistics are those of the steps alone: they are put back afterwards.

    Args:
        network, method, objective, adam: of the run.
        batch: images and targets of the step, as of `joint`.
        second: those of the second batch.
    """
    buffers = [(buffer, buffer.clone()) for buffer in network.buffers()]
    losses = partial(_losses, network, objective)
    parameters = tuple(network.parameters())
    method.look_ahead(
        LookAhead(partial(losses, *batch), partial(losses, *second), parameters, adam.learning_rate)
    )
    for buffer, before in buffers:
        buffer.copy_(before)


def _losses(network: Network, objective: Losses, images: Tensor, targets: Tensor) -> Tensor:
    return objective.losses(network(images, None), targets)


UPDATE_RULES: dict[Regime, UpdateRule] = {
    "joint": joint,
    "steady_state": steady_state,
    "synchronized": synchronized,
    "closed_form": closed_form,
}
