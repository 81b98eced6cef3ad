"""What surrounds figures of every kind: size, warnings on top, the line on seeds, the legend.

The panels keep their size whatever stands above them, so that figures look alike on all data.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mtl.render import markup
from mtl.render.sheet import banner
from mtl.render.style import MATPLOTLIB, MUTED_COLOUR, WARNING_COLOUR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mtl.results.figures.source import Heading

NARROW, WIDE = 4.8, 7.0
"""Inches: one column with a margin for labels, and two columns."""

_MARGIN = 0.06
_PAD = 0.07
_LEADING = 1.35
# The mean width of a character of DejaVu Sans by its size, with some air; capitals are wider.
_CHARACTER, _CAPITAL = 0.56, 0.74
POINTS = 72.0
_LEGEND = 7.5
"""Points an inch, and those of a legend's letters."""

_EDGE = "#999999"
"""Around pictures, which may be white up to their edge."""


@dataclass(frozen=True)
class _Text:
    """A line above the panels; sizes in points."""

    text: str
    size: float
    colour: str
    weight: str = "normal"

    @property
    def height(self) -> float:
        return self.size * _LEADING / POINTS


def mathtext(label: str) -> str:
    """A label for matplotlib, in which a dollar would start a formula."""
    return markup.plain(label).replace("$", r"\$")


def characters(width: float, size: float) -> int:
    """About how many characters of a size (points) fit a width (inches)."""
    return max(8, int(width * POINTS / (_CHARACTER * size)))


def counts(heading: Heading) -> set[int]:
    """The numbers of seeds behind the figure's rows that have runs."""
    return {shown.n for shown in heading.shown if shown.missing is None}


def over_seeds(numbers: Collection[int], spread: str, elsewhere: str) -> str:
    """The line of a figure of means.

    Args:
        numbers: of seeds, of all rows.
        spread: what shows the standard deviation, for example "bands".
        elsewhere: where the reader finds the numbers of seeds when they differ.
    """
    if not numbers:
        return "No runs"
    n = f"n = {min(numbers)}" if len(numbers) == 1 else f"n as in {elsewhere}"
    shown = f"; {spread}: ± sample standard deviation" if max(numbers) > 1 else ""
    return f"Mean over seeds, {n}{shown}"


def gaps(heading: Heading) -> list[tuple[str, str]]:
    """The rows without runs, and why; those of one reason together."""
    several = len({shown.setting for shown in heading.shown}) > 1
    found: dict[str, list[str]] = {}
    for shown in heading.shown:
        if shown.missing is not None:
            label = f"{shown.label} ({shown.setting_label})" if several else shown.label
            found.setdefault(shown.missing, []).append(label)
    return [(", ".join(labels), reason) for reason, labels in found.items()]


def _texts(heading: Heading, line: str, width: float) -> Iterator[_Text]:
    width -= 2 * _MARGIN
    if warning := banner(heading.source_labels, heading.scale):
        most = int(width * POINTS / (_CAPITAL * 7))
        for part in warning.replace(": ", ":\n", 1).splitlines():
            for piece in textwrap.wrap(part, most):
                yield _Text(piece, 7, WARNING_COLOUR, "bold")
    remarks = [(line, 7.5, MUTED_COLOUR)]
    remarks += [(note, 6.5, MUTED_COLOUR) for note in heading.notes]
    remarks += [(f"{labels}: {why}", 6.5, WARNING_COLOUR) for labels, why in gaps(heading)]
    for text, size, colour in remarks:
        for piece in textwrap.wrap(mathtext(text), characters(width, size)):
            yield _Text(piece, size, colour)


@contextmanager
def framed(
    heading: Heading,
    line: str,
    width: float,
    height: float,
    layout: Literal["constrained"] | None = "constrained",
) -> Iterator[Figure]:
    """An empty figure without a window system, in the style of all figures.

    Args:
        line: on means, bands and seeds.
        width, height: of the room for panels, in inches; the texts above and a legend below come
            on top.
        layout: matplotlib's; None to place axes by hand with `place`.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.transforms import ScaledTranslation

    texts = list(_texts(heading, line, width))
    strip = sum(text.height for text in texts) + 2 * _MARGIN
    total = height + strip
    with rc_context(MATPLOTLIB):
        figure = Figure(figsize=(width, total), layout=layout)
        FigureCanvasAgg(figure)
        if layout is not None:
            engine: Any = figure.get_layout_engine()
            engine.set(rect=(0, 0, 1, height / total), w_pad=_PAD, h_pad=_PAD)
        down = _MARGIN
        for text in texts:
            # Hung from the upper edge, where it stays when a legend makes the figure higher.
            below = ScaledTranslation(_MARGIN, -down, figure.dpi_scale_trans)
            figure.text(
                0,
                1,
                text.text,
                va="top",
                fontsize=text.size,
                color=text.colour,
                fontweight=text.weight,
                transform=figure.transFigure + below,
            )
            down += text.height
        yield figure


def place(figure: Figure, left: float, bottom: float, width: float, height: float) -> Any:
    """Axes at a place in inches from the lower left corner of the figure."""
    whole, total = figure.get_size_inches()
    return figure.add_axes((left / whole, bottom / total, width / whole, height / total))


def picture(
    figure: Figure,
    pixels: Any,
    left: float,
    bottom: float,
    width: float,
    height: float,
    **look: Any,
) -> None:
    """An image at a place as `place` has it, with an edge; `look` is imshow's."""
    axes = place(figure, left, bottom, width, height)
    axes.imshow(pixels, interpolation="nearest", aspect="auto", **look)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(visible=True, linewidth=0.4, color=_EDGE)


def legend(figure: Figure, handles: Sequence[Any], labels: Sequence[str]) -> None:
    """A legend below the panels, in as many columns as fit; the figure grows by its height."""
    if not handles:
        return
    width, total = figure.get_size_inches()
    longest = max(map(len, labels)) * _CHARACTER * _LEGEND / POINTS
    columns = max(1, min(len(labels), int((width - 0.1) / (longest + 0.62))))
    height = math.ceil(len(labels) / columns) * _LEGEND * 1.5 / POINTS + 0.1
    engine: Any = figure.get_layout_engine()
    strip = (1 - engine.get()["rect"][3]) * total
    figure.set_size_inches(width, total + height)
    engine.set(rect=(0, 0, 1, 1 - strip / (total + height)))
    figure.legend(
        handles, labels, loc="outside lower center", ncols=columns, handlelength=3.4,
        columnspacing=1.4, fontsize=_LEGEND,
    )  # fmt: skip
