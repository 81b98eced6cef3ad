"""What a depth camera sees of a room, and what the people who labelled it left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.nyu import scaled_camera
from mtl.data.layouts.nyu_classes import CLASSES_40, LABELS
from mtl.data.twins.caster.camera import Camera, Floats
from mtl.data.twins.room.layout import CLASS, Room

_JUMP = np.float32(1.15)
"""Neighbours whose distances differ by more than this factor lie at an edge, which is not seen."""

_BLOCK, _UNLABELLED, _LOST, _FAR = 8, 0.10, 0.04, 9.5
_BLIND = ("mirror", "window", "television")
"""What reflects or lets through the sensor's light, half of the time."""


def draw_cameras(rng: np.random.Generator, scenes: int, rows: int, columns: int) -> Camera:
    """The official camera at this size, held level; its pitch is that of the principal point."""
    official = scaled_camera(columns, rows, columns, rows)
    tilt = rng.uniform(0.08, 0.34, scenes) * rows
    return Camera(
        rows,
        columns,
        fx=np.full(scenes, official.fx, np.float32),
        fy=np.full(scenes, official.fy, np.float32),
        u0=np.full(scenes, official.cx, np.float32),
        v0=(official.cy - tilt).astype(np.float32),
        height=rng.uniform(1.1, 1.6, scenes).astype(np.float32),
    )


def raw_depth(room: Room, rng: np.random.Generator) -> Floats:
    """Metres `[B, H, W]`, 0 where the sensor sees nothing: at edges, on glass, far away, by chance.

    What it sees is exact.
    """
    depth = room.views.depth
    lost = _blocks(rng, depth.shape, _LOST) | (depth > _FAR)
    blind = np.isin(room.classes, [CLASS[name] for name in _BLIND])
    lost |= blind & _blocks(rng, depth.shape, 0.5)
    left, right = depth[..., :-1], depth[..., 1:]
    lost[..., 1:] |= (right > left * _JUMP) | (left > right * _JUMP)
    return np.where(lost, 0, depth).astype(np.float32)


def class_map() -> NDArray[np.uint8]:
    """The class, 1 to 40, of each label from 1 to 894: an invented `mapClass`."""
    return (np.arange(LABELS) % len(CLASSES_40) + 1).astype(np.uint8)


def label(room: Room, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Labels `[B, H, W]`, 0 where the people left a rim between two things or a patch out.

    Each face has one of the several labels of its class.
    """
    classes, face = room.classes.astype(np.intp), room.views.face.astype(np.intp)
    several = LABELS // len(CLASSES_40)
    labels = classes + len(CLASSES_40) * (face % several)
    rims = np.zeros(classes.shape, bool)
    rims[..., 1:] |= classes[..., 1:] != classes[..., :-1]
    rims[:, 1:] |= classes[:, 1:] != classes[:, :-1]
    return np.where(rims | _blocks(rng, classes.shape, _UNLABELLED), 0, labels).astype(np.uint16)


def _blocks(rng: np.random.Generator, shape: tuple[int, ...], share: float) -> NDArray[np.bool_]:
    """`[B, H, W]`, true in square patches that make up about this share."""
    scenes, rows, columns = shape
    drawn = rng.random((scenes, -(-rows // _BLOCK), -(-columns // _BLOCK)), dtype=np.float32)
    return (drawn < share).repeat(_BLOCK, 1).repeat(_BLOCK, 2)[:, :rows, :columns]
