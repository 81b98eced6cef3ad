"""Per-task channel attention (squeeze and excitation) after a convolution."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mtl.layers.replicas import Replicas, ReplicatedModule, uniform


class TaskAttention(ReplicatedModule):
    """One squeeze-and-excitation gate a task: pool, C -> C/r, ReLU, -> C, sigmoid, scale.

    As in Maximum Roaming's public code: r is 16, both linear maps have biases, PyTorch's default
    initialisation. Differs from it below 16 channels, where C/16 would be 0: one hidden unit.
    """

    squeeze_weight: nn.Parameter
    squeeze_bias: nn.Parameter
    excite_weight: nn.Parameter
    excite_bias: nn.Parameter

    def __init__(self, replicas: Replicas, n_tasks: int, channels: int, reduction: int):
        super().__init__()
        hidden = max(1, channels // reduction)
        lead = (replicas.seeds, n_tasks)
        squeeze, excite = uniform(1 / math.sqrt(channels)), uniform(1 / math.sqrt(hidden))
        self.declare("squeeze_weight", lead, (hidden, channels), squeeze, trained=True)
        self.declare("squeeze_bias", lead, (hidden,), squeeze, trained=True)
        self.declare("excite_weight", lead, (channels, hidden), excite, trained=True)
        self.declare("excite_bias", lead, (channels,), excite, trained=True)

    def forward(self, x: Tensor, task: int) -> Tensor:
        """Scale the channels of `x` `[B, S*C, H, W]` by the gate of the active task."""
        seeds = self.squeeze_weight.shape[0]
        pooled = x.mean((2, 3)).unflatten(1, (seeds, -1)).transpose(0, 1)  # [S, B, C]
        hidden = torch.baddbmm(
            self.squeeze_bias[:, task, None], pooled, self.squeeze_weight[:, task].transpose(1, 2)
        ).relu()
        gate = torch.baddbmm(
            self.excite_bias[:, task, None], hidden, self.excite_weight[:, task].transpose(1, 2)
        ).sigmoid()
        return x * gate.transpose(0, 1).flatten(1)[:, :, None, None]


class AttentiveConvNorm(nn.Module):
    """Convolution, optional batch normalisation, then the gate of the active task."""

    def __init__(self, unit: nn.Module, attention: TaskAttention):
        super().__init__()
        self.unit = unit
        self.attention = attention

    def forward(self, x: Tensor, task: int) -> Tensor:
        return self.attention(self.unit(x, task), task)
