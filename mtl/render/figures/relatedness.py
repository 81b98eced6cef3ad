"""Gains over single-task learning by the relatedness of the tasks, one curve a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.metrics.catalogue import METRICS
from mtl.render.figures.frame import NARROW, framed, legend, mathtext
from mtl.render.figures.kind import Kind
from mtl.render.figures.plots import band, fingerprints, level
from mtl.render.labels import unit_scale
from mtl.render.style import stroke
from mtl.results.figures.relatedness import RelatednessData, build

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mtl.metrics.catalogue import Metric

BASELINE = "single-task learning"


def _axis(metric: Metric) -> str:
    name = metric.label if metric.task != "attributes" else f"mean {metric.label} over attributes"
    unit = " (points)" if metric.unit == "percent" else ""
    return f"Difference in\n{name}{unit}"


def line(data: RelatednessData) -> str:
    """On means and bands; seeds that have no partner do not count."""
    numbers = {gain.n for row in data.rows for gain in row if gain.n}
    if not numbers:
        return "No runs"
    n = f"n = {min(numbers)}" if len(numbers) == 1 else f"n = {min(numbers)} to {max(numbers)}"
    spread = "; bands: ± sample standard deviation" if max(numbers) > 1 else ""
    return f"Mean over seeds of the differences paired by seed, {n}{spread}"


def alt(data: RelatednessData) -> str:
    """What is to be seen."""
    name = _axis(METRICS[data.metric]).replace("\n", " ")
    return f"{name} to {BASELINE}, by the relatedness of the tasks"


def draw(data: RelatednessData) -> Figure:
    """The gains with their bands, and the level of single-task learning."""
    metric = METRICS[data.metric]
    scale = unit_scale(metric)
    with framed(data.heading, line(data), NARROW, 2.9) as figure:
        axes = figure.add_subplot()
        handles, labels = [], []
        for position, row in enumerate(data.rows):
            found = [(gain, gain.mean) for gain in row if gain.mean is not None]
            if not found:
                continue
            x = [gain.relatedness for gain, _ in found]
            mean = [scale * value for _, value in found]
            # A single difference has no spread, so that its band closes there.
            std = [scale * (gain.std or 0.0) for gain, _ in found]
            known = any(gain.std is not None for gain, _ in found)
            handles.append(band(axes, stroke(position), x, mean, std if known else None))
            labels.append(mathtext(row[0].shown.label))
        handles.append(level(axes, 0.0))
        labels.append(BASELINE)
        axes.set_xlabel("Relatedness of the tasks (0: unrelated, 1: most related)")
        axes.set_ylabel(_axis(metric))
        axes.margins(x=0.03, y=0.08)
        legend(figure, handles, labels)
    return figure


def rows(data: RelatednessData) -> Iterator[list[Any]]:
    """A line for each row and setting; differences in the unit of the records."""
    for row in data.rows:
        for gain, base in zip(row, data.baseline, strict=True):
            shown = gain.shown
            yield [shown.row, shown.label, shown.setting, gain.relatedness, data.metric, base.row,
                   _known(gain.mean), _known(gain.std), gain.n, " ".join(map(str, gain.dropped)),
                   fingerprints([shown, base])]  # fmt: skip


def _known(value: float | None) -> float | str:
    return "" if value is None else value


_FIELDS = (
    "row", "label", "setting", "relatedness", "metric", "baseline", "difference", "std", "n",
    "dropped_seeds", "fingerprints",
)  # fmt: skip

KIND = Kind(
    build=build,
    draw=draw,
    fields=_FIELDS,
    rows=rows,
    line=line,
    alt=alt,
)
