"""The attention of MTAN: masks of each task on the feature maps of a shared network."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.replicas import Replicas, to_all
from mtl.models.unit import Context, UnitSpec, plain_unit


class AttentionMask(nn.Module):
    """`sigmoid(BN(1x1(relu(BN(1x1(x))))))`, with layers of its own for every task.

    Args:
        context: of the shared network; the tasks lie side by side in this module.
        spec: of one 1x1 convolution in the place of both.
        hidden: channels between the two.
    """

    def __init__(self, context: Context, spec: UnitSpec, hidden: int):
        super().__init__()
        replicas = Replicas(context.replicas.seeds, context.n_tasks)
        own = dataclasses.replace(context, replicas=replicas)
        first = dataclasses.replace(spec, name=f"{spec.name}.first", c_out=hidden)
        second = dataclasses.replace(spec, name=f"{spec.name}.second", c_in=hidden)
        self.first, self.second = plain_unit(first, own), plain_unit(second, own)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, S*T*C_in, H, W]` -> `[B, S*T*C_out, H, W]`.

        With `[B, S*C_in, H, W]`, all tasks of a seed read the same maps.
        """
        hidden: Tensor = self.first(x, None).relu()
        mask: Tensor = self.second(hidden, None).sigmoid()
        return mask


class SharedOverTasks(nn.Module):
    """A convolution, normalisation and ReLU, the same for the maps of all tasks.

    Args:
        context: of the shared network.
        spec: of the convolution.
    """

    def __init__(self, context: Context, spec: UnitSpec):
        super().__init__()
        self.lead = context.replicas.seeds, context.n_tasks
        self.layer = plain_unit(spec, context)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, S*T*C_in, H, W]` -> `[B, S*T*C_out, H, W]`."""
        return one_after_another(lambda piece: F.relu(self.layer(piece, None)), x, *self.lead)


class SharedBottleneck(nn.Module):
    """ResNet-50's bottleneck, the same for the maps of all tasks, a quarter as wide within.

    Args:
        context: of the shared network.
        spec: of its shortcut, a 1x1 convolution.
    """

    def __init__(self, context: Context, spec: UnitSpec):
        super().__init__()
        self.lead = context.replicas.seeds, context.n_tasks
        inner = max(1, spec.c_out // 4)

        def unit(part: str, c_in: int, c_out: int, kernel: int) -> nn.Module:
            name = f"{spec.name}.{part}"
            changed = dataclasses.replace(spec, name=name, c_in=c_in, c_out=c_out, kernel=kernel)
            return plain_unit(changed, context)

        self.reduce = unit("reduce", spec.c_in, inner, 1)
        self.conv = unit("conv", inner, inner, 3)
        self.expand = unit("expand", inner, spec.c_out, 1)
        self.shortcut = unit("shortcut", spec.c_in, spec.c_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, S*T*C_in, H, W]` -> `[B, S*T*C_out, H, W]`."""
        return one_after_another(self._of_one_task, x, *self.lead)

    def _of_one_task(self, x: Tensor) -> Tensor:
        y = F.relu(self.conv(F.relu(self.reduce(x, None)), None))
        return F.relu(self.expand(y, None) + self.shortcut(x, None))


def one_after_another(
    layer: Callable[[Tensor], Tensor], x: Tensor, seeds: int, tasks: int
) -> Tensor:
    """Apply a shared layer to each task's part of `[B, S*T*C, H, W]`.

    The tasks pass one after another, as in the public code: the batch statistics are each task's
    own, and the running ones move once a task.
    """
    by_task = x.unflatten(1, (seeds, tasks, -1)).unbind(2)
    maps = [layer(piece.flatten(1, 2)).unflatten(1, (seeds, -1)) for piece in by_task]
    return torch.stack(maps, dim=2).flatten(1, 3)


def joined(shared: Tensor, own: Tensor | None, seeds: int, tasks: int) -> Tensor:
    """The shared maps `[B, S*C, H, W]`, and behind them each task's own where there are some.

    Args:
        own: `[B, S*T*D, H, W]`.

    Returns:
        `[B, S*T*(C + D), H, W]`, or the shared maps.
    """
    if own is None:
        return shared
    parts = [part.unflatten(1, (seeds, tasks, -1)) for part in (to_all(shared, seeds, tasks), own)]
    return torch.cat(parts, dim=3).flatten(1, 3)
