"""The conflict of the tasks' gradients over training: cosine, share of conflicts, variance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.render.figures.frame import WIDE, counts, framed, legend, mathtext, over_seeds
from mtl.render.figures.kind import Kind
from mtl.render.figures.plots import band, fingerprints
from mtl.render.style import REFERENCE_COLOUR, stroke
from mtl.results.figures.gradient_conflict import ConflictData, build

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PANELS = {
    "cosine": ("Mean cosine of pairs of tasks", 1.0),
    "negative": ("Pairs with a negative cosine (%)", 100.0),
    "variance": ("Gradient variance (0 to 1)", 1.0),
}


def line(data: ConflictData) -> str:
    """On means and bands."""
    return over_seeds(counts(data.heading), "bands", "the legend")


def alt(data: ConflictData) -> str:
    """What is to be seen."""
    return (
        "Three panels by epoch: the mean cosine between the gradients of pairs of tasks, the share "
        "of pairs with a negative cosine, and the variance of the gradients"
    )


def draw(data: ConflictData) -> Figure:
    """A panel for each quantity, with one curve a row."""
    from matplotlib.ticker import MaxNLocator

    several = len(counts(data.heading)) > 1
    with framed(data.heading, line(data), WIDE, 2.4) as figure:
        handles: dict[str, Any] = {}
        panels = figure.subplots(1, len(_PANELS))
        for axes, (quantity, (label, scale)) in zip(panels, _PANELS.items(), strict=True):
            for position, curve in enumerate(data.curves[quantity]):
                if curve.shown.missing is not None:
                    continue
                mean = [scale * value for value in curve.mean]
                std = [scale * value for value in curve.std] if curve.shown.n > 1 else None
                n = f" (n = {curve.shown.n})" if several else ""
                handles[mathtext(curve.shown.label) + n] = band(
                    axes, stroke(position), curve.x, mean, std, position
                )
            axes.set_xlabel("Epoch")
            axes.set_ylabel(label)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.margins(x=0.03, y=0.06)
        panels[0].axhline(0, color=REFERENCE_COLOUR, linewidth=0.9, zorder=1)
        legend(figure, list(handles.values()), list(handles))
    return figure


def rows(data: ConflictData) -> Iterator[list[Any]]:
    """A line for each quantity, row and epoch."""
    for quantity, curves in data.curves.items():
        for curve in curves:
            shown, marks = curve.shown, fingerprints([curve.shown])
            for epoch, mean, std in zip(curve.x, curve.mean, curve.std, strict=True):
                spread = std if shown.n > 1 else ""
                yield [quantity, shown.row, shown.label, shown.setting, epoch, mean, spread,
                       shown.n, marks]  # fmt: skip


_FIELDS = (
    "quantity", "row", "label", "setting", "epoch", "mean", "std", "n", "fingerprints",
)  # fmt: skip

KIND = Kind(
    build=build,
    draw=draw,
    fields=_FIELDS,
    rows=rows,
    line=line,
    alt=alt,
)
