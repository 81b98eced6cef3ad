"""Explicit task routing: a branch that all tasks share, and a branch for each task."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mtl.layers.convolution import FEW_CHANNELS, grouped_conv2d
from mtl.layers.primitives.layer import PrimitivesConv2d
from mtl.layers.replicas import Draw, Replicas, ReplicatedModule, for_each_task, kaiming_fan_out

# Keeps int(0.9 * 10) at 9, whatever the rounding of the product.
TOLERANCE = 1e-9


def shared_channels(gamma: float, channels: int) -> int:
    """Number of shared output channels: `int(gamma * C_out)` (paper, Algorithm 1)."""
    return int(gamma * channels + TOLERANCE)


def grouped_shared_channels(gamma: float, channels: int, groups: int) -> int:
    """The multiple of `groups` nearest to `gamma * C_out` that leaves both branches one or more.

    The groups of the primitives' recombination need it; they are two for three primitives, so that
    the number is even there (inferred; the parameter counts of the specification hold for it).
    """
    nearest = groups * round(gamma * channels / groups)
    return min(max(nearest, groups), channels - groups)


class TaskConv2d(ReplicatedModule):
    """An ordinary convolution of its own for every task: weights `[S, T, C_out, C_in, k, k]`.

    Args:
        draw: the host's rule for the weights, by the fans of this branch.
    """

    weight: nn.Parameter

    def __init__(
        self,
        replicas: Replicas,
        n_tasks: int,
        c_in: int,
        c_out: int,
        kernel: int,
        stride: int,
        draw: Draw = kaiming_fan_out,
    ):
        super().__init__()
        self.stride = stride
        fill = draw(c_in * kernel * kernel, c_out * kernel * kernel)
        lead = (replicas.seeds, n_tasks)
        self.declare("weight", lead, (c_out, c_in, kernel, kernel), fill, trained=True)

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*C_in, H, W]` -> `[B, S, C_out, H', W']`, by the kernels of the active task.

        With None, `[B, S*C_in, H, W]` or each task's own maps, `[B, S*T*C_in, H, W]`, ->
        `[B, S*T, C_out, H', W']`.

        With several seeds, kernels of few outputs are padded with zeros to eight: the CPU
        library's grouped kernels are faster so by more than the padding costs.
        """
        weight = self.weight.flatten(0, 1) if task is None else self.weight[:, task]
        networks, c_out = weight.shape[:2]
        padding = FEW_CHANNELS - c_out if networks > 1 and c_out < FEW_CHANNELS else 0
        if padding:
            weight = nn.functional.pad(weight, (0, 0, 0, 0, 0, 0, 0, padding))
        maps = grouped_conv2d(x, weight, self.stride).unflatten(1, (networks, -1))
        return maps[:, :, :c_out] if padding else maps


