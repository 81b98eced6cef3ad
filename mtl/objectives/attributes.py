"""Binary attributes: sigmoid, binary cross-entropy, and precision, recall and F from counts."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mtl.data.store import LABELS
from mtl.metrics.classification import attribute_scores
from mtl.objectives.base import Counter, Detail, Labels, Objective, Task


class Build(Objective):
    """Each task is a group of binary attributes.

    Its loss is the mean over the batch and over the attributes of the group of the binary
    cross-entropy, as in Maximum Roaming's public code (there from probabilities, here from
    logits, which is the same but exact for large ones).
    """

    metrics: tuple[str, ...] = ("precision", "recall", "f_score")

    def __init__(self, tasks: Sequence[Task], columns: Sequence[str], classes: Sequence[int]):
        super().__init__(tasks, columns, classes)
        self.outputs = tuple(len(task.columns) for task in tasks)
        starts = [sum(self.outputs[:task]) for task in range(len(tasks))]
        self.slices = [slice(s, s + n) for s, n in zip(starts, self.outputs, strict=True)]
        averaging = torch.zeros(sum(self.outputs), len(tasks))
        for task, chosen in enumerate(self.slices):
            averaging[chosen, task] = 1 / self.outputs[task]
        self.averaging = averaging  # [O, T]

    def targets(self, labels: Labels) -> Tensor:
        return labels[LABELS][..., self.columns]

    def losses(self, logits: Tensor, targets: Tensor) -> Tensor:
        elementwise = F.binary_cross_entropy_with_logits(
            logits, targets.to(logits), reduction="none"
        )
        return elementwise.mean(1) @ self.averaging.to(logits)

    def task_loss(self, logits: Tensor, targets: Tensor, task: int) -> Tensor:
        wanted = targets[..., self.slices[task]].to(logits)
        losses = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        return losses.mean((1, 2))

    def constants(self, labels: Labels) -> Tensor:
        """Yes to everything: the constant with the highest F-score of every attribute."""
        return torch.zeros(sum(self.outputs))

    def counter(self, seeds: int) -> Counter:
        return _AttributeCounter(seeds, self.column_names)


class _AttributeCounter(Counter):
    def __init__(self, seeds: int, columns: Sequence[str]):
        self.columns = list(columns)
        shape = (seeds, len(self.columns))
        self.true_positive = torch.zeros(shape, dtype=torch.int64)
        self.predicted_positive = torch.zeros(shape, dtype=torch.int64)
        self.positive = torch.zeros(len(self.columns), dtype=torch.int64)
        self.n = 0

    def update(self, logits: Tensor, targets: Tensor) -> None:
        predicted = logits >= 0  # the threshold 0.5 on the sigmoid
        wanted = targets.bool()
        self.true_positive += (predicted & wanted).sum(1).cpu()
        self.predicted_positive += predicted.sum(1).cpu()
        self.positive += wanted.sum(0).cpu()
        self.n += len(targets)

    def detail(self, seed: int) -> Detail:
        return {
            "columns": self.columns,
            "true_positive": self.true_positive[seed].tolist(),
            "predicted_positive": self.predicted_positive[seed].tolist(),
            "positive": self.positive.tolist(),
            "n": self.n,
        }

    def scores(self, seed: int) -> dict[str, float]:
        return attribute_scores(
            self.true_positive[seed].numpy(),
            self.predicted_positive[seed].numpy(),
            self.positive.numpy(),
        )
