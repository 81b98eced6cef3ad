"""A scene: one to three objects before a wall and a floor, or the sky and the ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.pascal_classes import CLASSES, PERSON
from mtl.data.twins.crowd import animals, things
from mtl.data.twins.crowd.canvas import Canvas, Colour, Floats, Ink
from mtl.data.twins.crowd.figure import Figure
from mtl.data.twins.crowd.person import person

DRAWINGS: dict[str, tuple[Callable[[Figure], None], Colour]] = {
    "car": (things.car, (0.60, 0.12, 0.12)),
    "sheep": (animals.sheep, (0.92, 0.90, 0.85)),
    "bottle": (things.bottle, (0.15, 0.45, 0.25)),
    "pottedplant": (things.pottedplant, (0.20, 0.55, 0.20)),
    "tvmonitor": (things.tvmonitor, (0.08, 0.08, 0.10)),
    "aeroplane": (things.aeroplane, (0.75, 0.78, 0.82)),
    "horse": (animals.horse, (0.40, 0.22, 0.12)),
    "sofa": (things.sofa, (0.35, 0.40, 0.60)),
    "bus": (things.bus, (0.80, 0.60, 0.15)),
    "chair": (things.chair, (0.50, 0.32, 0.18)),
    "bird": (animals.bird, (0.45, 0.35, 0.30)),
    "bicycle": (things.bicycle, (0.20, 0.25, 0.60)),
    "boat": (things.boat, (0.70, 0.30, 0.20)),
    "cat": (animals.cat, (0.75, 0.55, 0.35)),
    "train": (things.train, (0.30, 0.50, 0.35)),
    "cow": (animals.cow, (0.85, 0.82, 0.78)),
    "motorbike": (things.motorbike, (0.15, 0.15, 0.18)),
    "dog": (animals.dog, (0.50, 0.36, 0.22)),
    "diningtable": (things.diningtable, (0.60, 0.42, 0.25)),
}
"""How each of VOC's classes but people is drawn, and about which colour it has.

Those that are told apart most easily stand first.
"""

_LABELS = (
    0, 2, 23, 25, 31, 34, 45, 59, 65, 72, 98, 397, 113, 207, 258, 284, 308, 347, 368, 416, 427,
)  # fmt: skip
"""VOC's classes to PASCAL-Context's labels [C]."""

_GROUNDS: dict[str, tuple[int, Colour]] = {
    "wall": (440, (0.75, 0.72, 0.65)),
    "floor": (158, (0.48, 0.38, 0.28)),
    "sky": (360, (0.55, 0.72, 0.92)),
    "grass": (187, (0.35, 0.55, 0.22)),
    "road": (324, (0.42, 0.42, 0.44)),
    "building": (44, (0.56, 0.46, 0.40)),
}
"""PASCAL-Context's label and about which colour."""

_PAIRS = (("wall", "floor"), ("sky", "grass"), ("sky", "road"), ("building", "road"))
_CHANCES = (0.55, 0.135, 0.135, 0.18)

_SHARE_OF_PEOPLE = 0.5
_SALIENT = 0.6
"""Objects with this share of the best score are salient."""


@dataclass(frozen=True)
class Picture:
    """A scene as it is written.

    Attributes:
        image: uint8 [H, W, 3].
        category: uint8 [H, W], VOC's classes.
        label: uint16 [H, W], PASCAL-Context's.
        instance: uint8 [H, W], the number of the object, from 1; 0 is background.
        part: uint16 [H, W], places in `parts`.
        parts: names; the first stands for none.
        objects: the class of each object, that of instance 1 first.
        normals: [3, H, W], unit vectors.
        salient: bool [H, W].
    """

    image: NDArray[np.uint8]
    category: NDArray[np.uint8]
    label: NDArray[np.uint16]
    instance: NDArray[np.uint8]
    part: NDArray[np.uint16]
    parts: tuple[str, ...]
    objects: tuple[int, ...]
    normals: Floats
    salient: NDArray[np.bool_]


