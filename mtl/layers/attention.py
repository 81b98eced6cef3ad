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

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """Scale the channels of `x` `[B, S*C, H, W]` by the gate of the active task.

        With None, `[B, S*C, H, W]` or `[B, S*T*C, H, W]` -> `[B, S*T*C, H, W]`.
        """
        if task is None:
            return self._of_all_tasks(x)
        seeds = self.squeeze_weight.shape[0]
        pooled = x.mean((2, 3)).unflatten(1, (seeds, -1)).transpose(0, 1)  # [S, B, C]
        hidden = torch.baddbmm(
            self.squeeze_bias[:, task, None], pooled, self.squeeze_weight[:, task].transpose(1, 2)
        ).relu()
        gate = torch.baddbmm(
            self.excite_bias[:, task, None], hidden, self.excite_weight[:, task].transpose(1, 2)
        ).sigmoid()
        return x * gate.transpose(0, 1).flatten(1)[:, :, None, None]

    def _of_all_tasks(self, x: Tensor) -> Tensor:
        seeds, _, _, channels = self.squeeze_weight.shape
        by_task = x.unflatten(1, (seeds, -1, channels))
        pooled = by_task.mean((4, 5)).permute(1, 2, 0, 3)  # [S, T or 1, B, C]
        hidden = torch.matmul(pooled, self.squeeze_weight.transpose(2, 3))
        hidden = (hidden + self.squeeze_bias[:, :, None]).relu()
        gate = torch.matmul(hidden, self.excite_weight.transpose(2, 3))
        gate = (gate + self.excite_bias[:, :, None]).sigmoid()
        return (by_task * gate.permute(2, 0, 1, 3)[..., None, None]).flatten(1, 3)


class AttentiveConvNorm(nn.Module):
    """Convolution, optional batch normalisation, then the gate of the active task."""

    def __init__(self, unit: nn.Module, attention: TaskAttention):
        super().__init__()
        self.unit = unit
        self.attention = attention

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        return self.attention(self.unit(x, task), task)
