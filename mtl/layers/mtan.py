"""The attention of MTAN: masks of each task on the feature maps of a shared network."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn

from mtl.layers.replicas import Replicas
from mtl.models.unit import Context, UnitSpec, plain_unit


class AttentionMask(nn.Module):
    """`sigmoid(BN(1x1(relu(BN(1x1(x))))))`, with layers of its own for every task.

    Args:
        context: of the shared network; the tasks lie side by side in this module.
        name: of the block.
        c_in, c_out: channels of the input and of the mask; the hidden maps have `c_out`.
        size: `(H, W)` of the maps.
    """

    def __init__(self, context: Context, name: str, c_in: int, c_out: int, size: tuple[int, int]):
        super().__init__()
        replicas = Replicas(context.replicas.seeds, context.n_tasks)
        own = dataclasses.replace(context, replicas=replicas)
        self.first = plain_unit(_spec(context, f"{name}.first", c_in, c_out, 1, size), own)
        self.second = plain_unit(_spec(context, f"{name}.second", c_out, c_out, 1, size), own)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, S*T*C_in, H, W]` -> `[B, S*T*C_out, H, W]`.

        With `[B, S*C_in, H, W]`, all tasks of a seed read the same maps.
        """
        hidden: Tensor = self.first(x, None).relu()
        mask: Tensor = self.second(hidden, None).sigmoid()
        return mask


class SharedOverTasks(nn.Module):
    """A 3x3 convolution, normalisation and ReLU, the same for the maps of all tasks.

    The tasks pass one after another, as in the public code: the batch statistics are each task's
    own, and the running ones move once a task.
    """

    def __init__(self, context: Context, name: str, c_in: int, c_out: int, size: tuple[int, int]):
        super().__init__()
        self.lead = context.replicas.seeds, context.n_tasks
        self.layer = plain_unit(_spec(context, name, c_in, c_out, 3, size), context)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, S*T*C_in, H, W]` -> `[B, S*T*C_out, H, W]`."""
        by_task = x.unflatten(1, (*self.lead, -1)).unbind(2)
        maps = [
            self.layer(piece.flatten(1, 2), None).relu().unflatten(1, (self.lead[0], -1))
            for piece in by_task
        ]
        return torch.stack(maps, dim=2).flatten(1, 3)


def _spec(
    context: Context, name: str, c_in: int, c_out: int, kernel: int, size: tuple[int, int]
) -> UnitSpec:
    running = context.running_statistics
    return UnitSpec(
        name, "conv", c_in, c_out, kernel, 1, True, size, xavier=True, running_statistics=running
    )
