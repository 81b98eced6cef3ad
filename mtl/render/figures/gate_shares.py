"""What tasks keep and contribute, one column of panels a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.render.figures.frame import WIDE, counts, framed, mathtext, over_seeds
from mtl.render.figures.kind import Kind
from mtl.render.figures.plots import fingerprints
from mtl.render.style import stroke
from mtl.results.figures.gate_shares import QUANTITIES, GateSharesData, build

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEIGHT = 3.4
_LABELS = {
    "chosen": "Channels of\nits own (%)",
    "largest": "Largest contributions\nto the shared branch (%)",
}


def line(data: GateSharesData) -> str:
    """On means and bars."""
    return over_seeds(counts(data.heading), "bars", "the CSV file")


def alt(data: GateSharesData) -> str:
    """What is to be seen."""
    return (
        "For each task, the share of channels that it keeps as its own, and the share of channels "
        "of the shared branch to which it contributes most"
    )


def draw(data: GateSharesData) -> Figure:
    """A bar for each task; the panels of a line have one scale."""
    with framed(data.heading, line(data), WIDE, _HEIGHT) as figure:
        columns = max(1, len(data.rows))
        panels = figure.subplots(len(QUANTITIES), columns, sharey="row", squeeze=False)
        for column, row in enumerate(data.rows):
            for axes, quantity in zip(panels[:, column], QUANTITIES, strict=True):
                for task, summary in enumerate(row.means[quantity]):
                    axes.bar(
                        task,
                        100 * summary.mean,
                        yerr=None if summary.std is None else 100 * summary.std,
                        color=stroke(task + 1).colour,
                        error_kw={"elinewidth": 0.8, "capsize": 2},
                        width=0.7,
                    )
                axes.set_xticks(range(len(data.tasks)), data.tasks, rotation=30, ha="right")
                axes.grid(visible=False, axis="x")
                axes.set_ylim(bottom=0)
            panels[0, column].set_title(mathtext(row.shown.label))
        for axes, quantity in zip(panels[:, 0], QUANTITIES, strict=True):
            axes.set_ylabel(_LABELS[quantity])
    return figure


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
