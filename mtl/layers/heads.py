"""The prediction heads: one linear map a task on the pooled features."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtl.layers.replicas import Replicas, ReplicatedModule, uniform


class Heads(ReplicatedModule):
    """Linear heads of all tasks in one tensor, task after task in the output dimension.

    Args:
        replicas: with `networks` > 1, network t feeds the head of task t alone.
        features: F, channels of the pooled features.
        outputs: number of outputs of each task; their sum is O.

    Each head is drawn as `torch.nn.Linear` draws it by default: uniform on +-1/sqrt(F).
    """

    weight: nn.Parameter
    bias: nn.Parameter
    task_of_output: Tensor

    def __init__(self, replicas: Replicas, features: int, outputs: Sequence[int]):
        super().__init__()
        self.networks = replicas.networks
        bounds = [sum(outputs[:task]) for task in range(len(outputs) + 1)]
        self.slices = [slice(*pair) for pair in itertools.pairwise(bounds)]
        fill = uniform(1.0 / math.sqrt(features))
        self.declare("weight", (replicas.seeds,), (bounds[-1], features), fill, trained=True)
        self.declare("bias", (replicas.seeds,), (bounds[-1],), fill, trained=True)
        task_of_output = [task for task, count in enumerate(outputs) for _ in range(count)]
        self.register_buffer("task_of_output", torch.tensor(task_of_output), persistent=False)

    def forward(self, features: Tensor, task: int | None) -> Tensor:
        """Logits.

        Args:
            features: `[B, R, F]`.
            task: the active task, or None for all tasks.

        Returns:
            `[S, B, n]` with n the outputs of the task, or O.
        """
        if self.networks > 1:
            by_network = features.unflatten(1, (-1, self.networks))
            by_output = by_network.index_select(2, self.task_of_output).permute(1, 2, 0, 3)
            logits = torch.matmul(by_output, self.weight[..., None])[..., 0]  # [S, O, B]
            return logits.transpose(1, 2) + self.bias[:, None]
        chosen = slice(None) if task is None else self.slices[task]
        weight, bias = self.weight[:, chosen], self.bias[:, None, chosen]
        return torch.baddbmm(bias, features.transpose(0, 1), weight.transpose(1, 2))
