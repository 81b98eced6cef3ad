"""InterroGate's gates: which task-specific features a task keeps, and what the tasks share."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mtl.layers.replicas import ReplicatedModule, constant


class Gate(ReplicatedModule):
    """Chooses, behind a unit, each task's channels, and mixes them for the shared branch.

    Equations 2 and 3: with features phi_t of the tasks' branches and psi of the shared branch,

        phi'_t = G_t phi_t + (1 - G_t) psi,   G_t = 1 where sigmoid(alpha_t) > 0.5
        psi'   = sum_t softmax_t(beta) phi'_t   (of the gated features, each channel by itself)

    The threshold passes the gradient of the sigmoid straight through; no noise, no temperature.
    At exactly 0.5 a task takes the shared feature.

    Args:
        seeds, tasks: S and T; behind the units lie the branches of T tasks, then the shared one.
        channels: C of each.
        first: alpha at the start; the paper does not say. Above 0, all gates are open, so that
            training begins with the single-task networks.
        rate: alpha and beta are this times what the optimiser updates: its rate for them, relative
            to that of the weights. (Of Adam, whose steps do not depend on a gradient's length.)
    """

    alpha_scaled: nn.Parameter
    beta_scaled: nn.Parameter

    def __init__(self, seeds: int, tasks: int, channels: int, first: float, rate: float):
        super().__init__()
        self.tasks, self.rate = tasks, rate
        start = constant(first / rate)
        self.declare("alpha_scaled", (seeds,), (tasks, channels), start, trained=True)
        self.declare("beta_scaled", (seeds,), (tasks, channels), constant(0.0), trained=True)

    @property
    def openness(self) -> Tensor:
        """`[S, T, C]`: sigmoid(alpha), which the sparsity loss penalises."""
        return torch.sigmoid(self.rate * self.alpha_scaled)

    @property
    def chosen(self) -> Tensor:
        """`[S, T, C]` bool: where a task keeps its own feature."""
        return self.alpha_scaled > 0

    @property
    def mixture(self) -> Tensor:
        """`[S, T, C]`: each task's weight in the shared branch; they sum to one over the tasks."""
        return torch.softmax(self.rate * self.beta_scaled, dim=1)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, S*(T+1)*C, H, W]` -> the same shape: phi' of the tasks, then psi'."""
        maps = x.unflatten(1, (len(self.alpha_scaled), self.tasks + 1, -1))
        own, shared = maps[:, :, : self.tasks], maps[:, :, self.tasks :]
        soft = self.openness
        gates = (self.chosen.to(soft) + soft - soft.detach())[..., None, None]
        gated = shared + gates * (own - shared)
        mixed = (self.mixture[..., None, None] * gated).sum(2, keepdim=True)
        return torch.cat([gated, mixed], dim=2).flatten(1, 3)


def sparsity(gates: list[Gate], hinge: float, averaging: str = "layers") -> Tensor:
    """`[S]` the sparsity loss of equations 4 and 5, without its weight.

    For each task the mean openness of the gates, less `hinge` and not below zero; the mean over the
    tasks. A hinge of 0 is the paper's L1.

    Args:
        gates: of one network.
        hinge: one for all tasks, where the paper has one a task.
        averaging: "layers": the mean over the channels of a layer, then over the layers, so that
            every layer weighs the same (the paper writes one sigmoid for a layer's vector);
            "channels": over all channels of all layers at once.
    """
    each = [gate.openness for gate in gates]  # [S, T, C] of each layer
    if averaging == "layers":
        mean = torch.stack([openness.mean(2) for openness in each]).mean(0)
    else:
        mean = torch.cat(each, dim=2).mean(2)
    return (mean - hinge).clamp_min(0).mean(1)
