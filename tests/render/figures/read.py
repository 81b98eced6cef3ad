"""Reads drawn figures and their CSV as far as tests ask."""

from __future__ import annotations

import csv
import itertools
from typing import TYPE_CHECKING, Any

from mtl.render.figures.write import table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mtl.render.figures.kind import Kind


def above(figure: Figure) -> list[str]:
    """The lines above the panels."""
    return [text.get_text() for text in figure.texts]


def keys(figure: Figure) -> list[str]:
    """The legend's labels."""
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def csv_lines(kind: Kind[Any], data: Any) -> list[dict[str, str]]:
    """The CSV's lines below the one with the fingerprint."""
    first, *lines = table(kind, data, "abc123").splitlines()
    assert first == "# fingerprint: abc123"
    return list(csv.DictReader(lines))


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of visible texts whose boxes share more than a pixel, anywhere in the figure."""
    boxes = [(text, box.padded(-1)) for text, box in _boxes(figure)]
    return [
        (first, second)
        for (first, one), (second, other) in itertools.combinations(boxes, 2)
        if one.overlaps(other)
    ]


def outside(figure: Figure) -> list[str]:
    """Texts that the edge of the figure cuts."""
    width, height = figure.canvas.get_width_height()
    return [
        text
        for text, box in _boxes(figure)
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]


def _boxes(figure: Figure) -> list[tuple[str, Any]]:
    """Every text that is drawn, with its box in pixels."""
    from matplotlib.text import Text

    renderer = figure.canvas.get_renderer()
    figure.draw(renderer)
    hidden = {
        text
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for text in axis.get_ticklabels(which="both")
        if not (axes.axison and _inside(axis, text))
    }
    return [
        (text.get_text(), text.get_window_extent(renderer))
        for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and text not in hidden
    ]


def _inside(axis: Any, text: Any) -> bool:
    """Matplotlib keeps tick labels beyond the limits of an axis, but does not draw them."""
    low, high = sorted(axis.get_view_interval())
    return low <= text.get_position()[0 if axis.axis_name == "x" else 1] <= high
