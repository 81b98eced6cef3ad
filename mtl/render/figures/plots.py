"""Marks that several kinds of figures draw alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mtl.render.style import REFERENCE_COLOUR, Stroke

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mtl.results.figures.source import Shown

_MARKERS_PER_CURVE = 8


def dashes(look: Stroke) -> Any:
    """The line style of a stroke, for matplotlib."""
    return (0, look.dashes) if look.dashes else "solid"


def band(
    axes: Axes,
    look: Stroke,
    x: Sequence[float],
    mean: Sequence[float],
    std: Sequence[float] | None,
    offset: int = 0,
) -> Any:
    """A line with markers and, unless std is None, its band; returns the line.

    Args:
        offset: the first point with a marker: staggered, the markers of curves that coincide
            do not.
    """
    [line] = axes.plot(
        x,
        mean,
        color=look.colour,
        linestyle=dashes(look),
        marker=look.marker,
        markevery=(offset % max(1, len(x)), max(1, len(x) // _MARKERS_PER_CURVE)),
        zorder=3,
    )
    if std is not None:
        axes.fill_between(
            x,
            [m - s for m, s in zip(mean, std, strict=True)],
            [m + s for m, s in zip(mean, std, strict=True)],
            color=look.colour,
            alpha=0.16,
            linewidth=0,
            zorder=2,
        )
    return line


def level(axes: Axes, value: float) -> Any:
    """A dotted line across the panel; returns it for the legend, where its name hides no data."""
    return axes.axhline(
        value, color=REFERENCE_COLOUR, linestyle=(0, (1, 2)), linewidth=1.2, zorder=1
    )


def fingerprints(shown: Iterable[Shown]) -> str:
    """The fingerprints of the units behind a number, for a CSV."""
    return " ".join(dict.fromkeys(run.fingerprint for one in shown for run in one.runs))
