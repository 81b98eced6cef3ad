"""What a diagnostic sees of a training, and what it gives."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mtl.objectives.base import Objective
from mtl.training.batches import Images
from mtl.training.network import Network
from mtl.training.spec import TrainingSpec


@dataclass(frozen=True)
class Subject:
    """A training, as a diagnostic sees it.

    Attributes:
        network: of all seeds, as it is now.
        images: held out: the split that is evaluated.
        seeds: the run seeds that train together.
    """

    network: Network
    objective: Objective
    images: Images
    seeds: tuple[int, ...]
    spec: TrainingSpec

    @property
    def task_names(self) -> list[str]:
        """In training order."""
        return [task.name for task in self.objective.tasks]

    def batch(self, start: int, size: int) -> tuple[Tensor, Tensor]:
        """Held-out images, the same for every seed: `[B, S*3, H, W]` and targets `[S, B, C]`."""
        indices = torch.arange(start, min(start + size, len(self.images)))
        own = indices.to(self.images.images.device).expand(len(self.seeds), -1)
        images, labels = self.images.gather(own)
        return images, self.objective.targets(labels)


class Diagnostic(abc.ABC):
    """Base of all diagnostics; a module of this folder declares a subclass named `Build`.

    It draws no random numbers, writes no gradient and changes no tensor of the training: a run has
    the same metrics with it and without it.

    Raises:
        MtlError: at construction, for a training that it cannot look at.
    """

    def __init__(self, subject: Subject):
        self.subject = subject

    def at_evaluation(self, epoch: float, share: float) -> None:  # noqa: B027
        """Called after each evaluation; `share` of the training is done."""

    def at_end(self) -> None:  # noqa: B027
        """Called once, when the training is done."""

    @abc.abstractmethod
    def result(self, position: int) -> dict[str, Any]:
        """What was found of the seed at a position, as plain JSON."""

    def metrics(self, position: int) -> Mapping[str, float]:
        """What joins the metrics of the seed at a position."""
        return {}

    def state(self) -> Sequence[Any]:
        """Plain values that a resumed training needs."""
        return []

    def load_state(self, state: Sequence[Any]) -> None:  # noqa: B027
        """Take back what `state` gave."""
