"""How the tasks' gradients agree over training: cosines, conflicts, variance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from mtl.diagnostics.base import Diagnostic, Subject
from mtl.diagnostics.gradients import shared_parameters, task_gradients

IMAGES = 32
"""Held-out images of one measurement."""
MEASUREMENTS = 4
"""At most so many over a training, so that their cost stays small beside it."""
TINY = 1e-30


def conflict(gramian: Tensor) -> dict[str, Any]:
    """What a Gramian of task gradients says.

    Args:
        gramian: `[T, T]`, float64, T at least 2.

    Returns:
        `cosines`, of every pair (0 with a vanished gradient); `cosine`, the mean over pairs of
        different tasks; `negative`, the share of those pairs below 0; `variance`, the part of the
        gradients' mean squared length that is variance between tasks, `1 - |mean|^2 / mean |.|^2`:
        0 when all are equal, `1 - 1/T` when they are orthogonal and equally long, more when they
        cancel.
    """
    lengths = gramian.diagonal().clamp_min(0).sqrt()
    cosines = gramian / (lengths[:, None] * lengths).clamp_min(TINY)
    tasks = len(gramian)
    rows, columns = torch.triu_indices(tasks, tasks, 1)
    pairs = cosines[rows, columns]
    common = gramian.mean() / gramian.diagonal().mean().clamp_min(TINY)
    return {
        "cosine": float(pairs.mean()),
        "negative": float((pairs < 0).double().mean()),
        "variance": float(1 - common),
        "cosines": cosines.tolist(),
    }


class Build(Diagnostic):
    """At evaluations: the gradients of each task's loss at the parameters that all tasks share.

    Beyond the paper, which speaks of conflicting gradients and shows their similarity at the end of
    training only. The metrics are means over the measurements.
    """

    def __init__(self, subject: Subject):
        super().__init__(subject)
        self.parameters = list(shared_parameters(subject.network, "gradient_conflict").values())
        self.points: list[list[dict[str, Any]]] = [[] for _ in subject.seeds]

    def at_evaluation(self, epoch: float, share: float) -> None:
        if int(share * MEASUREMENTS) <= len(self.points[0]):
            return
        gradients = task_gradients(self.subject, self.parameters, *self.subject.batch(0, IMAGES))
        gramians: Tensor | float = 0.0
        for of_parameter in zip(*gradients, strict=True):
            rows = torch.stack([gradient.flatten(1) for gradient in of_parameter], dim=1).double()
            gramians = gramians + rows @ rows.transpose(1, 2)  # [S, T, T]
        assert isinstance(gramians, Tensor)
        for points, gramian in zip(self.points, gramians.cpu(), strict=True):
            points.append({"epoch": epoch, **conflict(gramian)})

    def result(self, position: int) -> dict[str, Any]:
        return {
            "n_images": min(IMAGES, len(self.subject.images)),
            "tasks": self.subject.task_names,
            "points": self.points[position],
        }

    def metrics(self, position: int) -> Mapping[str, float]:
        points = self.points[position]
        return {
            f"gradient_{name}": sum(point[name] for point in points) / len(points)
            for name in ("cosine", "negative", "variance")
        }

    def state(self) -> Sequence[Any]:
        return self.points

    def load_state(self, state: Sequence[Any]) -> None:
        self.points = list(state)
