"""The page's learning curves: its figures, and a small multiple for every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.metrics.catalogue import METRICS, Metric, is_diagnosed
from mtl.render import markup, numbers, svg
from mtl.render.html import table_anchor
from mtl.render.labels import REFERENCE, axis_label, unit_scale
from mtl.render.sheet import banner
from mtl.results.aggregate import reference_scores

if TYPE_CHECKING:
    from mtl.config.models import Paper
    from mtl.config.project import Project
    from mtl.results.curves import Curve, CurveData
    from mtl.results.runs import Runs, RunSet


@dataclass(frozen=True)
class FigureView:
    """A figure on the page: its chart, and what each of its curves rests on."""

    anchor: str
    title: str
    caption: str
    banner: str | None
    chart: str
    keys: tuple[tuple[str, str, str], ...]
    missing: tuple[tuple[str, str], ...]
    deviations: tuple[str, ...]


@dataclass(frozen=True)
class SmallView:
    """One small multiple: label, chart and what is missing."""

    label: str
    chart: str


@dataclass(frozen=True)
class SettingView:
    """The small multiples of a setting."""

    label: str
    axis: str
    reference: str | None
    behind: str | None
    charts: tuple[SmallView, ...]


def _series(curve: Curve, position: int, scale: float) -> svg.Series:
    return svg.Series(
        label=curve.label,
        position=position,
        epochs=curve.epochs,
        mean=tuple(scale * value for value in curve.mean),
        std=tuple(scale * value for value in curve.std),
        n=curve.n,
    )


def figure_view(curves: CurveData) -> FigureView:
    """A figure for the page."""
    metric = METRICS[curves.metric]
    scale = unit_scale(metric)
    series = [
        _series(curve, position, scale)
        for position, curve in enumerate(curves.rows)
        if curve.missing is None
    ]
    chart = ""
    if series:
        level = None if curves.reference is None else scale * curves.reference
        chart = svg.chart(series, level, REFERENCE, axis_label(metric), metric.digits)
    return FigureView(
        anchor=table_anchor(curves.paper, curves.name),
        title=curves.title,
        caption=curves.caption,
        banner=banner(curves.source_labels, curves.scale),
        chart=chart,
        keys=tuple(
            (svg.legend_key(position), curve.label, f"n = {curve.n}")
            for position, curve in enumerate(curves.rows)
            if curve.missing is None
        ),
        missing=tuple(
            (curve.label, curve.missing) for curve in curves.rows if curve.missing is not None
        ),
        deviations=curves.deviations,
    )


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
    """The rows that any table or figure shows in a setting, in the order of the paper's file."""
    shown: set[str] = set()
    for table in paper.tables.values():
        if any(group.setting == setting for group in table.groups):
            shown |= {*table.rows, *table.extra_rows}
    for figure in paper.figures.values():
        shown |= {row for place, row in figure.pairs if place == setting}
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

    Metrics that are means over training have no curve.
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
