"""What tasks keep and contribute, one column of panels a row."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.render.figures.frame import (
    WIDE,
    characters,
    counts,
    framed,
    legend,
    mathtext,
    over_seeds,
)
from mtl.render.figures.kind import Kind
from mtl.render.figures.plots import fingerprints, level
from mtl.render.style import stroke
from mtl.results.figures.gate_shares import QUANTITIES, GateSharesData, build

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtl.results.statistics import Summary

_HEIGHT = 3.2
_LABELS = {
    "chosen": "Channels\nof its own (%)",
    "largest": "Channels with its\nweight largest (%)",
}
EQUAL = "tasks that contribute alike"

_LEAST = 1.0
"""The lowest top of an axis, in percent: gates that are all closed leave nothing to scale by."""


def line(data: GateSharesData) -> str:
    """On means and bars."""
    return over_seeds(counts(data.heading), "bars", "the CSV")


def alt(data: GateSharesData) -> str:
    """What is to be seen."""
    return (
        "For each task, the share of channels that it keeps as its own, and the share of channels "
        "of the shared branch to which it contributes most"
    )


def draw(data: GateSharesData) -> Figure:
    """A bar for each task; the panels of a line have one scale, from zero."""
    with framed(data.heading, line(data), WIDE, _HEIGHT if data.rows else 0.1) as figure:
        if not data.rows:
            return figure
        columns = len(data.rows)
        panels = figure.subplots(len(QUANTITIES), columns, sharex=True, sharey="row", squeeze=False)
        room = characters(0.8 * WIDE / columns, 8.5)
        for column, row in enumerate(data.rows):
            panels[0, column].set_title(textwrap.fill(mathtext(row.shown.label), room))
            for axes, quantity in zip(panels[:, column], QUANTITIES, strict=True):
                _bars(axes, row.means[quantity])
                axes.set_xticks(range(len(data.tasks)), map(mathtext, data.tasks), rotation=90)
                axes.tick_params(axis="x", length=0)
                axes.grid(visible=False, axis="x")
        for axes, quantity in zip(panels[:, 0], QUANTITIES, strict=True):
            axes.set_ylabel(_LABELS[quantity])
            # Once all are drawn: limits that are set scale no longer with what is added.
            axes.set_ylim(0.0, max(_LEAST, axes.get_ylim()[1]))
        levels = [level(axes, 100 / len(data.tasks)) for axes in panels[-1]]
        legend(figure, levels[:1], [EQUAL])
    return figure


def _bars(axes: Axes, shares: tuple[Summary, ...]) -> None:
    """A bar for each task in its colour, with its deviation."""
    axes.bar(
        range(len(shares)),
        [100 * share.mean for share in shares],
        yerr=[math.nan if share.std is None else 100 * share.std for share in shares],
        color=[stroke(task + 1).colour for task in range(len(shares))],
        error_kw={"elinewidth": 0.8, "capsize": 2},
        width=0.7,
    )


def rows(data: GateSharesData) -> Iterator[list[Any]]:
    """A line for each quantity, row, layer and task; the mean over the layers first."""
    for quantity in QUANTITIES:
        for row in data.rows:
            shown, marks = row.shown, fingerprints([row.shown])
            lines = [("mean", row.means[quantity])]
            lines += list(zip(row.layers, row.by_layer[quantity], strict=True))
            for layer, summaries in lines:
                for task, summary in zip(data.tasks, summaries, strict=True):
                    spread = "" if summary.std is None else summary.std
                    yield [quantity, shown.row, shown.label, shown.setting, layer, task,
                           summary.mean, spread, summary.n, marks]  # fmt: skip


_FIELDS = (
    "quantity", "row", "label", "setting", "layer", "task", "mean", "std", "n", "fingerprints",
)  # fmt: skip

KIND = Kind(
    build=build,
    draw=draw,
    fields=_FIELDS,
    rows=rows,
    line=line,
    alt=alt,
)
