"""Metrics by the value of an option: points with error bars, in panels that share the axis."""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.metrics.catalogue import METRICS
from mtl.render import numbers
from mtl.render.figures.frame import (
    NARROW,
    WIDE,
    characters,
    counts,
    framed,
    legend,
    mathtext,
    over_seeds,
)
from mtl.render.figures.kind import Kind
from mtl.render.figures.plots import dashes, fingerprints, level
from mtl.render.labels import REFERENCE, axis_label, unit_scale
from mtl.render.style import stroke
from mtl.results.figures.option_sweep import Panel, Point, Sweep, SweepData, build

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SWEPT = 1
"""The stroke of the points; references take the first and those after it."""

_NEAR = 0.25
"""How far beyond the values, by their range, the all-positive predictor is still shown."""

_SEEDS_OF_NUMBERS, _SEEDS_OF_LABELS = 0.05, 0.5
"""How wide a point's seeds spread, of the axis' range and of the distance between labels."""

_MOST_LEVEL = 4
"""Characters of labels that may stand level."""

_MOST_LABELS = 30
"""Labels that have room side by side, and one for each gap; more panels go into further lines."""


def line(data: SweepData) -> str:
    """On means and bars, and the level of the all-positive predictor where it is off the scale."""
    numbers_of_seeds = counts(data.heading)
    spread = "bars and bands" if data.sweeps[0].references else "bars"
    text = over_seeds(numbers_of_seeds, spread, "the CSV")
    text += "; dots: single seeds" if numbers_of_seeds else ""
    for sweep in data.sweeps:
        if sweep.all_positive is not None and not _shows(sweep):
            metric = METRICS[sweep.metric]
            value = numbers.fixed(unit_scale(metric) * sweep.all_positive, metric.digits)
            of = f" ({axis_label(metric)})" if len(data.sweeps) > 1 else ""
            text += f"; {REFERENCE}{of}: {value}, off the scale"
    return text


def alt(data: SweepData) -> str:
    """What is to be seen."""
    metrics = ", ".join(axis_label(METRICS[sweep.metric]) for sweep in data.sweeps)
    panels = ", ".join(f"{panel.title} ({panel.axis})" for panel in data.sweeps[0].panels)
    return f"{metrics} by {panels}"


def _points(sweep: Sweep) -> list[Point]:
    return [*(point for panel in sweep.panels for point in panel.points), *sweep.references]


def _shows(sweep: Sweep) -> bool:
    """Whether the level of the all-positive predictor lies in or near the range of the values."""
    values = [value for point in _points(sweep) for value in point.values]
    if sweep.all_positive is None or not values:
        return False
    room = _NEAR * (max(values) - min(values))
    return min(values) - room <= sweep.all_positive <= max(values) + room


def _lines(panels: tuple[Panel, ...]) -> list[tuple[Panel, ...]]:
    """The panels from left to right and top to bottom: the fewest lines with room, evenly full."""
    for count in range(1, len(panels)):
        ways = [
            [panels[first:last] for first, last in itertools.pairwise((0, *breaks, len(panels)))]
            for breaks in itertools.combinations(range(1, len(panels)), count - 1)
        ]
        fullest, best = min(((max(map(_shares, way)), way) for way in ways), key=lambda one: one[0])
        if fullest <= _MOST_LABELS:
            return best
    return [(panel,) for panel in panels]


def _shares(panels: tuple[Panel, ...]) -> float:
    return sum(map(_share, panels))


def _height(panels: tuple[Panel, ...]) -> float:
    """Inches of a line of panels: the more, the longer the labels that stand upright."""
    labels = [point.label for panel in panels if panel.option is None for point in panel.points]
    upright = max((len(label) for label in labels if len(label) > _MOST_LEVEL), default=0)
    return 2.8 + upright * 0.052


def _share(panel: Panel) -> float:
    """A panel's share of the width: even a single point needs room for the panel's title."""
    return max(3.0, len(panel.points) + 1.0)


def _single(axes: Axes, x: float, point: Point, scale: float, colour: str, numeric: bool) -> None:
    """The seeds of a point, side by side so that equal ones stay visible."""
    n = len(point.values)
    low, high = axes.get_xlim()
    wide = _SEEDS_OF_NUMBERS * (high - low) if numeric else _SEEDS_OF_LABELS
    places = [x + wide * ((k + 0.5) / n - 0.5) for k in range(n)]
    axes.plot(
        places, [scale * value for value in point.values], linestyle="none", marker="o",
        markersize=2.2, markeredgewidth=0, color=colour, alpha=0.4, zorder=2,
    )  # fmt: skip


def _draw_points(axes: Axes, panel: Panel, scale: float) -> dict[str, Any]:
    """Points with error bars; those of a numeric axis are joined."""
    look = stroke(_SWEPT)
    numeric = panel.option is not None
    places = [
        float(position) if point.option is None else point.option
        for position, point in enumerate(panel.points)
    ]
    room = 0.06 * (max(places) - min(places)) if numeric else 0.0
    room = room or 0.5
    axes.set_xlim(min(places) - room, max(places) + room)
    handles: dict[str, Any] = {}
    found = [
        (x, point, point.mean)
        for x, point in zip(places, panel.points, strict=True)
        if point.mean is not None
    ]
    for x, point, _ in found:
        _single(axes, x, point, scale, look.colour, numeric)
    if found:
        handles["mean of a point's seeds"] = axes.errorbar(
            [x for x, _, _ in found],
            [scale * mean for _, _, mean in found],
            [math.nan if point.std is None else scale * point.std for _, point, _ in found],
            color=look.colour, linestyle=dashes(look) if numeric else "none", linewidth=1.1,
            marker=look.marker, markersize=4, capsize=2, elinewidth=1, zorder=3,
        )  # fmt: skip
    if numeric:
        axes.set_xticks(places, [f"{place:g}" for place in places])
        _turn(axes, places)
    else:
        labels = [mathtext(point.label) for point in panel.points]
        turned = max(map(len, labels)) > _MOST_LEVEL
        axes.set_xticks(
            places, labels, rotation=90 if turned else 0, fontsize=6.8,
        )  # fmt: skip
    return handles


