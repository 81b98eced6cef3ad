"""Cross-stitch: the features of all tasks' networks, mixed by learned scalars."""

from __future__ import annotations

from torch import Tensor, nn

from mtl.layers.replicas import Replicas, ReplicatedModule, constant


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
