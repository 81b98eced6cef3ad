"""t-SNE of the maps of shared and task-specific branches, one panel a layer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.render.figures.frame import WIDE, framed, legend, mathtext
from mtl.render.figures.kind import Kind
from mtl.render.style import stroke
from mtl.results.figures.activation_embedding import EmbeddingData, Layer, build

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FEW = 2
_COLUMNS = 3


def line(data: EmbeddingData) -> str:
    """On the run, the points and the method."""
    if data.seed is None:
        return "No runs"
    perplexities = sorted({round(layer.perplexity, 1) for layer in data.layers})
    values = " or ".join(f"{value:g}" for value in perplexities) or "none"
    return (
        f"One image, one run (seed {data.seed}); a point is the map of one channel; t-SNE of each "
        f"layer by itself, perplexity {values}, axes without unit"
    )


def alt(data: EmbeddingData) -> str:
    """What is to be seen."""
    layers = ", ".join(layer.name for layer in data.layers)
    return f"t-SNE of the maps of the branches {', '.join(data.branches)}, by layer: {layers}"


def draw(data: EmbeddingData) -> Figure:
    """A panel for each layer, then the image."""
    if data.image is None:
        with framed(data.heading, line(data), WIDE, 0.1) as empty:
            return empty
    panels = len(data.layers) + 1
    columns = _FEW if len(data.layers) < _FEW else _COLUMNS
    lines = math.ceil(panels / columns)
    pitch = (WIDE - 0.3) / columns
    with framed(data.heading, line(data), WIDE, lines * pitch + 0.15) as figure:
        handles: dict[str, Any] = {}
        for position, layer in enumerate(data.layers):
            axes = figure.add_subplot(lines, columns, position + 1)
            handles |= _draw_layer(axes, layer, data.branches)
        axes = figure.add_subplot(lines, columns, panels)
        axes.imshow(data.image.pixels, interpolation="nearest")
        axes.set_title("image", fontsize=7.5)
        axes.set_axis_off()
        legend(figure, list(handles.values()), list(handles))
    return figure


def _draw_layer(axes: Axes, layer: Layer, branches: tuple[str, ...]) -> dict[str, Any]:
    """The points of a layer; returns the marks by branch."""
    handles: dict[str, Any] = {}
    size = 13 if len(layer.points) < 300 else 6
    for position, branch in enumerate(branches):
        own = [point for point in layer.points if point.branch == branch]
        look = stroke(position)
        handles[mathtext(branch)] = axes.scatter(
            [point.x for point in own], [point.y for point in own], s=size, color=look.colour,
            marker=look.marker, alpha=0.8, linewidths=0, zorder=2 + (position > 0),
        )  # fmt: skip
    axes.set_title(f"{mathtext(layer.name)} ({layer.height}×{layer.width} maps)", fontsize=7.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel("t-SNE 1", fontsize=7)
    axes.set_ylabel("t-SNE 2", fontsize=7)
    axes.set_box_aspect(1)
    return handles


def rows(data: EmbeddingData) -> Iterator[list[Any]]:
    """A line for each point."""
    for layer in data.layers:
        for point in layer.points:
            yield [data.setting, data.row, data.seed, layer.name, point.branch, point.channel,
                   point.x, point.y, data.mark]  # fmt: skip


_FIELDS = (
    "setting", "row", "seed", "layer", "branch", "channel", "x", "y", "fingerprints",
)  # fmt: skip

KIND = Kind(
    build=build,
    draw=draw,
    fields=_FIELDS,
    rows=rows,
    line=line,
    alt=alt,
)
