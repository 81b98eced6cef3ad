"""A contact sheet of what each primitive makes of one image."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.render.figures.frame import WIDE, characters, framed, mathtext, picture
from mtl.render.figures.kind import Kind
from mtl.results.figures.feature_maps import MapData, build
from mtl.results.statistics import summarise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MARGIN, _SPACE, _BETWEEN = 0.08, 0.16, 0.03
_LABEL, _LEADING = 7.0, 0.135
"""Points of a label's letters, and inches from one of its lines to the next."""

_CHANNELS = ("red", "green", "blue")


def line(data: MapData) -> str:
    """On the run, the maps and their grey."""
    if data.seed is None:
        return "No runs"
    count = max((len(one.maps) for one in data.primitives), default=0)
    names = f" of {', '.join(_channels(count))} from left to right" if count > 1 else ""
    return (
        f"One image, one run (seed {data.seed}); maps{names}, each in grey from its own minimum "
        "(black) to its own maximum (white)"
    )


def alt(data: MapData) -> str:
    """What is to be seen."""
    labels = ", ".join(one.label for one in data.primitives)
    return f"An image, and its maps by each primitive: {labels}"


def _channels(count: int) -> list[str]:
    return list(_CHANNELS) if count == len(_CHANNELS) else [f"channel {k}" for k in range(count)]


def draw(data: MapData) -> Figure:
    """The image, then the primitives in cells, each with its maps side by side."""
    if data.image is None:
        with framed(data.heading, line(data), WIDE, 0.1) as empty:
            return empty
    maps = max((len(one.maps) for one in data.primitives), default=1)
    columns = 3 if maps > 1 else 6
    cell = (WIDE - 2 * _MARGIN - (columns - 1) * _SPACE) / columns
    side = (cell - (maps - 1) * _BETWEEN) / maps
    tall = side * data.image.height / data.image.width
    room = characters(cell, _LABEL)
    labels = ["image", *(one.label for one in data.primitives)]
    texts = [textwrap.fill(mathtext(label), room) for label in labels]
    lines = [texts[first : first + columns] for first in range(0, len(texts), columns)]
    heights = [
        tall + _SPACE + _LEADING * max(text.count("\n") + 1 for text in line_of_texts)
        for line_of_texts in lines
    ]
    with framed(data.heading, line(data), WIDE, sum(heights), layout=None) as figure:
        whole, total = figure.get_size_inches()
        for position, text in enumerate(texts):
            left = _MARGIN + position % columns * (cell + _SPACE)
            bottom = sum(heights[position // columns + 1 :]) + _MARGIN
            label = (bottom + tall + 0.04) / total
            figure.text(left / whole, label, text, va="bottom", fontsize=_LABEL)
            if position == 0:
                pictures: list[tuple[Any, dict[str, Any]]] = [(data.image.pixels, {})]
            else:
                grey = {"cmap": "gray"}
                pictures = [(one, grey) for one in data.primitives[position - 1].maps]
            for channel, (pixels, look) in enumerate(pictures):
                across = left + channel * (side + _BETWEEN)
                picture(figure, pixels, across, bottom, side, tall, **look)
    return figure


def rows(data: MapData) -> Iterator[list[Any]]:
    """A line for each map: its range, which the picture does not show, its mean and spread."""
    for one in data.primitives:
        for name, values in zip(_channels(len(one.maps)), one.maps, strict=True):
            flat = [value for row in values for value in row]
            summary = summarise(flat)
            yield [data.setting, data.row, data.seed, one.label, name, len(values), len(values[0]),
                   min(flat), max(flat), summary.mean, summary.std, data.mark]  # fmt: skip


_FIELDS = (
    "setting", "row", "seed", "primitive", "channel", "height", "width", "minimum", "maximum",
    "mean", "std", "fingerprints",
)  # fmt: skip

KIND = Kind(
    build=build,
    draw=draw,
    fields=_FIELDS,
    rows=rows,
    line=line,
    alt=alt,
)
