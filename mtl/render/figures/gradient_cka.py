"""Heat maps of the linear CKA between the tasks' gradients, one a layer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.render import numbers
from mtl.render.figures.frame import WIDE, counts, framed, mathtext
from mtl.render.figures.kind import Kind
from mtl.render.figures.plots import fingerprints
from mtl.results.figures.gradient_cka import CKAData, build

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = 5
_PITCH, _LABELS = 1.42, 0.75
"""Inches from one line of panels to the next, and of the tasks' names below the last."""


def line(data: CKAData) -> str:
    """On means, images, and the number above each panel."""
    if not data.layers:
        return "No runs"
    [n] = counts(data.heading)
    batches = f"{data.batches} batch" + ("es" if data.batches != 1 else "")
    return (
        f"Mean over seeds, n = {n}; gradients on {batches} of {data.n_images} images; above each "
        "panel: layer and mean over the pairs of different tasks"
    )


def alt(data: CKAData) -> str:
    """What is to be seen."""
    values = [layer.between.mean for layer in data.layers]
    between = f", from {min(values):.2f} to {max(values):.2f} between tasks" if values else ""
    return (
        f"Heat maps of the linear CKA between the gradients of {len(data.tasks)} tasks, one for "
        f"each of {len(data.layers)} layers{between}"
    )


def draw(data: CKAData) -> Figure:
    """The layers on a grid, with one colour scale from 0 to 1."""
    columns = min(_COLUMNS, max(1, len(data.layers)))
    lines = math.ceil(len(data.layers) / columns)
    height = lines * _PITCH + _LABELS if lines else 0.1
    with framed(data.heading, line(data), WIDE, height) as figure:
        drawn: list[Axes] = []
        for position, layer in enumerate(data.layers):
            axes = figure.add_subplot(lines, columns, position + 1)
            picture = axes.imshow(
                [[cell.mean for cell in row] for row in layer.cka],
                cmap="cividis", vmin=0.0, vmax=1.0, interpolation="nearest",
            )  # fmt: skip
            between = numbers.fixed(layer.between.mean, 2)
            axes.set_title(f"{mathtext(layer.name)}\n{between}", fontsize=6.4, pad=3)
            _name_tasks(
                axes, data.tasks, position % columns == 0, position + columns >= len(data.layers)
            )
            drawn.append(axes)
        if drawn:
            bar = figure.colorbar(picture, ax=drawn, aspect=40, shrink=0.6, pad=0.02)
            bar.set_label("linear CKA")
    return figure


def _name_tasks(axes: Axes, tasks: tuple[str, ...], left: bool, bottom: bool) -> None:
    places, names = range(len(tasks)), [mathtext(task) for task in tasks]
    axes.set_xticks(places, names if bottom else [], rotation=90, fontsize=6)
    axes.set_yticks(places, names if left else [], fontsize=6)
    axes.tick_params(length=0, pad=2)
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def rows(data: CKAData) -> Iterator[list[Any]]:
    """A line for each layer and pair of tasks, then one for all pairs of different tasks."""
    marks = fingerprints(data.heading.shown)
    for layer in data.layers:
        for first, line_of_cells in zip(data.tasks, layer.cka, strict=True):
            for second, cell in zip(data.tasks, line_of_cells, strict=True):
                yield [data.setting, data.row, layer.name, first, second, cell.mean,
                       "" if cell.std is None else cell.std, cell.n, marks]  # fmt: skip
        mean, std = layer.between.mean, layer.between.std
        yield [data.setting, data.row, layer.name, "", "", mean, "" if std is None else std,
               layer.between.n, marks]  # fmt: skip


_FIELDS = (
    "setting", "row", "layer", "task", "other_task", "mean", "std", "n", "fingerprints",
)  # fmt: skip

KIND = Kind(
    build=build,
    draw=draw,
    fields=_FIELDS,
    rows=rows,
    line=line,
    alt=alt,
)
