"""The scorecard in print: every claim with its verdict by the printed and by our numbers."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from mtl.render import markup, printed_labels
from mtl.render.sheet import banner
from mtl.render.style import MATPLOTLIB
from mtl.render.verdict import LOOKS, TESTED, UNEVEN_MARK, UNTESTED, Look, look, untested

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtl.claims.verdicts import ClaimResult, Judgement

# Inches and points; the figure is as wide as the text of a page, and a page's text is this high.
WIDTH = 7.0
PAGE_HEIGHT = 9.3
_STATEMENT, _PRINTED, _REPRODUCED = 0.1, 4.72, 5.92
_STATEMENT_WIDTH = _PRINTED - _STATEMENT - 0.2
_LINE, _GAP, _HEADING = 0.128, 0.095, 0.27
_MARGIN, _BANNER, _COLUMNS, _LEGEND = 0.06, 0.34, 0.36, 0.3
_RADIUS = 0.07
_FONT, _SMALL = 7.2, 6.6
_WARNING, _MUTED, _SHADE, _INK = "#b34700", "#555555", "#f4f4f2", "#1b1d21"
_SHAPE_SIZES = {"disc": 1.0, "square": 0.9, "diamond": 1.2}


@dataclass(frozen=True)
class _Heading:
    """A paper's name above its claims."""

    text: str
    height: float = _HEADING


@dataclass(frozen=True)
class _Row:
    """A claim and its lines of text; `shaded` in turn."""

    result: ClaimResult
    lines: tuple[str, ...]
    shaded: bool

    @property
    def height(self) -> float:
        return max(1, len(self.lines)) * _LINE + _GAP


def draw(results: Sequence[ClaimResult], scale: str) -> Figure:
    """The whole scorecard in one figure, as high as it must be, without a window system.

    Args:
        results: in the order of the figure, where claims of a paper stand together.
        scale: of the runs, for heading and banner.
    """
    [figure] = _figures(results, scale, math.inf)
    return figure


def draw_pages(results: Sequence[ClaimResult], scale: str) -> list[Figure]:
    """The scorecard in figures that each fit a page; at least one."""
    return _figures(results, scale, PAGE_HEIGHT)


def _figures(results: Sequence[ClaimResult], scale: str, most: float) -> list[Figure]:
    warning = banner(_sources(results), scale)
    frame = _MARGIN + (_BANNER if warning else 0.0) + _COLUMNS + _LEGEND
    return [_figure(page, results, scale, warning, frame) for page in _pages(results, most - frame)]


def _sources(results: Iterable[ClaimResult]) -> list[str]:
    """What data the records of all claims come from."""
    return list(dict.fromkeys(source for result in results for source in result.sources))


def _pages(results: Sequence[ClaimResult], room: float) -> list[list[_Heading | _Row]]:
    """Headings and claims from top to bottom; a paper that goes on has its heading again."""
    by_paper: dict[str, list[ClaimResult]] = {}
    for result in results:
        by_paper.setdefault(result.paper, []).append(result)
    pages: list[list[_Heading | _Row]] = [[]]
    for name, claims in by_paper.items():
        paper = _text(printed_labels.paper(name))
        for position, result in enumerate(claims):
            lines = tuple(_wrap(markup.plain(result.statement)))
            row = _Row(result, lines, position % 2 == 0)
            heading = [_Heading(paper)] if position == 0 else []
            height = sum(item.height for item in (*pages[-1], *heading, row))
            if height > room and pages[-1]:
                pages.append([])
                heading = [_Heading(paper if position == 0 else f"{paper} (continued)")]
            pages[-1] += [*heading, row]
    return pages


def _wrap(text: str) -> Iterator[str]:
    """Lines that fit the column of claims; a word that does not is cut."""
    line = ""
    for word in text.split():
        if _fits(f"{line} {word}"):
            line = f"{line} {word}".strip()
            continue
        if line:
            yield line
        while not _fits(word):
            most = max(1, bisect.bisect(range(1, len(word)), 0, key=lambda n: not _fits(word[:n])))
            yield word[:most]
            word = word[most:]
        line = word
    if line:
        yield line


