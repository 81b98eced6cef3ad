"""What a stereo camera measures of a street, as Cityscapes stores it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.cityscapes import Camera as Stereo
from mtl.data.twins.caster.camera import Camera, Floats
from mtl.data.twins.street.layout import HOOD, SKY_LABEL, Street

FULL_WIDTH, FULL_HEIGHT = 2048, 1024
CEILING = 126 * 256 + 1
"""The largest raw value: the matcher looks at up to 126 pixels."""

_JUMP = np.float32(1.28)
"""Neighbours whose distances differ by more than this factor lie at an edge, which is invalid."""

_VALID_ROWS, _VALID_COLUMNS, _LEFT_STRIP = (30, 970), (10, 2037), 60
_BLOCK, _FAR, _LOST_FAR, _LOST_SKY = 4, 60.0, 0.08, 0.45


def draw_cameras(
    rng: np.random.Generator, scenes: int, rows: int, columns: int
) -> tuple[Camera, list[Stereo]]:
    """Cameras near the official ones, and what their JSON files say (full-size pixels).

    The pitch of the real cameras, 2 degrees with small variations, is imitated by the principal
    point's row.
    """
    fx = rng.uniform(2225, 2290, scenes)
    fy = fx * rng.uniform(0.99, 1.01, scenes)
    u0, v0 = rng.uniform(1040, 1100, scenes), rng.uniform(470, 560, scenes)
    baseline = rng.uniform(0.205, 0.225, scenes)
    across, down = columns / FULL_WIDTH, rows / FULL_HEIGHT
    camera = Camera(
        rows,
        columns,
        fx=(fx * across).astype(np.float32),
        fy=(fy * down).astype(np.float32),
        # Pixel centres: u + 1/2 scales, u does not.
        u0=((u0 + 0.5) * across - 0.5).astype(np.float32),
        v0=((v0 + 0.5) * down - 0.5).astype(np.float32),
        height=rng.uniform(1.15, 1.35, scenes).astype(np.float32),
    )
    fields = zip(baseline, fx, fy, u0, v0, strict=True)
    return camera, [Stereo(*(float(value) for value in one)) for one in fields]


def measure(street: Street, cameras: list[Stereo], rng: np.random.Generator) -> NDArray[np.uint16]:
    """Raw disparities `[B, H, W]`: 256 times the disparity in full-size pixels, plus 1.

    1 in what is left of the sky; 0, invalid, on the rims, in the strip on the left that the other
    camera does not see, at edges of distance, on the hood, and in blocks of the sky and far away.
    """
    depth, labels = street.views.depth, street.labels
    product = np.array([one.baseline * one.fx for one in cameras], np.float32)[:, None, None]
    sky = labels == SKY_LABEL
    raw = np.where(sky, 1, np.rint(256 * product / depth) + 1)
    invalid = (labels == HOOD) | _lost(depth, sky, rng) | _edges(depth)
    rows, columns = labels.shape[1:]
    row = np.arange(rows) * FULL_HEIGHT / rows
    column = np.arange(columns) * FULL_WIDTH / columns
    invalid |= ((row < _VALID_ROWS[0]) | (row > _VALID_ROWS[1]))[:, None]
    invalid |= (column < _LEFT_STRIP) | (column > _VALID_COLUMNS[1])
    return np.where(invalid, 0, np.minimum(raw, CEILING)).astype(np.uint16)


def _edges(depth: Floats) -> NDArray[np.bool_]:
    """Where the distance jumps from one column to the next."""
    edges = np.zeros(depth.shape, bool)
    left, right = depth[..., :-1], depth[..., 1:]
    edges[..., 1:] = (right > left * _JUMP) | (left > right * _JUMP)
    return edges


def _lost(depth: Floats, sky: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Blocks without texture to match: some far away, and about half of the sky."""
    scenes, rows, columns = depth.shape
    blocks = rng.random((scenes, -(-rows // _BLOCK), -(-columns // _BLOCK)), dtype=np.float32)
    drawn = blocks.repeat(_BLOCK, 1).repeat(_BLOCK, 2)[:, :rows, :columns]
    return (sky & (drawn < _LOST_SKY)) | ((depth > _FAR) & (drawn < _LOST_FAR))
