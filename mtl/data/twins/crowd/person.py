"""People, with the parts that PASCAL-Part names."""

from __future__ import annotations

import numpy as np

from mtl.data.twins.crowd.canvas import Colour, Point
from mtl.data.twins.crowd.figure import Figure

_SIDES = (("l", -1), ("r", 1))


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _turned(start: Point, angle: float, length: float) -> Point:
    """Where a limb ends that hangs down, turned by an angle."""
    return start[0] + np.sin(angle) * length, start[1] - np.cos(angle) * length


def person(figure: Figure) -> None:
    """Standing, or one in five sitting; limbs, skin and clothes at random.

    Shirts and trousers have colours of their own, so that parts are told by where they are.
    """
    rng = figure.rng
    skin = _colour(np.array([0.9, 0.7, 0.55]) * rng.uniform(0.45, 1))
    shirt, trousers = _colour(rng.uniform(0.1, 0.9, 3)), _colour(rng.uniform(0.05, 0.7, 3))
    hair = _colour(np.array([0.3, 0.2, 0.1]) * rng.uniform(0.2, 1.8))
    sits = rng.random() < 0.2
    hip = (0.0, 0.34 if sits else 0.50)
    neck = (figure.jitter(0.02), hip[1] + 0.30)
    figure.part("torso")
    figure.stick(hip, neck, 0.085, shirt, end_radius=0.10)
    head = (neck[0] + figure.jitter(0.01), neck[1] + 0.115)
    figure.part("neck")
    figure.stick(neck, head, 0.035, skin, lift=1)
    figure.part("head")
    figure.stick((head[0], head[1] - 0.015), (head[0], head[1] + 0.02), 0.066, skin, lift=3)
    figure.part("hair")
    figure.stick(
        (head[0] - 0.03, head[1] + 0.045), (head[0] + 0.03, head[1] + 0.045), 0.040, hair, lift=6
    )
    for side, sign in _SIDES:
        figure.part(f"{side}eye")
        figure.ball((head[0] + sign * 0.025, head[1] + 0.005), 0.011, (0.05, 0.05, 0.08), lift=40)
        _arm(figure, side, sign, neck, shirt, skin)
        _leg(figure, side, sign, hip, trousers, sits)


def _arm(figure: Figure, side: str, sign: int, neck: Point, shirt: Colour, skin: Colour) -> None:
    lift = 2.0 * sign
    shoulder = (neck[0] + sign * 0.095, neck[1] - 0.02)
    upper = figure.rng.uniform(-0.5, 1.5) * sign
    elbow = _turned(shoulder, upper, 0.165)
    lower = upper + figure.rng.uniform(-1.2, 1.2)
    hand = _turned(elbow, lower, 0.145)
    figure.part(f"{side}uarm")
    figure.stick(shoulder, elbow, 0.036, shirt, lift, 0.031)
    figure.part(f"{side}larm")
    figure.stick(elbow, hand, 0.030, skin, lift, 0.024)
    figure.part(f"{side}hand")
    figure.stick(hand, _turned(hand, lower, 0.03), 0.026, skin, lift + 0.5)


def _leg(figure: Figure, side: str, sign: int, hip: Point, trousers: Colour, sits: bool) -> None:
    rng, lift = figure.rng, 2.0 * sign
    joint = (hip[0] + sign * 0.045, hip[1])
    upper = sign * rng.uniform(0.9, 1.3) if sits else rng.uniform(-0.35, 0.35)
    knee = _turned(joint, upper, 0.24)
    foot = _turned(knee, 0.2 * upper + rng.uniform(-0.3, 0.3), 0.235)
    figure.part(f"{side}uleg")
    figure.stick(joint, knee, 0.055, trousers, lift, 0.043)
    figure.part(f"{side}lleg")
    figure.stick(knee, foot, 0.042, trousers, lift, 0.030)
    figure.part(f"{side}foot")
    figure.stick(foot, (foot[0] + 0.05, foot[1] - 0.008), 0.026, (0.1, 0.08, 0.07), lift + 0.5)
