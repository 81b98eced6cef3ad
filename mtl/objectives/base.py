"""What an objective gives the training: targets, losses and counts."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from torch import Tensor

Detail = dict[str, Any]
Labels = Mapping[str, Tensor]
"""What the store knows of some images: its targets by name, each `[..., *shape of one]`."""


@dataclass(frozen=True)
class Task:
    """One task: its name, its kind and the label columns that it predicts."""

    name: str
    kind: str
    columns: tuple[str, ...]


class Losses(Protocol):
    """What an update needs of an objective."""

    tasks: tuple[Task, ...]

    def losses(self, logits: Tensor, targets: Tensor) -> Tensor:
        """`[S, T]` task losses from logits `[S, B, O, ...]` and targets `[S, B, C, ...]`."""
        ...

    def task_loss(self, logits: Tensor, targets: Tensor, task: int) -> Tensor:
        """`[S]` losses of one task from its logits `[S, B, n, ...]` and all targets."""
        ...


class Counter(abc.ABC):
    """Accumulates counts over an evaluation split for several seeds at once."""

    @abc.abstractmethod
    def update(self, logits: Tensor, targets: Tensor) -> None:
        """Add a batch.

        Args:
            logits: `[S, B, O, ...]` of every task.
            targets: `[B, C, ...]` as `Objective.targets` gives them for one seed.
        """

    @abc.abstractmethod
    def detail(self, seed: int) -> Detail:
        """The counts of the seed at this position, as plain JSON."""

    @abc.abstractmethod
    def scores(self, seed: int) -> dict[str, float]:
        """The metrics of the seed at this position, fractions from 0 to 1."""


class Objective(abc.ABC):
    """The losses and counts of all tasks of a run.

    Where tasks predict something of every pixel, logits and targets end in the image's `H, W`.

    Args:
        tasks: in training order.
        columns: names of the label columns of the data.
        classes: number of classes of each column.
    """

    #: Names of the metrics that `Counter.scores` gives.
    metrics: tuple[str, ...]
    #: Outputs of each task.
    outputs: tuple[int, ...]

    def __init__(self, tasks: Sequence[Task], columns: Sequence[str], classes: Sequence[int]):
        self.tasks = tuple(tasks)
        self.column_names = [name for task in tasks for name in task.columns]
        self.columns = np.array([columns.index(name) for name in self.column_names])

    @abc.abstractmethod
    def targets(self, labels: Labels) -> Tensor:
        """The store's targets -> what `losses` compares with, task after task."""

    @abc.abstractmethod
    def losses(self, logits: Tensor, targets: Tensor) -> Tensor:
        """`[S, T]` task losses from logits `[S, B, O, ...]` and targets `[S, B, C, ...]`."""

    @abc.abstractmethod
    def task_loss(self, logits: Tensor, targets: Tensor, task: int) -> Tensor:
        """`[S]` losses of one task from its logits `[S, B, n, ...]` and all targets."""

    @abc.abstractmethod
    def constants(self, labels: Labels) -> Tensor:
        """`[O]` logits that predict the same for every image, as well as that can be done.

        Args:
            labels: of all images to fit them to, `[N, ...]` each.
        """

    @abc.abstractmethod
    def counter(self, seeds: int) -> Counter:
        """An empty counter for this many seeds."""
