"""How a room looks: colours, a lamp's light and texture."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.nyu_classes import CLASSES_40, classes_13
from mtl.data.twins.caster.camera import Camera, Floats
from mtl.data.twins.caster.surface import TILE, light, texture
from mtl.data.twins.room.layout import CLASS, Room

_COLOURS = (
    (0.78, 0.74, 0.66), (0.50, 0.38, 0.26), (0.48, 0.33, 0.20), (0.45, 0.52, 0.72),
    (0.52, 0.30, 0.22), (0.40, 0.46, 0.34), (0.58, 0.42, 0.26), (0.62, 0.52, 0.42),
    (0.72, 0.84, 0.92), (0.36, 0.26, 0.20), (0.55, 0.40, 0.50), (0.66, 0.62, 0.58),
    (0.84, 0.82, 0.70), (0.44, 0.36, 0.30), (0.52, 0.46, 0.36), (0.68, 0.50, 0.44),
    (0.40, 0.30, 0.28), (0.86, 0.82, 0.86), (0.70, 0.78, 0.80), (0.56, 0.26, 0.26),
    (0.34, 0.40, 0.62), (0.90, 0.89, 0.86), (0.64, 0.34, 0.24), (0.86, 0.86, 0.88),
    (0.10, 0.10, 0.12), (0.92, 0.92, 0.84), (0.74, 0.66, 0.74), (0.60, 0.72, 0.76),
    (0.70, 0.54, 0.34), (0.94, 0.94, 0.96), (0.66, 0.48, 0.42), (0.46, 0.36, 0.26),
    (0.93, 0.93, 0.90), (0.82, 0.84, 0.86), (0.92, 0.84, 0.52), (0.88, 0.90, 0.92),
    (0.30, 0.24, 0.34), (0.58, 0.56, 0.54), (0.50, 0.40, 0.36), (0.48, 0.50, 0.44),
)  # fmt: skip
"""Of the 40 classes in their order."""

_PAINTS = (
    (0.20, 0.32, 0.80), (0.80, 0.16, 0.18), (0.98, 0.98, 0.92), (0.95, 0.52, 0.08),
    (0.34, 0.20, 0.10), (0.62, 0.40, 0.20), (0.68, 0.26, 0.74), (0.14, 0.66, 0.64),
    (0.16, 0.58, 0.22), (0.90, 0.80, 0.26), (0.05, 0.05, 0.08), (0.76, 0.72, 0.68),
    (0.52, 0.80, 0.98),
)  # fmt: skip
"""Of the 13 classes in their order: real rooms tell their things apart by more than a toy can."""

_PAINTED = 0.85
"""How much of a class' colour is that of its group of the 13."""

_STRIPED = ("bookshelf", "books", "shelves", "blinds")
_ROUGH = ("picture", "clothes", "bookshelf", "floormat", "towel", "bag")
_FACES = 512
_SCALES = ((2, 0.4), (8, 0.35), (32, 0.25))


@functools.cache
def _palette() -> Floats:
    palette = np.zeros((len(CLASSES_40) + 1, 3), np.float32)
    groups = classes_13(np.arange(1, len(CLASSES_40) + 1, dtype=np.uint8))
    palette[1:] = (1 - _PAINTED) * np.array(_COLOURS) + _PAINTED * np.array(_PAINTS)[groups]
    return palette


def _one_of(names: tuple[str, ...]) -> NDArray[np.bool_]:
    """`[41]`, true for these classes."""
    chosen = np.zeros(len(CLASSES_40) + 1, bool)
    chosen[[CLASS[name] for name in names]] = True
    return chosen


def paint(room: Room, camera: Camera, rng: np.random.Generator, noise: float) -> NDArray[np.uint8]:
    """The images uint8 `[B, H, W, 3]`.

    Args:
        noise: standard deviation of pixel noise, on a scale of 0 to 1.
    """
    views, classes = room.views, room.classes
    scenes, depth = len(classes), views.depth
    on_side = views.normal[..., 1] == 0
    vertical = camera.height[:, None, None] - camera.down[..., None] * depth
    along = np.where(on_side, views.along, depth * camera.right[:, None, :])
    up = np.where(on_side, vertical, depth)
    first = np.floor(along * 60).astype(np.int32)
    second = np.floor(up * 60).astype(np.int32)
    place = (second & (TILE - 1)) * TILE + (first & (TILE - 1))
    grain = np.take(texture(1, _SCALES).reshape(-1), place)
    shade = 1 + np.where(_one_of(_ROUGH)[classes], np.float32(0.22), np.float32(0.07)) * grain
    boards = (classes == CLASS["floor"]) & ((first & 15) == 0)
    stripes = _one_of(_STRIPED)[classes] & (second % 12 < 3)
    shade = np.where(boards | stripes, shade * np.float32(0.6), shade)
    shade *= light(views.normal, rng, 0.8, 0.35, (0.1, 0.9), 0.58) * (
        np.float32(1.08) - np.float32(0.05) * depth
    )
    offsets = rng.standard_normal((scenes, _FACES, 3)).astype(np.float32) * np.float32(0.055)
    face = views.face.astype(np.intp) % _FACES + (np.arange(scenes) * _FACES)[:, None, None]
    colour = _palette()[classes] + offsets.reshape(-1, 3)[face]
    colour *= shade[..., None]
    gain = rng.uniform(0.75, 1.15, (scenes, 1, 1, 1)).astype(np.float32)
    tint = 1 + 0.05 * rng.standard_normal((scenes, 1, 1, 3)).astype(np.float32)
    colour *= gain * tint
    colour += np.float32(noise) * rng.standard_normal(colour.shape, dtype=np.float32)
    return (np.clip(colour, 0, 1) * 255).astype(np.uint8)
