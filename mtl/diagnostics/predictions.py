"""What a dense network predicts of a few held-out images, beside the truth."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from mtl.data.store import DEPTH, NORMALS, SEGMENTATION
from mtl.diagnostics.base import Diagnostic, Subject
from mtl.diagnostics.feature_maps import image_pixels
from mtl.errors import MtlError
from mtl.objectives.dense import Build as DenseObjective
from mtl.training.network import predict

IMAGES = 3
"""The first of the split."""

NO_CLASS = -1
"""Marks pixels without a class: void, or no class has a probability of one half."""

DIGITS = 4
"""Significant ones of depths."""


class Build(Diagnostic):
    """Of the first seed, at the end of the training: classes, depths and normals as pictures.

    Each class is predicted by itself, so that several, or none, may have a probability above one
    half; of several the most probable is stored. The images pass in the batch in which they are
    evaluated, since networks may normalise by its statistics.

    Raises:
        MtlError: for a training that does not predict maps.
    """

    def __init__(self, subject: Subject):
        super().__init__(subject)
        if not isinstance(subject.objective, DenseObjective):
            raise MtlError(
                "diagnostics: 'predictions' shows maps, found tasks of the kind "
                f"'{subject.spec.tasks[0].kind}'"
            )
        self.objective = subject.objective
        self.found: dict[str, Any] = {}

    @torch.no_grad()
    def at_end(self) -> None:
        spec = self.subject.spec
        images, targets = self.subject.batch(0, spec.eval_batch_size)
        logits = predict(self.subject.network, spec, images)[0, :IMAGES].float().cpu()
        truth = targets[0, :IMAGES].float().cpu()
        tasks = self.objective.tasks
        self.found = {
            "classes": [task.name for task in tasks if task.kind == SEGMENTATION],
            "images": [
                {
                    "image": image_pixels(image[:3]),
                    "truth": self._pictures(wanted, wanted[self.objective.segmentation] - 0.5),
                    "predicted": self._pictures(given, given[self.objective.segmentation]),
                }
                for image, wanted, given in zip(images[:IMAGES], truth, logits, strict=True)
            ],
        }

    def _pictures(self, planes: Tensor, classes: Tensor) -> dict[str, Any]:
        """`[C, H, W]` of all tasks and `[K, H, W]`, above 0 where a class is seen, by kind."""
        pictures: dict[str, Any] = {}
        if len(classes):
            best = classes.max(dim=0)
            seen = torch.where(best.values >= 0, best.indices, NO_CLASS)
            pictures[SEGMENTATION] = seen.tolist()
        if (depth := self.objective.plane(DEPTH)) is not None:
            pictures[DEPTH] = [
                [float(f"{value:.{DIGITS}g}") for value in row] for row in planes[depth][0].tolist()
            ]
        if (normals := self.objective.plane(NORMALS)) is not None:
            unit = F.normalize(planes[normals], dim=0)
            pictures[NORMALS] = image_pixels((unit + 1) / 2)
        return pictures

    def result(self, position: int) -> dict[str, Any]:
        return self.found if position == 0 else {}
