"""Cross-stitch: the features of all tasks' networks, mixed by learned weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mtl.layers.replicas import Fill, Replicas, ReplicatedModule, constant


class CrossStitch(ReplicatedModule):
    """`sum_t a_t x_t` with one scalar a task, which start at one (MTAN's public code).

    Every network goes on from the same mixture. Misra et al. mix by a T x T matrix a channel that
    starts near the identity, which needs trained networks to start from.

    Args:
        replicas: one network a task.
    """

    scale: nn.Parameter

    def __init__(self, replicas: Replicas):
        super().__init__()
        self.lead = replicas.seeds, replicas.networks
        self.declare("scale", (replicas.seeds,), (replicas.networks,), constant(1.0), trained=True)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, S*T*C, H, W]` -> `[B, S*C, H, W]`."""
        by_task = x.unflatten(1, (*self.lead, -1))
        return (by_task * self.scale[..., None, None, None]).sum(2).flatten(1, 2)


class ChannelStitch(ReplicatedModule):
    """`sum_j A[t, j] x_j` for every task t, with a T x T matrix A of its own for each channel.

    Misra et al.'s unit; its first weights as in Vandenhende et al.'s public code.

    Args:
        replicas: one network a task.
        channels: C of each.
        own: on the diagonal at the start; the other tasks share the rest to one alike.
        rate: A is this times what the optimiser updates: its rate for A, relative to that of the
            weights. (Of Adam, whose steps do not depend on a gradient's length.)
    """

    scaled: nn.Parameter

    def __init__(self, replicas: Replicas, channels: int, own: float, rate: float):
        super().__init__()
        self.lead, self.rate = (replicas.seeds, replicas.networks), rate
        shape = (channels, replicas.networks, replicas.networks)
        self.declare("scaled", (replicas.seeds,), shape, _near_identity(own, rate), trained=True)

    @property
    def mixture(self) -> Tensor:
        """`[S, C, T, T]`: A, the mixed task first."""
        return self.rate * self.scaled

    def forward(self, x: Tensor) -> Tensor:
        """`[B, S*T*C, H, W]` -> the same shape."""
        by_channel = x.unflatten(1, (*self.lead, -1)).transpose(2, 3)  # [B, S, C, T, H, W]
        mixed = torch.matmul(self.mixture, by_channel.flatten(4))
        return mixed.transpose(2, 3).flatten(1, 3).unflatten(2, x.shape[2:])


def _near_identity(own: float, rate: float) -> Fill:
    def fill(tensor: Tensor, generator: torch.Generator) -> None:
        tasks = tensor.shape[-1]
        tensor.fill_((1 - own) / max(1, tasks - 1) / rate)
        tensor.diagonal(dim1=-2, dim2=-1).fill_(own / rate)

    return fill