def draw(
    rng: np.random.Generator, height: int, width: int, categories: int, noise: float
) -> Picture:
    """Draw one scene.

    Args:
        rng: of everything random.
        height, width: in pixels.
        categories: how many of `DRAWINGS` may be there, besides people.
        noise: the standard deviation of pixel noise, on a scale of 0 to 1.
    """
    light = np.array([rng.uniform(-0.6, 0.6), -rng.uniform(0.3, 0.9), -rng.uniform(0.4, 0.9)])
    canvas = Canvas(height, width, light / np.linalg.norm(light))
    horizon = int(height * rng.uniform(0.45, 0.72))
    _ground(canvas, rng, horizon)
    parts = [""]
    objects = _objects(canvas, rng, horizon, categories, parts)
    image = canvas.image * rng.uniform(0.8, 1.15)
    image += rng.standard_normal(image.shape) * noise
    return Picture(
        image=np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8).transpose(1, 2, 0),
        category=canvas.category,
        label=canvas.label,
        instance=canvas.instance,
        part=canvas.part,
        parts=tuple(parts),
        objects=objects,
        normals=canvas.normals,
        salient=_salient(canvas, len(objects)),
    )


def _ground(canvas: Canvas, rng: np.random.Generator, horizon: int) -> None:
    upper, lower = _PAIRS[rng.choice(len(_PAIRS), p=_CHANCES)]
    for rows, name, normal in (
        (slice(0, horizon), upper, (0.0, 0.0, -1.0)),
        (slice(horizon, None), lower, (0.0, -1.0, 0.0)),
    ):
        label, usual = _GROUNDS[name]
        colour = np.array(usual) * rng.uniform(0.75, 1.15) + rng.normal(0, 0.05, 3)
        canvas.background(rows, colour, np.array(normal), label)


def _objects(
    canvas: Canvas, rng: np.random.Generator, horizon: int, categories: int, parts: list[str]
) -> tuple[int, ...]:
    """Draw them from back to front; their classes."""
    height, width = canvas.shape
    found = []
    for place in range(int(rng.integers(1, 4))):
        if rng.random() < _SHARE_OF_PEOPLE:
            name = CLASSES[PERSON]
        else:
            name = tuple(DRAWINGS)[rng.integers(categories)]
        size = height * rng.uniform(0.45, 1.05) * (0.8 if place else 1)
        foot = min(height * 1.05, horizon + rng.uniform(0.05, 0.9) * (height - horizon))
        found.append((foot, name, rng.uniform(0.12, 0.88) * width, size))
    found.sort()
    for number, (foot, name, x, size) in enumerate(found, 1):
        # The colours of people are those of their clothes.
        drawing, usual = DRAWINGS.get(name, (person, (0.5, 0.5, 0.5)))
        category = CLASSES.index(name)
        tint = np.clip(np.array(usual) + rng.normal(0, 0.09, 3), 0.03, 1)
        red, green, blue = (float(value) for value in tint)
        ink = Ink(category, _LABELS[category], number, 0)
        drawing(Figure(canvas, rng, ink, (x, foot), size, (red, green, blue), parts))
    return tuple(CLASSES.index(name) for _, name, _, _ in found)


def _salient(canvas: Canvas, count: int) -> NDArray[np.bool_]:
    """Objects that are large, central and unlike the background, beside the best of them."""
    height, width = canvas.shape
    outside = canvas.instance == 0
    background = canvas.image[:, outside].mean(1) if outside.any() else np.full(3, 0.5)
    scores = np.zeros(count + 1)
    for number in range(1, count + 1):
        inside = canvas.instance == number
        if inside.any():
            rows, columns = np.nonzero(inside)
            off = ((rows.mean() - height / 2) / height) ** 2
            off += ((columns.mean() - width / 2) / width) ** 2
            contrast = np.abs(canvas.image[:, inside].mean(1) - background).sum()
            scores[number] = np.sqrt(inside.mean()) * np.exp(-3 * off) * (0.25 + contrast)
    chosen = (scores >= _SALIENT * scores.max()) & (scores > 0)
    return chosen[canvas.instance]
