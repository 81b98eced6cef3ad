"""Performance against cost: a curve of one method's settings, and single rows beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mtl.metrics.catalogue import METRICS
from mtl.render.figures.frame import WIDE, counts, framed, legend, mathtext, over_seeds
from mtl.render.figures.kind import Kind
from mtl.render.figures.plots import dashes, fingerprints, level
from mtl.render.labels import axis_label, unit_scale
from mtl.render.style import MUTED_COLOUR, STROKES, stroke
from mtl.results.derived import DELTA
from mtl.results.figures.trade_off import Point, TradeOffData, build

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEIGHT = 3.3
BASELINE = "baseline"

_CURVE = 1
"""The stroke of curves; single rows take the others, filled first and then hollow."""


@dataclass(frozen=True)
class _Look:
    """Marks of one kind; the style is that of the line through them, for matplotlib."""

    colour: str
    marker: str
    hollow: bool = False
    style: Any = "none"

    @property
    def keywords(self) -> dict[str, Any]:
        return {
            "color": self.colour,
            "marker": self.marker,
            "markersize": 4.6,
            "markerfacecolor": "white" if self.hollow else self.colour,
            "linestyle": self.style,
        }


def line(data: TradeOffData) -> str:
    """On means and bars."""
    return over_seeds(counts(data.heading), "bars", "the CSV")


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
    """One colour a series where there are several, else one a row; one mark a row."""
    from matplotlib.lines import Line2D

    several = len(data.series) > 1
    names = dict.fromkeys(p.shown.label for one in data.series for p in one.points)
    looks = {name: _row_look(position) for position, name in enumerate(names)}
    if several:
        looks = {name: replace(look, colour=MUTED_COLOUR) for name, look in looks.items()}
    with framed(data.heading, line(data), WIDE, _HEIGHT) as figure:
        axes = figure.add_subplot()
        keys: dict[str, _Look] = {}
        marks: dict[str, _Look] = {}
        for position, series in enumerate(data.series):
            own = _curve_look(position)
            if _marks(axes, data, series.curve, own):
                keys[series.label] = own
            for point in series.points:
                look = looks[point.shown.label]
                drawn = _marks(
                    axes, data, [point], replace(look, colour=own.colour) if several else look
                )
                if drawn and several:
                    keys.setdefault(series.label, own)
                if drawn:
                    marks[point.shown.label] = look
        entries = [*keys.items(), *marks.items()]
        handles: list[Any] = [Line2D([], [], **look.keywords) for _, look in entries]
        labels = [mathtext(name) for name, _ in entries]
        if data.value == DELTA:
            handles.append(level(axes, 0.0))
            labels.append(BASELINE)
        if data.log:
            axes.set_xscale("log")
            _plain_ticks(axes)
        axes.set_xlabel(axis_label(METRICS[data.cost]))
        axes.set_ylabel(_value_axis(data))
        axes.margins(x=0.05, y=0.08)
        legend(figure, handles, labels)
    return figure


def _curve_look(series: int) -> _Look:
    """A colour and dashes for each series, with the same marker."""
    own = stroke(series + _CURVE)
    return _Look(own.colour, stroke(_CURVE).marker, style=dashes(own))


def _row_look(position: int) -> _Look:
    """A colour and marker for each row, none of them that of a curve."""
    others = [look for look in STROKES if look != stroke(_CURVE)]
    turn, place = divmod(position, len(others))
    return _Look(others[place].colour, others[place].marker, hollow=turn % 2 == 1)


def _marks(axes: Axes, data: TradeOffData, points: Sequence[Point], look: _Look) -> bool:
    """The points with bars in both directions; tells whether there are any."""
    found = [(p.cost, p.value) for p in points if p.cost is not None and p.value is not None]
    across = unit_scale(METRICS[data.cost])
    up = 1.0 if data.value == DELTA else unit_scale(METRICS[data.value])
    if found:
        axes.errorbar(
            [across * cost.mean for cost, _ in found],
            [up * value.mean for _, value in found],
            xerr=[across * (cost.std or 0.0) for cost, _ in found],
            yerr=[up * (value.std or 0.0) for _, value in found],
            elinewidth=0.7,
            capsize=0,
            **look.keywords,
        )
    return bool(found)


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
                    "" if base is None else base.row, point.value.n if point.value else 0,
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
