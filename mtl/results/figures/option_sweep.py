"""Sweeps: metrics at the selected epoch by the value of an option, in panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.results.derived import reference_scores
from mtl.results.figures.source import Heading, Shown, Source, read
from mtl.results.statistics import summarise

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.results.runs import Runs


@dataclass(frozen=True)
class Point:
    """One row; values in the unit of the records.

    Attributes:
        label: on the axis of its panel; the row's own for a reference.
        option: the value that the runs have of the panel's option; None on an axis of labels.
        values: one for each seed.
        mean: None without runs.
        std: sample standard deviation; None for less than two seeds.
    """

    shown: Shown
    label: str
    option: float | None
    values: tuple[float, ...]
    mean: float | None
    std: float | None


@dataclass(frozen=True)
class Panel:
    """One panel; its points are in the order of the axis."""

    title: str
    axis: str
    option: str | None
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Sweep:
    """One metric.

    Attributes:
        references: rows that are levels across all panels.
        all_positive: the metric of the predictor that says yes to everything; None where it means
            nothing, or without runs.
    """

    metric: str
    panels: tuple[Panel, ...]
    references: tuple[Point, ...]
    all_positive: float | None


@dataclass(frozen=True)
class SweepData:
    """The same sweep by each of its metrics."""

    heading: Heading
    setting: str
    sweeps: tuple[Sweep, ...]


def build(
    project: Project,
    paper: str,
    figure: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> SweepData:
    """Aggregate a sweep.

    An option's value is that of the runs, which a scale may set otherwise than the paper's row.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: give points without runs a reason instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, and missing or damaged runs.
    """
    source = read(project, paper, figure, allow_missing, runs)
    records = (record for found in source.runs.values() for record in found.records)
    scores = reference_scores(records)
    sweeps = tuple(_sweep(source, metric, scores.get(metric)) for metric in source.spec.metrics)
    return SweepData(source.heading(), source.spec.setting, sweeps)


def _sweep(source: Source, metric: str, all_positive: float | None) -> Sweep:
    panels = []
    for panel in source.spec.panels:
        points = [
            _point(source, metric, row, label, panel.option) for row, label in panel.points.items()
        ]
        if panel.option is not None:
            points.sort(key=lambda point: point.option or 0.0)
        panels.append(Panel(panel.title, panel.axis, panel.option, tuple(points)))
    references = tuple(_point(source, metric, row, None, None) for row in source.spec.references)
    return Sweep(metric, tuple(panels), references, all_positive)


def _point(source: Source, metric: str, row: str, label: str | None, option: str | None) -> Point:
    spec = source.spec
    shown = source.shown(spec.setting, row)
    values = tuple(source.runs[spec.setting, row].values(metric).values())
    summary = summarise(values) if values else None
    planned = source.project.units_for(source.paper, spec.setting, row)[0].spec
    return Point(
        shown=shown,
        label=shown.label if label is None else label,
        option=None if option is None else float(planned["method"]["options"][option]),
        values=values,
        mean=summary.mean if summary else None,
        std=summary.std if summary else None,
    )
