"""What each task keeps of its own, and how often it contributes most to what tasks share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.errors import MtlError
from mtl.results.figures.source import Heading, Shown, Source, diagnostic, read
from mtl.results.statistics import Summary, summarise

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.results.runs import Runs

QUANTITIES = ("chosen", "largest")
"""The share of channels that a task has of its own, and in which it has the largest weight."""


@dataclass(frozen=True)
class Shares:
    """One row; fractions, over seeds.

    Attributes:
        layers: names.
        means: by quantity, for each task, of the mean over the layers.
        by_layer: by quantity, for each layer and task.
    """

    shown: Shown
    layers: tuple[str, ...]
    means: dict[str, tuple[Summary, ...]]
    by_layer: dict[str, tuple[tuple[Summary, ...], ...]]


@dataclass(frozen=True)
class GateSharesData:
    """The shares of every row that has runs; `tasks` are names."""

    heading: Heading
    tasks: tuple[str, ...]
    rows: tuple[Shares, ...]


def build(
    project: Project,
    paper: str,
    figure: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> GateSharesData:
    """Aggregate the shares; every layer weighs the same, as in the sparsity loss.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: leave rows without runs out instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, missing or damaged runs, runs without this diagnostic, or seeds
            with different tasks or layers.
    """
    source = read(project, paper, figure, allow_missing, runs)
    tasks: tuple[str, ...] = ()
    rows = []
    for setting, row in source.runs:
        if not source.runs[setting, row].records:
            continue
        found, shares = _shares(source, setting, row)
        tasks = tasks or found
        rows.append(shares)
    return GateSharesData(source.heading(), tasks, tuple(rows))


def _shares(source: Source, setting: str, row: str) -> tuple[tuple[str, ...], Shares]:
    records = source.runs[setting, row].records
    seeds = [diagnostic(record, "gates") for record in records]
    names = [(tuple(seed["tasks"]), tuple(seed["layers"])) for seed in seeds]
    if len(set(names)) != 1:
        raise MtlError(
            f"figure {source.paper}/{source.name}: the seeds of '{row}' have different tasks or "
            "layers"
        )
    tasks, layers = names[0]

    def over_seeds(quantity: str, task: int, places: range) -> Summary:
        return summarise(
            [sum(seed[quantity][k][task] for k in places) / len(places) for seed in seeds]
        )

    every = range(len(layers))
    shares = Shares(
        shown=source.shown(setting, row),
        layers=layers,
        means={
            quantity: tuple(over_seeds(quantity, task, every) for task in range(len(tasks)))
            for quantity in QUANTITIES
        },
        by_layer={
            quantity: tuple(
                tuple(over_seeds(quantity, task, range(k, k + 1)) for task in range(len(tasks)))
                for k in every
            )
            for quantity in QUANTITIES
        },
    )
    return tasks, shares
