"""Learning curves: a metric by epoch, one curve a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.metrics.catalogue import METRICS
from mtl.render import numbers
from mtl.render.figures.frame import NARROW, counts, framed, legend, mathtext, over_seeds
from mtl.render.figures.kind import Kind
from mtl.render.figures.plots import band, fingerprints, level
from mtl.render.labels import REFERENCE, axis_label, unit_scale
from mtl.render.style import stroke
from mtl.results.figures.learning_curves import CurveData, build

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def line(data: CurveData) -> str:
    """On means and bands."""
    return over_seeds(counts(data.heading), "bands", "the legend")


def alt(data: CurveData) -> str:
    """What is to be seen."""
    return f"{axis_label(METRICS[data.metric])} by epoch"


def draw(data: CurveData) -> Figure:
    """The curves with their bands, and the level of the all-positive predictor."""
    from matplotlib.ticker import MaxNLocator

    metric = METRICS[data.metric]
    scale = unit_scale(metric)
    several = len(counts(data.heading)) > 1
    with framed(data.heading, line(data), NARROW, 2.9) as figure:
        axes = figure.add_subplot()
        handles, labels = [], []
        for position, curve in enumerate(data.rows):
            if curve.shown.missing is not None:
                continue
            mean = [scale * value for value in curve.mean]
            std = [scale * value for value in curve.std] if curve.shown.n > 1 else None
            handles.append(band(axes, stroke(position), curve.x, mean, std, position))
            n = f" (n = {curve.shown.n})" if several else ""
            labels.append(mathtext(curve.shown.label) + n)
        if data.reference is not None:
            value = scale * data.reference
            handles.append(level(axes, value))
            labels.append(f"{REFERENCE} ({numbers.fixed(value, metric.digits)})")
        axes.set_xlabel("Epoch")
        axes.set_ylabel(axis_label(metric))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(x=0.02, y=0.06)
        legend(figure, handles, labels)
    return figure


def rows(data: CurveData) -> Iterator[list[Any]]:
    """A line for each row and epoch, then the level of the all-positive predictor."""
    for curve in data.rows:
        shown, marks = curve.shown, fingerprints([curve.shown])
        for epoch, mean, std in zip(curve.x, curve.mean, curve.std, strict=True):
            spread = std if shown.n > 1 else ""
            yield [shown.row, shown.label, shown.setting, data.metric, epoch, mean, spread,
                   shown.n, marks]  # fmt: skip
    if data.reference is not None:
        yield ["", REFERENCE, data.setting, data.metric, "", data.reference, "", "", ""]


_FIELDS = (
    "row", "label", "setting", "metric", "epoch", "mean", "std", "n", "fingerprints",
)  # fmt: skip

KIND = Kind(
    build=build,
    draw=draw,
    fields=_FIELDS,
    rows=rows,
    line=line,
    alt=alt,
)