def _turn(axes: Axes, places: list[float]) -> None:
    """Turn the numbers of an axis when neighbours stand so close that they would touch."""
    span = max(places) - min(places)
    steps = [b - a for a, b in itertools.pairwise(places)]
    if steps and span > 0 and min(steps) / span < 0.06:
        axes.tick_params(axis="x", rotation=90)


def draw(data: SweepData) -> Figure:
    """The panels in lines, metric after metric, with the references across all of them."""
    lines = [(sweep, panels) for sweep in data.sweeps for panels in _lines(sweep.panels)]
    width = NARROW if len(data.sweeps[0].panels) == 1 else WIDE
    heights = [_height(panels) for _, panels in lines]
    with framed(data.heading, line(data), width, sum(heights)) as figure:
        rows = figure.add_gridspec(len(lines), 1, height_ratios=heights)
        handles: dict[str, Any] = {}
        sharing: dict[str, Axes] = {}
        for position, (sweep, panels) in enumerate(lines):
            shares = [_share(panel) for panel in panels]
            cells = rows[position].subgridspec(1, len(panels), width_ratios=shares)
            drawn: list[Axes] = []
            for column, panel in enumerate(panels):
                axes = figure.add_subplot(cells[column], sharey=sharing.get(sweep.metric))
                sharing.setdefault(sweep.metric, axes)
                drawn.append(axes)
                handles |= _draw_panel(axes, panel, sweep)
                room = characters(0.8 * (width - 0.6) * shares[column] / sum(shares), 8)
                if len(sweep.panels) > 1:
                    axes.set_title(textwrap.fill(mathtext(panel.title), room), fontsize=8)
                axes.set_xlabel(textwrap.fill(mathtext(panel.axis), room))
                if column == 0:
                    axes.set_ylabel(axis_label(METRICS[sweep.metric]))
                else:
                    axes.tick_params(axis="y", labelleft=False)
            figure.align_xlabels(drawn)
        legend(figure, list(handles.values()), list(handles))
    return figure


def _draw_panel(axes: Axes, panel: Panel, sweep: Sweep) -> dict[str, Any]:
    """One panel with the levels; returns what the legend shows, by label."""
    metric = METRICS[sweep.metric]
    scale = unit_scale(metric)
    handles = _draw_points(axes, panel, scale) | _draw_references(axes, sweep, scale)
    axes.grid(axis="x", visible=False)
    if sweep.all_positive is not None and _shows(sweep):
        value = scale * sweep.all_positive
        text = f"{REFERENCE} ({numbers.fixed(value, metric.digits)})"
        handles[text] = level(axes, value)
    return handles


def _draw_references(axes: Axes, sweep: Sweep, scale: float) -> dict[str, Any]:
    """Level lines with bands, by label."""
    handles: dict[str, Any] = {}
    for position, point in enumerate(sweep.references):
        if point.mean is None:
            continue
        look = stroke(position if position < _SWEPT else position + 1)
        mean, std = scale * point.mean, scale * (point.std or 0.0)
        axes.axhspan(mean - std, mean + std, color=look.colour, alpha=0.16, linewidth=0, zorder=1)
        handles[mathtext(point.label)] = axes.axhline(
            mean, color=look.colour, linestyle=dashes(look), linewidth=1.3, zorder=2
        )
    return handles


def rows(data: SweepData) -> Iterator[list[Any]]:
    """Of each metric a line for each point, the references and the all-positive predictor."""
    for sweep in data.sweeps:
        for panel in sweep.panels:
            for point in panel.points:
                yield _row(data, sweep, panel.title, panel.option or "", point)
        for point in sweep.references:
            yield _row(data, sweep, "", "", point)
        if sweep.all_positive is not None:
            yield ["", "", "", "", "", REFERENCE, data.setting, sweep.metric, sweep.all_positive,
                   "", "", "", ""]  # fmt: skip


def _row(data: SweepData, sweep: Sweep, panel: str, option: str, point: Point) -> list[Any]:
    shown = point.shown
    return [panel, option, "" if point.option is None else point.option, point.label, shown.row,
            shown.label, data.setting, sweep.metric, "" if point.mean is None else point.mean,
            "" if point.std is None else point.std, shown.n, " ".join(map(repr, point.values)),
            fingerprints([shown])]  # fmt: skip


_FIELDS = (
    "panel", "option", "value", "axis_label", "row", "label", "setting", "metric", "mean", "std",
    "n", "values", "fingerprints",
)  # fmt: skip

KIND = Kind(
    build=build,
    draw=draw,
    fields=_FIELDS,
    rows=rows,
    line=line,
    alt=alt,
)