class ETRConv2d(nn.Module):
    """Explicit task routing with ordinary convolutions in both branches (paper 3.2, Table 3).

    Algorithm 1 convolves twice and concatenates; this composes the weight of the active task,
    `cat(shared, specific)`, and convolves once. `plain=True` does as the algorithm is printed.
    """

    def __init__(
        self,
        replicas: Replicas,
        n_tasks: int,
        c_in: int,
        c_out: int,
        kernel: int,
        stride: int,
        gamma: float,
        plain: bool = False,
        draw: Draw = kaiming_fan_out,
    ):
        super().__init__()
        self.stride = stride
        self.n_tasks = n_tasks
        self.plain = plain
        self.shared_channels = shared = shared_channels(gamma, c_out)
        self.shared: _SharedKernels | None = None
        self.specific: TaskConv2d | None = None
        if shared > 0:
            self.shared = _SharedKernels(replicas, c_in, shared, kernel, draw)
        if shared < c_out:
            self.specific = TaskConv2d(
                replicas, n_tasks, c_in, c_out - shared, kernel, stride, draw
            )

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*C_in, H, W]` -> `[B, S*C_out, H', W']` of the active task.

        With None, `[B, S*C_in, H, W]` or `[B, S*T*C_in, H, W]` -> `[B, S*T*C_out, H', W']`.
        """
        parts = []
        if self.shared is not None:
            times = self.n_tasks if task is None else 1
            parts.append(for_each_task(self.shared.weight, times))
        if self.specific is not None:
            own = self.specific.weight
            parts.append(own.flatten(0, 1) if task is None else own[:, task])
        if self.plain:
            maps = [
                grouped_conv2d(x, part, self.stride).unflatten(1, (part.shape[0], -1))
                for part in parts
            ]
            return torch.cat(maps, dim=2).flatten(1, 2)
        return grouped_conv2d(x, torch.cat(parts, dim=1), self.stride)


class _SharedKernels(ReplicatedModule):
    """The kernels of the shared branch, `[S, C_shared, C_in, k, k]`."""

    weight: nn.Parameter

    def __init__(self, replicas: Replicas, c_in: int, c_out: int, kernel: int, draw: Draw):
        super().__init__()
        fill = draw(c_in * kernel * kernel, c_out * kernel * kernel)
        self.declare("weight", replicas.lead, (c_out, c_in, kernel, kernel), fill, trained=True)


class ETRNLPConv2d(nn.Module):
    """ETR-NLP (Algorithm 1): primitives feed the shared branch, a 3x3 convolution each task.

    The specific branch reads the layer's input and not the primitives ("task-specific features
    are not extracted by NLPs", main text); the supplement's "lightweight 1x1 convolution" is
    `kernel=1`.

    Args:
        shared: the layer of primitives with C_shared outputs.
        specific: the convolutions of the tasks with the remaining outputs.
    """

    def __init__(self, replicas: Replicas, shared: PrimitivesConv2d, specific: TaskConv2d):
        super().__init__()
        self.shared_channels = shared.c_out
        self.seeds = replicas.seeds
        self.shared = shared
        self.specific = specific

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*C_in, H, W]` -> `[B, S*C_out, H', W']` of the active task.

        With None, `[B, S*C_in, H, W]` or `[B, S*T*C_in, H, W]` -> `[B, S*T*C_out, H', W']`.
        """
        if task is not None:
            shared = self.shared(x).unflatten(1, (self.seeds, -1))
            return torch.cat([shared, self.specific(x, task)], dim=2).flatten(1, 2)
        shared = self._of_all_tasks(x)
        specific = self.specific(x, None).unflatten(1, (self.seeds, -1))  # [B, S, T, C, H', W']
        shared = shared.expand(-1, -1, specific.shape[2], -1, -1, -1)
        return torch.cat([shared, specific], dim=3).flatten(1, 3)

    def _of_all_tasks(self, x: Tensor) -> Tensor:
        """`[B, S*t*C_in, H, W]` -> `[B, S, t, C_shared, H', W']`, t being T or 1.

        The tasks pass through the primitives like further images.
        """
        batch, times = len(x), x.shape[1] // (self.seeds * self.shared.c_in)
        by_task = x.unflatten(1, (self.seeds, times, -1)).transpose(1, 2)
        maps = self.shared(by_task.flatten(0, 1).flatten(1, 2))
        return maps.unflatten(1, (self.seeds, -1)).unflatten(0, (batch, times)).transpose(1, 2)


class TaskConvNorm(nn.Module):
    """A convolution that depends on the active task, then one normalisation for all tasks.

    The paper does not say how the concatenated maps are normalised; one affine map shared by the
    tasks is the drop-in replacement in the parent code's layer (unspecified, our choice).
    """

    def __init__(self, conv: nn.Module, norm: nn.Module | None):
        super().__init__()
        self.conv = conv
        self.norm = norm

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        x = self.conv(x, task)
        return x if self.norm is None else self.norm(x)
