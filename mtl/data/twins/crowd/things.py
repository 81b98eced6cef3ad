"""Vehicles, furniture and what stands on it; PASCAL-Part's names of their parts are not read."""

from __future__ import annotations

import numpy as np

from mtl.data.twins.crowd.canvas import Colour
from mtl.data.twins.crowd.figure import Figure

_BLACK: Colour = (0.06, 0.06, 0.07)
_GLASS: Colour = (0.14, 0.19, 0.27)
_STEEL: Colour = (0.6, 0.6, 0.62)
_UPWARDS = (0.0, -0.8, -0.6)


def aeroplane(figure: Figure) -> None:
    """From the side, with windows."""
    figure.stick((-0.5, 0.30), (0.5, 0.30), 0.075)
    figure.stick((0.05, 0.30), (-0.22, 0.06), 0.05, figure.darker(0.8), 30, 0.02)
    figure.stick((0.05, 0.34), (-0.15, 0.52), 0.04, figure.darker(0.75), -1, 0.015)
    figure.stick((-0.45, 0.32), (-0.55, 0.54), 0.04, (0.2, 0.3, 0.7), 1, 0.02)
    for place in np.arange(-0.3, 0.45, 0.1):
        figure.ball((float(place), 0.32), 0.014, _GLASS, 40)


def bicycle(figure: Figure) -> None:
    """Two wheels and a frame."""
    for place in (-0.3, 0.3):
        figure.wheel((place, 0.19), 0.19, 0.018, _BLACK)
    saddle, pedals, bars = (-0.1, 0.45), (-0.02, 0.20), (0.20, 0.45)
    back, front = (-0.3, 0.19), (0.3, 0.19)
    frame = (
        (back, pedals), (pedals, bars), (saddle, bars), (saddle, pedals), (back, saddle),
        (front, (0.19, 0.52)), ((0.19, 0.52), (0.12, 0.55)), ((-0.17, 0.49), (-0.05, 0.49)),
    )  # fmt: skip
    for start, end in frame:
        figure.stick(start, end, 0.014, lift=1)


def motorbike(figure: Figure) -> None:
    """Two thick wheels, a tank and a seat."""
    for place in (-0.3, 0.3):
        figure.wheel((place, 0.17), 0.17, 0.045, _BLACK)
    figure.stick((-0.18, 0.33), (0.12, 0.36), 0.085, lift=2)
    figure.stick((0.10, 0.30), (0.30, 0.18), 0.03, _STEEL, 1)
    figure.stick((0.12, 0.42), (0.18, 0.56), 0.018, _STEEL, 1)
    figure.stick((-0.30, 0.42), (-0.08, 0.42), 0.04, _BLACK, 4)
    figure.ball((0.0, 0.22), 0.09, (0.4, 0.4, 0.42), 1)


def car(figure: Figure) -> None:
    """A body, a cabin and two wheels."""
    figure.stick((-0.36, 0.19), (0.36, 0.17), 0.115)
    figure.stick((-0.16, 0.31), (0.12, 0.31), 0.10, figure.darker(0.9), 1)
    figure.plate((-0.09, 0.325), (0.075, 0.045), _GLASS, 60)
    figure.plate((0.07, 0.325), (0.065, 0.045), _GLASS, 60)
    _wheels(figure, (-0.26, 0.26))


def bus(figure: Figure) -> None:
    """A long box with windows and a light stripe."""
    _long(figure, 0.29, (0.9, 0.9, 0.85))
    _wheels(figure, (-0.26, 0.26))


def train(figure: Figure) -> None:
    """A longer box with four wheels."""
    _long(figure, 0.25, (0.8, 0.2, 0.1))
    figure.stick((0.5, 0.14), (0.5, 0.50), 0.09, figure.darker(0.8), 1)
    _wheels(figure, (-0.4, -0.28, 0.28, 0.4))


def _long(figure: Figure, half: float, stripe: Colour) -> None:
    figure.plate((0, half + 0.08), (0.5, half))
    for place in np.arange(-0.4, 0.45, 0.135):
        figure.plate((float(place), half + 0.20), (0.05, 0.07), _GLASS, 1)
    figure.plate((0, 0.2), (0.5, 0.02), stripe, 1)


