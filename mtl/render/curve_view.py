"""The page's learning curves: a small multiple for every row of a setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.config.models import LearningCurves
from mtl.metrics.catalogue import METRICS, Metric, is_diagnosed
from mtl.render import markup, numbers, svg
from mtl.render.labels import axis_label, unit_scale
from mtl.results.aggregate import reference_scores

if TYPE_CHECKING:
    from mtl.config.models import Paper
    from mtl.config.project import Project
    from mtl.results.runs import Runs, RunSet

MANY = 12
"""From more rows than this on, the page opens a setting's small multiples on demand only."""


@dataclass(frozen=True)
class SmallView:
    """One small multiple."""

    label: str
    chart: str


@dataclass(frozen=True)
class SettingView:
    """The small multiples of a setting; `many` of them are opened on demand."""

    label: str
    axis: str
    reference: str | None
    behind: str | None
    charts: tuple[SmallView, ...]

    @property
    def many(self) -> bool:
        return len(self.charts) > MANY


def _seed_series(label: str, position: int, runs: RunSet, metric: Metric) -> svg.Series | None:
    """A row's runs, cut to the epochs that all of them have; None without runs."""
    scale = unit_scale(metric)
    curves = [
        {point["epoch"]: scale * point[metric.name] for point in record.curve}
        for record in runs.records
    ]
    if not curves:
        return None
    epochs = tuple(sorted(set.intersection(*(set(curve) for curve in curves))))
    seeds = tuple(tuple(curve[epoch] for epoch in epochs) for curve in curves)
    mean = tuple(sum(values) / len(values) for values in zip(*seeds, strict=True))
    return svg.Series(label, position, epochs, mean, (0.0,) * len(epochs), len(seeds), seeds)


def _rows_of(paper: Paper, setting: str) -> list[str]:
    """The rows of a setting's tables and learning curves, in the order of the paper's file.

    A sweep has many rows that differ in one option only; its own figure shows them better.
    """
    shown: set[str] = set()
    for table in paper.tables.values():
        if any(group.setting == setting for group in table.groups):
            shown |= {*table.rows, *table.extra_rows}
    for figure in paper.figures.values():
        if isinstance(figure, LearningCurves) and figure.setting == setting:
            shown |= set(figure.rows)
    return [row for row in paper.rows if row in shown]


def _baseline(paper: Paper, setting: str) -> str | None:
    return next(
        (
            table.baseline
            for table in paper.tables.values()
            if any(group.setting == setting for group in table.groups)
        ),
        None,
    )


def setting_view(project: Project, paper: Paper, setting: str, runs: Runs) -> SettingView:
    """Every row's runs by epoch, in the last of the setting's metrics, on one common scale.

    What diagnostics find has no curve.
    """
    model = paper.settings[setting]
    metric = METRICS[[name for name in model.metrics if not is_diagnosed(name)][-1]]
    sets = {row: runs.of(paper.name, setting, row) for row in _rows_of(paper, setting)}
    series = {
        row: one
        for position, (row, found) in enumerate(sets.items())
        if (one := _seed_series(paper.rows[row].label or row, position, found, metric))
    }
    scores = reference_scores(record for found in sets.values() for record in found.records)
    reference = unit_scale(metric) * scores[metric.name] if metric.name in scores else None
    baseline = _baseline(paper, setting)
    behind = series.get(baseline) if baseline else None
    axis = axis_label(metric)
    values = svg.value_range(series.values(), reference) if series else (0.0, 1.0)
    charts = tuple(
        SmallView(
            one.label,
            svg.small(
                one,
                behind if row != baseline else None,
                values,
                reference,
                f"{markup.plain(one.label)}: {axis} by epoch",
            ),
        )
        for row, one in series.items()
    )
    level = None if reference is None else numbers.fixed(reference, metric.digits)
    label = series[baseline].label if behind and baseline else None
    return SettingView(model.label, axis, level, label, charts)
