"""How curves look, in the figures and in the page: colours, line styles, markers.

The palette is Okabe and Ito's ("Color Universal Design", 2008), which colour-blind readers can tell
apart, and one of Tol's. Every colour comes with its own dashes and marker, so that curves stay
apart in grey too.
Nothing is imported from matplotlib until a figure is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stroke:
    """One curve's look.

    Attributes:
        colour: for light paper.
        colour_dark: for dark backgrounds, lightened where contrast asks for it.
        dashes: on-off lengths in points; empty for a solid line.
        marker: matplotlib's name.
    """

    colour: str
    colour_dark: str
    dashes: tuple[float, ...]
    marker: str


STROKES = (
    Stroke("#595959", "#b5bac2", (), "o"),
    Stroke("#0072B2", "#4da9e0", (5, 2), "s"),
    Stroke("#009E73", "#2bc797", (6, 2, 1.5, 2), "^"),
    Stroke("#D55E00", "#f0883e", (1.5, 1.5), "D"),
    Stroke("#CC79A7", "#e29cc3", (8, 2), "v"),
    Stroke("#E69F00", "#f0b429", (3, 1.5, 1.5, 1.5, 1.5, 1.5), "P"),
    Stroke("#56B4E9", "#86cbf3", (3, 3), "X"),
    Stroke("#000000", "#ffffff", (10, 3, 2, 3), "*"),
    Stroke("#882255", "#c9688f", (12, 1.5), "<"),
)
"""In the order of a figure's rows. Grey leads: Figure 1a draws its baseline in grey [P]. The ninth
is Tol's wine, so that eight tasks and what they share stay apart."""

CLASS_COLOURS = (
    "#0072B2", "#D55E00", "#F0E442", "#009E73", "#56B4E9", "#CC79A7", "#882255", "#999933",
    "#44AA99", "#E69F00", "#332288", "#DDDDDD", "#AA7744",
)  # fmt: skip
"""Of segmented classes, in their order."""
NO_CLASS_COLOUR = "#000000"

REFERENCE_COLOUR = "#767676"
WARNING_COLOUR = "#b34700"
MUTED_COLOUR = "#555555"

MATPLOTLIB: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "mathtext.fontset": "dejavusans",
    "axes.labelsize": 8,
    "axes.titlesize": 8.5,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.5,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": 7.5,
    "legend.frameon": True,
    "legend.framealpha": 0.8,
    "legend.edgecolor": "none",
    "lines.linewidth": 1.4,
    "lines.markersize": 3.6,
    "pdf.fonttype": 42,
    "savefig.dpi": 200,
    "svg.hashsalt": "mtl",
}
"""Fonts are embedded as TrueType; the family ships with matplotlib, so every machine has it."""


def stroke(position: int) -> Stroke:
    """The look of the curve at a position; beyond the palette it starts again."""
    return STROKES[position % len(STROKES)]
