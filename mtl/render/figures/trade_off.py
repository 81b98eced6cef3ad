"""Performance against cost: a curve of one method's settings, and single rows beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.metrics.catalogue import METRICS
from mtl.render.figures.frame import WIDE, counts, framed, legend, mathtext, over_seeds
from mtl.render.figures.kind import Kind
from mtl.render.figures.plots import dashes, fingerprints
from mtl.render.labels import axis_label, unit_scale
from mtl.render.style import Stroke, stroke
from mtl.results.derived import DELTA
from mtl.results.figures.trade_off import Point, TradeOffData, build

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEIGHT = 3.3


def line(data: TradeOffData) -> str:
    """On means and bars."""
    return over_seeds(counts(data.heading), "bars", "the CSV file")


def _value_axis(data: TradeOffData) -> str:
    if data.value != DELTA:
        return axis_label(METRICS[data.value])
    return rf"$\Delta_{{\mathrm{{{data.delta_index}}}}}$ (%)"


def alt(data: TradeOffData) -> str:
    """What is to be seen."""
    value = "the difference to the baseline" if data.value == DELTA else METRICS[data.value].label
    series = ", ".join(one.label for one in data.series)
    return f"{value} against {METRICS[data.cost].label}: {series}"


def draw(data: TradeOffData) -> Figure:
    """One colour a setting where there are several; one mark a row."""
    several = len(data.series) > 1
    scale = 1.0 if data.value == DELTA else unit_scale(METRICS[data.value])
    with framed(data.heading, line(data), WIDE, _HEIGHT) as figure:
        axes = figure.add_subplot()
        handles: dict[str, Any] = {}
        rows = list(dict.fromkeys(p.shown.label for one in data.series for p in one.points))
        for position, series in enumerate(data.series):
            look = stroke(position + 1)
            found = [point for point in series.curve if point.cost and point.value]
            if found:
                drawn = _marks(axes, data, found, look.colour, look.marker, scale, dashes(look))
                handles[series.label] = drawn
            for point in series.points:
                if point.cost is None or point.value is None:
                    continue
                own = _look(rows.index(point.shown.label), position, several)
                drawn = _marks(axes, data, [point], own.colour, own.marker, scale, "none")
                name = point.shown.label
                handles[f"{name}, {series.label}" if several else name] = drawn
        if data.log:
            axes.set_xscale("log")
            _plain_ticks(axes)
        axes.set_xlabel(axis_label(METRICS[data.cost]))
        axes.set_ylabel(_value_axis(data))
        axes.margins(x=0.05, y=0.08)
        legend(figure, list(handles.values()), [mathtext(name) for name in handles])
    return figure


def _look(row: int, series: int, several: bool) -> Stroke:
    """The row's marker, in the setting's colour where there are several settings."""
    own = stroke(row + 2)
    return Stroke(stroke(series + 1).colour, "", (), own.marker) if several else own


def _marks(
    axes: Axes,
    data: TradeOffData,
    points: list[Point],
    colour: str,
    marker: str,
    scale: float,
    style: Any,
) -> Any:
    """Points with bars in both directions, joined if the style is a line's; returns the artist."""
    cost = unit_scale(METRICS[data.cost])
    x = [cost * point.cost.mean for point in points if point.cost]
    y = [scale * point.value.mean for point in points if point.value]
    return axes.errorbar(
        x,
        y,
        xerr=[cost * (point.cost.std or 0.0) for point in points if point.cost],
        yerr=[scale * (point.value.std or 0.0) for point in points if point.value],
        color=colour,
        marker=marker,
        markersize=4.6,
        linestyle=style,
        elinewidth=0.7,
        capsize=0,
        alpha=0.95,
    )


def _plain_ticks(axes: Axes) -> None:
    """Costs as they are written, not as powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def rows(data: TradeOffData) -> Iterator[list[Any]]:
    """A line for each row of each setting; in the unit of the records, deltas in percent."""
    for series in data.series:
        for part, points in (("curve", series.curve), ("point", series.points)):
            for point in points:
                shown, base = point.shown, point.baseline
                yield [
                    series.label, part, shown.row, shown.label, shown.setting,
                    data.cost, *_numbers(point.cost), data.value, *_numbers(point.value),
                    "" if base is None else base.row, shown.n,
                    fingerprints([shown] if base is None else [shown, base]),
                ]  # fmt: skip


def _numbers(summary: Any) -> list[float | str]:
    if summary is None:
        return ["", ""]
    return [summary.mean, "" if summary.std is None else summary.std]


_FIELDS = (
    "series", "part", "row", "label", "setting", "cost", "cost_mean", "cost_std", "metric", "mean",
    "std", "baseline", "n", "fingerprints",
)  # fmt: skip

KIND = Kind(
    build=build,
    draw=draw,
    fields=_FIELDS,
    rows=rows,
    line=line,
    alt=alt,
)
