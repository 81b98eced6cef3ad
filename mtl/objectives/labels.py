"""Binary labels: the loss of attributes, and the accuracy of each task."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mtl.metrics.classification import label_scores
from mtl.objectives import attributes
from mtl.objectives.base import Counter, Detail, Labels, Task


class Build(attributes.Build):
    """Each task is a group of binary labels, scored by the accuracy, mean over its labels.

    InterroGate's CelebA tasks; the loss is that of `attributes`.
    """

    def __init__(self, tasks: Sequence[Task], columns: Sequence[str], classes: Sequence[int]):
        super().__init__(tasks, columns, classes)
        self.metrics = (*(task.name for task in tasks), "overall")

    def constants(self, labels: Labels) -> Tensor:
        """What more images have of each label: the constant with the highest accuracy."""
        share = self.targets(labels).double().mean(0)
        return torch.where(share >= 0.5, 1.0, -1.0).cpu()

    def counter(self, seeds: int) -> Counter:
        return _LabelCounter(seeds, self)


class _LabelCounter(Counter):
    def __init__(self, seeds: int, objective: Build):
        self.objective = objective
        self.correct = torch.zeros((seeds, len(objective.column_names)), dtype=torch.int64)
        self.n = 0

    def update(self, logits: Tensor, targets: Tensor) -> None:
        predicted = logits >= 0  # the threshold 0.5 on the sigmoid
        self.correct += (predicted == targets.bool()).sum(1).cpu()
        self.n += len(targets)

    def detail(self, seed: int) -> Detail:
        return {
            "columns": self.objective.column_names,
            "correct": self.correct[seed].tolist(),
            "n": self.n,
        }

    def scores(self, seed: int) -> dict[str, float]:
        groups = {
            task.name: self.correct[seed, chosen].numpy()
            for task, chosen in zip(self.objective.tasks, self.objective.slices, strict=True)
        }
        return label_scores(groups, self.n)
