"""Classification into several classes: softmax, cross-entropy, and accuracy from counts."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mtl.data.store import LABELS
from mtl.metrics.classification import class_scores
from mtl.objectives.base import Counter, Detail, Labels, Objective, Task


class Build(Objective):
    """Each task is one label column of several classes; its loss is the mean cross-entropy."""

    def __init__(self, tasks: Sequence[Task], columns: Sequence[str], classes: Sequence[int]):
        super().__init__(tasks, columns, classes)
        self.outputs = tuple(int(classes[column]) for column in self.columns)
        self.metrics = (*(f"accuracy_{name}" for name in self.column_names), "accuracy")

    def targets(self, labels: Labels) -> Tensor:
        return labels[LABELS][..., self.columns]

    def losses(self, logits: Tensor, targets: Tensor) -> Tensor:
        pieces = logits.split(self.outputs, dim=-1)
        return torch.stack(
            [self.task_loss(piece, targets, task) for task, piece in enumerate(pieces)], dim=1
        )

    def task_loss(self, logits: Tensor, targets: Tensor, task: int) -> Tensor:
        wanted = targets[..., task].long()
        losses = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction="none")
        return losses.view(wanted.shape).mean(1)

    def constants(self, labels: Labels) -> Tensor:
        """The most frequent class of each column."""
        targets = self.targets(labels).long()
        return torch.cat(
            [
                F.one_hot(targets[:, column].bincount(minlength=classes).argmax(), classes).float()
                for column, classes in enumerate(self.outputs)
            ]
        )

    def counter(self, seeds: int) -> Counter:
        return _ClassCounter(seeds, self.column_names, self.outputs)


class _ClassCounter(Counter):
    def __init__(self, seeds: int, columns: Sequence[str], outputs: Sequence[int]):
        self.columns, self.outputs = list(columns), list(outputs)
        self.correct = torch.zeros((seeds, len(self.columns)), dtype=torch.int64)
        self.n = 0

    def update(self, logits: Tensor, targets: Tensor) -> None:
        pieces = logits.split(self.outputs, dim=-1)
        predicted = torch.stack([piece.argmax(-1) for piece in pieces], dim=-1)  # [S, B, T]
        self.correct += (predicted == targets).sum(1).cpu()
        self.n += len(targets)

    def detail(self, seed: int) -> Detail:
        return {"columns": self.columns, "correct": self.correct[seed].tolist(), "n": self.n}

    def scores(self, seed: int) -> dict[str, float]:
        return class_scores(self.columns, self.correct[seed].numpy(), self.n)
