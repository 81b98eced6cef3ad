"""The page's figures: a chart in the page's theme, or the printed picture on a white card."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from mtl.metrics.catalogue import METRICS
from mtl.render import markup, svg
from mtl.render.figures import registry
from mtl.render.figures.frame import gaps
from mtl.render.html import run_anchor, table_anchor
from mtl.render.images import image
from mtl.render.labels import REFERENCE, axis_label, unit_scale
from mtl.render.sheet import banner

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.render.figures.kind import Kind
    from mtl.results.figures.curves import Curve
    from mtl.results.figures.learning_curves import CurveData
    from mtl.results.figures.source import FigureData, Heading
    from mtl.results.runs import Runs

_DPI = 120
"""Pixels an inch of pictures in the page: sharp enough to read, and a fraction of the print's
bytes."""


@dataclass(frozen=True)
class RunsView:
    """The runs of one row: its label, and (anchor, seed) of each in the list of runs."""

    label: str
    runs: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class FigureView:
    """A figure on the page: its chart, and what it rests on.

    Attributes:
        chart: HTML; empty without any run.
        keys: sample of line and marker, label and number of seeds, for charts without a legend.
        line: on means, bands and seeds.
        missing: labels of rows without runs, and the reason.
    """

    anchor: str
    title: str
    caption: str
    line: str
    banner: str | None
    chart: str
    keys: tuple[tuple[str, str, str], ...]
    missing: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    runs: tuple[RunsView, ...]
    deviations: tuple[str, ...]


def figure_view(
    project: Project, paper: str, figure: str, allow_missing: bool, runs: Runs
) -> FigureView:
    """A figure for the page.

    Raises:
        MtlError: as the aggregation of its kind.
    """
    name = project.paper(paper).figures[figure].kind
    kind = registry.load(name)
    data = kind.build(project, paper, figure, allow_missing, runs)
    heading: Heading = data.heading
    chart, keys = _CHARTS.get(name, _picture)(kind, data) if _has_runs(heading) else ("", ())
    return FigureView(
        anchor=table_anchor(heading.paper, heading.name),
        title=heading.title,
        caption=heading.caption,
        line=kind.line(data),
        banner=banner(heading.source_labels, heading.scale),
        chart=chart,
        keys=keys,
        missing=tuple(gaps(heading)),
        notes=heading.notes,
        runs=_runs(heading),
        deviations=heading.deviations,
    )


def _has_runs(heading: Heading) -> bool:
    return any(shown.n for shown in heading.shown)


def _runs(heading: Heading) -> tuple[RunsView, ...]:
    several = len({shown.setting for shown in heading.shown}) > 1
    return tuple(
        RunsView(
            f"{shown.label} ({shown.setting_label})" if several else shown.label,
            tuple((run_anchor(run.fingerprint, run.seed), run.seed) for run in shown.runs),
        )
        for shown in heading.shown
        if shown.runs
    )


Chart = tuple[str, tuple[tuple[str, str, str], ...]]


def _picture(kind: Kind[Any], data: FigureData) -> Chart:
    """The printed figure as an image that the page holds itself."""
    drawn = kind.draw(data)
    width, height = (int(_DPI * side) for side in drawn.get_size_inches())
    encoded = base64.b64encode(image(drawn, "png", _DPI)).decode("ascii")
    text = escape(markup.plain(kind.alt(data)))
    return (
        f'<img class="card" src="data:image/png;base64,{encoded}" alt="{text}" '
        f'width="{width}" height="{height}">'
    ), ()


def _curves(kind: Kind[Any], data: CurveData) -> Chart:
    """Learning curves, every point of which tells its numbers when pointed at."""
    metric = METRICS[data.metric]
    scale = unit_scale(metric)
    present = [
        (position, curve) for position, curve in enumerate(data.rows) if curve.shown.missing is None
    ]
    series = [_series(curve, position, scale) for position, curve in present]
    level = None if data.reference is None else scale * data.reference
    keys = tuple(
        (svg.legend_key(position), curve.shown.label, f"n = {curve.shown.n}")
        for position, curve in present
    )
    return svg.chart(series, level, REFERENCE, axis_label(metric), metric.digits), keys


def _series(curve: Curve, position: int, scale: float) -> svg.Series:
    return svg.Series(
        label=curve.shown.label,
        position=position,
        epochs=curve.x,
        mean=tuple(scale * value for value in curve.mean),
        std=tuple(scale * value for value in curve.std),
        n=curve.shown.n,
    )


_CHARTS: dict[str, Callable[[Kind[Any], Any], Chart]] = {"learning_curves": _curves}
"""Kinds that the page draws itself; of the others it shows the printed picture."""