@cache
def _fits(line: str) -> bool:
    """Whether a line of small print is no wider than the column of claims."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=MATPLOTLIB["font.family"], size=_FONT)
    points, _, _ = text_to_path.get_text_width_height_descent(line, font, ismath=False)
    return bool(points <= 72 * _STATEMENT_WIDTH)


def _literal(text: str) -> str:
    """Text whose dollars are dollars."""
    return text.replace("$", r"\$")


def _text(label: str) -> str:
    """A label without formulas."""
    return _literal(markup.plain(label))


def _figure(
    items: Sequence[_Heading | _Row],
    results: Sequence[ClaimResult],
    scale: str,
    warning: str | None,
    frame: float,
) -> Figure:
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height = frame + sum(item.height for item in items)
    with rc_context(MATPLOTLIB):
        figure = Figure(figsize=(WIDTH, height))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        top = _MARGIN
        if warning:
            axes.text(
                WIDTH / 2, top + 0.14, warning.replace(": ", ":\n", 1), color=_WARNING,
                fontsize=7, fontweight="bold", ha="center", va="center",
            )  # fmt: skip
            top += _BANNER
        _column_headings(axes, top, scale)
        top += _COLUMNS
        for item in items:
            _heading(axes, top, item) if isinstance(item, _Heading) else _row(axes, top, item)
            top += item.height
        _rule(axes, top, 0.9)
        _legend(axes, top + _LEGEND / 2, results)
    return figure


def _rule(axes: Axes, y: float, width: float) -> None:
    axes.plot([_MARGIN, WIDTH - _MARGIN], [y, y], color=_INK, linewidth=width, clip_on=False)


def _column_headings(axes: Axes, top: float, scale: str) -> None:
    _rule(axes, top, 0.9)
    for x, text, small in (
        (_STATEMENT, "Claim", ""),
        (_PRINTED - _RADIUS, "Printed", "their numbers"),
        (
            _REPRODUCED - _RADIUS,
            "Reproduced",
            f"our runs, {_text(scale)}",
        ),
    ):
        axes.text(x, top + 0.11, text, fontsize=_FONT, fontweight="bold", va="center")
        axes.text(x, top + 0.24, small, fontsize=_SMALL - 0.4, color=_MUTED, va="center")
    _rule(axes, top + _COLUMNS - 0.02, 0.5)


def _heading(axes: Axes, top: float, heading: _Heading) -> None:
    axes.text(
        _STATEMENT, top + 0.58 * heading.height, heading.text, fontsize=_FONT, fontweight="bold",
        color=_MUTED, va="center",
    )  # fmt: skip


def _row(axes: Axes, top: float, row: _Row) -> None:
    from matplotlib.patches import Rectangle

    if row.shaded:
        box = Rectangle((_MARGIN, top), WIDTH - 2 * _MARGIN, row.height, fc=_SHADE, linewidth=0)
        axes.add_patch(box)
    for number, line in enumerate(row.lines):
        y = top + _GAP / 2 + (number + 0.5) * _LINE
        axes.text(_STATEMENT, y, _literal(line), fontsize=_FONT, va="center_baseline")
    middle = top + row.height / 2
    _judgement(axes, _PRINTED, middle, row.result.printed)
    _judgement(axes, _REPRODUCED, middle, row.result.reproduced, UNEVEN_MARK * row.result.uneven)


def _judgement(axes: Axes, x: float, y: float, judgement: Judgement, mark: str = "") -> None:
    _glyph(axes, x, y, look(judgement.verdict), filled=not untested(judgement))
    axes.text(
        x + 2 * _RADIUS, y, judgement.verdict + mark, color=_INK, fontsize=_FONT,
        va="center_baseline",
    )  # fmt: skip


def _glyph(axes: Axes, x: float, y: float, found: Look, filled: bool) -> None:
    from matplotlib.patches import Circle, Patch, Polygon

    colour = found.ink.colour
    style: dict[str, Any] = {
        "facecolor": colour if filled else "white",
        "edgecolor": colour,
        "linewidth": 0.9,
    }
    if found.shape != "none":
        size = _RADIUS * _SHAPE_SIZES[found.shape]
        corners = {
            "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
            "diamond": [(0, -1), (1, 0), (0, 1), (-1, 0)],
        }.get(found.shape)
        patch: Patch
        if corners is None:
            patch = Circle((x, y), size, **style)
        else:
            patch = Polygon([(x + size * dx, y + size * dy) for dx, dy in corners], **style)
        axes.add_patch(patch)
    ink = "white" if filled and found.shape != "none" else colour
    for line in found.sign:
        axes.plot(
            [x + _RADIUS * dx for dx, _ in line],
            [y + _RADIUS * dy for _, dy in line],
            color=ink,
            linewidth=1.1,
            marker="",
            snap=False,
            solid_capstyle="round",
            solid_joinstyle="round",
            zorder=5,
        )


def _legend(axes: Axes, y: float, results: Sequence[ClaimResult]) -> None:
    """What filled and hollow shapes mean, where there are both."""
    every = [judgement for result in results for judgement in (result.printed, result.reproduced)]
    hollow = any(untested(judgement) for judgement in every)
    x = _STATEMENT + _RADIUS
    for filled, text in ((True, TESTED), (False, UNTESTED))[: 1 + hollow]:
        for name in ("supported", "contradicted", "undecided"):
            _glyph(axes, x, y, LOOKS[name], filled)
            x += 2.7 * _RADIUS
        x -= 0.3 * _RADIUS
        axes.text(x, y, text, fontsize=_SMALL, color=_MUTED, va="center_baseline")
        x += 1.5
    if any(result.uneven for result in results):
        axes.text(
            WIDTH - _MARGIN, y, f"{UNEVEN_MARK} unequal training", fontsize=_SMALL, color=_MUTED,
            ha="right", va="center_baseline",
        )  # fmt: skip
