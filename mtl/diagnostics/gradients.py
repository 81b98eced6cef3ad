"""The gradients of the single tasks at what the tasks share."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtl.diagnostics.base import Subject
from mtl.errors import MtlError
from mtl.layers.replicas import ReplicatedModule
from mtl.training.network import Network


def shared_parameters(network: Network, what: str) -> dict[str, nn.Parameter]:
    """The trunk's parameters that all tasks use, by name, each with the seeds first.

    Those of single tasks' branches and gates have a second leading dimension.

    Args:
        what: the diagnostic that asks, for the message.

    Raises:
        MtlError: when the tasks share nothing.
    """
    found = {
        f"{prefix}.{name}": getattr(module, name)
        for prefix, module in network.trunk.named_modules()
        if isinstance(module, ReplicatedModule)
        for name, (leading, _) in module.declared.items()
        if leading == 1 and isinstance(getattr(module, name), nn.Parameter)
    }
    if network.heads.networks > 1 or not found:
        raise MtlError(
            f"diagnostics: '{what}' compares the tasks' gradients at shared parameters; this "
            "method has a network for each task"
        )
    return found


def task_gradients(
    subject: Subject, parameters: Sequence[nn.Parameter], images: Tensor, targets: Tensor
) -> list[list[Tensor]]:
    """For each task the gradients of its loss, one tensor a parameter; zeros where it has none.

    Args:
        images: `[B, S*3, H, W]`.
        targets: `[S, B, C]`.
    """
    gradients = []
    with torch.enable_grad():
        for task in range(len(subject.objective.tasks)):
            loss = subject.objective.task_loss(subject.network(images, task), targets, task).sum()
            found = torch.autograd.grad(loss, list(parameters), allow_unused=True)
            gradients.append(
                [
                    torch.zeros_like(parameter) if gradient is None else gradient
                    for parameter, gradient in zip(parameters, found, strict=True)
                ]
            )
    return gradients
