"""How verdicts look, of audits and of claims: a colour, a shape, a sign in it, and a word.

Colours are two of Okabe and Ito's (blue, vermilion) and grey, which colour-blind readers can tell
apart; the shape and the sign say the same without any. A filled shape stands for a verdict that
rests on a test, or on arithmetic; a hollow one for one that does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.errors import unknown
from mtl.render.style import STROKES, Stroke

if TYPE_CHECKING:
    from mtl.claims.verdicts import Judgement

Point = tuple[float, float]

_GREY, _BLUE, _VERMILION = STROKES[0], STROKES[1], STROKES[3]

_TICK = (((-0.44, 0.04), (-0.12, 0.36), (0.46, -0.34)),)
_CROSS = (((-0.34, -0.34), (0.34, 0.34)), ((-0.34, 0.34), (0.34, -0.34)))
_QUESTION = (
    (
        (-0.31, -0.24), (-0.28, -0.4), (-0.16, -0.52), (0.0, -0.56), (0.17, -0.52), (0.29, -0.4),
        (0.31, -0.25), (0.25, -0.12), (0.1, 0.0), (0.02, 0.09), (0.0, 0.2),
    ),
    ((0.0, 0.54), (0.0, 0.58)),
)  # fmt: skip
_DASH = (((-0.4, 0.0), (0.4, 0.0)),)


@dataclass(frozen=True)
class Look:
    """A verdict's look.

    Attributes:
        ink: colours for light paper and for dark backgrounds.
        shape: "disc", "square", "diamond" or, for the absence of a verdict, "none".
        sign: polylines inside the shape; the shape's radius is 1 and y points down.
    """

    ink: Stroke
    shape: str
    sign: Sequence[Sequence[Point]]


_YES = Look(_BLUE, "disc", _TICK)
_NO = Look(_VERMILION, "square", _CROSS)
_OPEN = Look(_GREY, "diamond", _QUESTION)

LOOKS = {
    "supported": _YES,
    "contradicted": _NO,
    "undecided": _OPEN,
    "not run": Look(_GREY, "none", _DASH),
    "consistent": _YES,
    "inconsistent": _NO,
    "undecidable": _OPEN,
}
"""By the verdicts of `mtl.claims.verdicts` and `mtl.audit.findings`."""

TESTED = "tested, or exact costs"
UNTESTED = "not tested: means alone, or numbers missing"
UNEVEN_MARK = "!"
UNEVEN = "at this scale, the rows compared are not trained equally long"
"""What filled and hollow shapes say in words."""

MEANS_ALONE, NO_NUMBERS = "means alone", "numbers missing"

# Radii that give the shapes about the same area.
_SHAPES = {
    "disc": "M-8,0a8,8 0 1,0 16,0a8,8 0 1,0 -16,0z",
    "square": "M-7.2,-7.2H7.2V7.2H-7.2z",
    "diamond": "M0,-9.6L9.6,0L0,9.6L-9.6,0z",
    "none": "",
}
_SIGN_SCALE = 8.5


def look(verdict: str) -> Look:
    """The look of a verdict.

    Raises:
        MtlError: for an unknown one.
    """
    if verdict not in LOOKS:
        raise unknown("verdict", verdict, LOOKS)
    return LOOKS[verdict]


def untested(judgement: Judgement) -> str:
    """Why a judgement rests on no test: `MEANS_ALONE` or `NO_NUMBERS`; "" for one that does.

    A claim that is not run has no judgement to rest on anything.
    """
    if judgement.verdict == "not run":
        return ""
    decided_by = None if judgement.weakest is None else judgement.contrasts[judgement.weakest]
    if judgement.verdict == "undecided" and (decided_by is None or decided_by.difference is None):
        return NO_NUMBERS
    return "" if judgement.tested else MEANS_ALONE


def css_class(verdict: str) -> str:
    """The class that gives a verdict's colour in a page; verdicts that look alike share it."""
    return f"v-{_class_name(look(verdict))}"


def badge(verdict: str, tested: bool = True) -> str:
    """The verdict's shape as inline SVG, hidden from screen readers: its word stands beside it."""
    found = look(verdict)
    hollow = "" if tested else " hollow"
    shape = f'<path class="shape" d="{outline}"/>' if (outline := _SHAPES[found.shape]) else ""
    lines = "".join(_line(points) for points in found.sign)
    return (
        f'<svg class="badge {css_class(verdict)}{hollow}" viewBox="-11 -11 22 22" width="18" '
        f'height="18" aria-hidden="true">{shape}<path class="sign" d="{lines}"/></svg>'
    )


def theme_css() -> str:
    """The verdicts' colours as custom properties for light and dark, and the classes."""
    distinct = {_class_name(found): found.ink for found in LOOKS.values()}
    light = "".join(f"--v-{name}:{ink.colour};" for name, ink in distinct.items())
    dark = "".join(f"--v-{name}:{ink.colour_dark};" for name, ink in distinct.items())
    classes = "".join(f".v-{name}{{--v:var(--v-{name});}}\n" for name in distinct)
    return (
        f":root{{{light}}}\n"
        "@media screen and (prefers-color-scheme: dark)"
        f"{{:root:not([data-theme=light]){{{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{{dark}}}}}\n{classes}"
    )


def count(verdicts: Iterable[str]) -> dict[str, int]:
    """How often each verdict occurs, in the order of `LOOKS`; verdicts that do not are left out."""
    found = list(verdicts)
    return {name: found.count(name) for name in LOOKS if name in found}


def _class_name(found: Look) -> str:
    return {"disc": "yes", "square": "no", "diamond": "open", "none": "absent"}[found.shape]


def _line(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_SIGN_SCALE * x:.1f},{_SIGN_SCALE * y:.1f}" for x, y in points)