def _wheels(figure: Figure, places: tuple[float, ...]) -> None:
    for place in places:
        figure.ball((place, 0.08), 0.085, _BLACK, 70)
        figure.ball((place, 0.08), 0.04, _STEEL, 120)


def boat(figure: Figure) -> None:
    """A hull and a sail."""
    figure.stick((-0.38, 0.12), (0.38, 0.15), 0.10)
    figure.stick((0, 0.15), (0, 0.85), 0.012, (0.45, 0.3, 0.15), 1)
    for k in range(5):
        low = 0.25 + 0.1 * k
        figure.stick((0.03 + 0.02 * k, low), (0.32 - 0.06 * k, low), 0.05, (0.95, 0.95, 0.92), 2)


def bottle(figure: Figure) -> None:
    """With a label."""
    figure.stick((0, 0.16), (0, 0.48), 0.105)
    figure.stick((0, 0.50), (0, 0.78), 0.04, figure.darker(0.9), 1)
    figure.stick((0, 0.80), (0, 0.82), 0.045, (0.75, 0.7, 0.2), 2)
    figure.plate((0, 0.33), (0.10, 0.08), (0.92, 0.9, 0.82), 55)


def chair(figure: Figure) -> None:
    """From the side."""
    figure.plate((0, 0.38), (0.20, 0.035), normal=_UPWARDS)
    figure.plate((-0.17, 0.62), (0.035, 0.24), lift=1)
    for place in (-0.18, -0.08, 0.10, 0.19):
        figure.stick((place, 0.36), (place, 0), 0.018, figure.darker(0.8))


def diningtable(figure: Figure) -> None:
    """With two glasses."""
    figure.plate((0, 0.46), (0.45, 0.05), normal=_UPWARDS)
    for place in (-0.4, -0.25, 0.25, 0.4):
        figure.stick((place, 0.42), (place, 0), 0.024, figure.darker(0.75), -1)
    for place in (-0.2, 0.1):
        red, green, blue = (float(value) for value in figure.rng.uniform(0.3, 1, 3))
        figure.stick((place, 0.53), (place, 0.58), 0.03, (red, green, blue), 2)


def pottedplant(figure: Figure) -> None:
    """Nine leaves in a pot."""
    figure.stick((0, 0.10), (0, 0.22), 0.13, (0.6, 0.32, 0.2), end_radius=0.15)
    for k, angle in enumerate(figure.rng.uniform(-1.3, 1.3, 9)):
        tip = (float(np.sin(angle)) * 0.28, 0.35 + float(np.cos(angle)) * 0.36)
        shade = figure.darker(float(figure.rng.uniform(0.7, 1.2)))
        figure.stick((figure.jitter(0.03), 0.28), tip, 0.02, shade, 1.0 + k, 0.05)


def sofa(figure: Figure) -> None:
    """With two cushions."""
    figure.plate((0, 0.42), (0.46, 0.16), figure.darker(0.85))
    figure.plate((0, 0.22), (0.46, 0.12), lift=1, normal=(0.0, -0.5, -0.87))
    for place in (-0.47, 0.47):
        figure.stick((place, 0.18), (place, 0.38), 0.07, lift=3)
    for place in (-0.2, 0.2):
        figure.plate((place, 0.43), (0.13, 0.11), figure.darker(1.15), 2)


def tvmonitor(figure: Figure) -> None:
    """Its screen has any colour."""
    red, green, blue = (float(value) for value in figure.rng.uniform(0.1, 0.9, 3))
    figure.plate((0, 0.48), (0.36, 0.24))
    figure.plate((0, 0.48), (0.32, 0.20), (red, green, blue), 1)
    figure.plate((0, 0.16), (0.04, 0.09), (0.15, 0.15, 0.16), -1)
    figure.plate((0, 0.05), (0.16, 0.025), (0.15, 0.15, 0.16))
