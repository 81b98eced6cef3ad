"""Animals: four legs of several builds, and a bird."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtl.data.twins.crowd.figure import Figure


@dataclass(frozen=True)
class Build:
    """An animal in shares of its size.

    Attributes:
        length, girth, legs: half the trunk's length, its radius, the legs' length.
        head, leg: radii.
        neck: how far the head stands above the trunk.
        snout: the radius of the head's end.
        tail: how far its end stands above its start.
        pointed: whether its ears are.
    """

    length: float
    girth: float
    legs: float
    head: float
    leg: float
    neck: float
    snout: float
    tail: float
    pointed: bool = False


Coat = Callable[[Figure, float], None]
"""Draws on the trunk, whose height it is given."""

_CAT = Build(0.22, 0.085, 0.13, 0.085, 0.018, 0.10, 0.077, 0.22, pointed=True)
_DOG = Build(0.25, 0.085, 0.18, 0.080, 0.024, 0.13, 0.044, 0.22)
_HORSE = Build(0.36, 0.125, 0.34, 0.085, 0.032, 0.30, 0.047, -0.12, pointed=True)
_COW = Build(0.38, 0.150, 0.24, 0.095, 0.035, 0.08, 0.052, -0.12)
_SHEEP = Build(0.27, 0.150, 0.15, 0.070, 0.022, 0.08, 0.039, -0.12)


def _animal(build: Build, coat: Coat | None = None) -> Callable[[Figure], None]:
    def draw(figure: Figure) -> None:
        middle = build.legs + build.girth
        figure.part("torso")
        figure.stick(
            (-build.length, middle), (build.length, middle), build.girth,
            end_radius=0.95 * build.girth,
        )  # fmt: skip
        if coat is not None:
            coat(figure, middle)
        for place, name in ((-1, "lbleg"), (-0.75, "rbleg"), (0.75, "lfleg"), (1, "rfleg")):
            figure.part(name)
            foot = (build.length * place + figure.jitter(0.03), 0.01)
            figure.stick(
                (build.length * place, middle - 0.02), foot, 1.2 * build.leg, figure.darker(0.85),
                lift=-1 if name.startswith("r") else 0, end_radius=build.leg,
            )  # fmt: skip
        reach = 0.16 if build.neck > 0.2 else 0.08
        head = (build.length + reach, middle + build.neck)
        figure.part("neck")
        figure.stick((0.95 * build.length, middle + 0.03), head, 2 * build.leg, lift=1)
        figure.part("head")
        figure.stick(
            head, (head[0] + 0.08, head[1] - 0.03), build.head, lift=3, end_radius=build.snout
        )
        height = 1.5 if build.pointed else 0.6
        for side, name in ((-1, "lear"), (1, "rear")):
            figure.part(name)
            figure.stick(
                (head[0] + side * 0.035, head[1] + 0.7 * build.head),
                (head[0] + side * 0.045, head[1] + height * build.head),
                0.022, figure.darker(0.75), lift=5, end_radius=0.008 if build.pointed else 0.02,
            )  # fmt: skip
        figure.part("tail")
        figure.stick(
            (-build.length - 0.02, middle + 0.05), (-build.length - 0.14, middle + build.tail),
            0.018, figure.darker(0.9), end_radius=0.010,
        )  # fmt: skip

    return draw


def _patches(figure: Figure, middle: float) -> None:
    for _ in range(3):
        spot = (figure.jitter(0.2), middle + figure.jitter(0.05))
        figure.ball(spot, 0.05, (0.1, 0.08, 0.07), lift=0.15 * figure.size)


def _wool(figure: Figure, middle: float) -> None:
    for place in np.linspace(-_SHEEP.length, _SHEEP.length, 7):
        shade = figure.darker(float(figure.rng.uniform(0.9, 1.05)))
        figure.ball((float(place), middle + 0.06 + figure.jitter(0.02)), 0.08, shade, lift=1)


def bird(figure: Figure) -> None:
    """Standing, its wing folded."""
    for foot in (-0.03, 0.05):
        figure.stick((foot, 0.14), (foot, 0.0), 0.010, (0.7, 0.5, 0.2), lift=-1)
    figure.part("torso")
    figure.stick((-0.16, 0.22), (0.08, 0.26), 0.10)
    figure.part("head")
    figure.ball((0.20, 0.38), 0.065, lift=2)
    figure.part("beak")
    figure.stick((0.26, 0.38), (0.33, 0.36), 0.022, (0.9, 0.6, 0.1), lift=3, end_radius=0.006)
    figure.part("lwing")
    figure.stick((0.0, 0.28), (-0.24, 0.20), 0.06, figure.darker(0.6), lift=40, end_radius=0.02)
    figure.part("tail")
    figure.stick((-0.22, 0.22), (-0.40, 0.18), 0.03, figure.darker(0.7))


cat, dog, horse = _animal(_CAT), _animal(_DOG), _animal(_HORSE)
cow, sheep = _animal(_COW, _patches), _animal(_SHEEP, _wool)
