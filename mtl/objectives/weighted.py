"""Fixed weights of the task losses, for training."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mtl.objectives.base import Objective


class Weighted:
    """The losses of an objective, each times its task's weight: omega_t L_t.

    Methods that weigh losses or gradients themselves see the weighted ones. Evaluation does not.

    Args:
        objective: whose losses.
        weights: one for each task, in training order.
    """

    def __init__(self, objective: Objective, weights: Sequence[float]):
        self.objective, self.tasks = objective, objective.tasks
        self.weights = torch.tensor(weights, dtype=torch.float64)

    def losses(self, logits: Tensor, targets: Tensor) -> Tensor:
        """`[S, T]`; see `Objective.losses`."""
        losses = self.objective.losses(logits, targets)
        return losses * self.weights.to(losses)

    def task_loss(self, logits: Tensor, targets: Tensor, task: int) -> Tensor:
        """`[S]`; see `Objective.task_loss`."""
        loss = self.objective.task_loss(logits, targets, task)
        return loss * self.weights[task].to(loss)
