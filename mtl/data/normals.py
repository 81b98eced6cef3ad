"""Surface normals from a depth map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

JUMP = 0.05
"""Neighbours whose depths differ by more than this share lie on different surfaces."""


@dataclass(frozen=True)
class Intrinsics:
    """A pinhole camera, in pixels whose centres have whole coordinates from 0 on."""

    fx: float
    fy: float
    cx: float
    cy: float


def normals_from_depth(depth: NDArray[np.floating], camera: Intrinsics) -> NDArray[np.float32]:
    """Unit normals (right, down, forward) that point to the camera.

    The cross product of the differences between the points to the right and left, and below and
    above, of each pixel, P = Z ((u - cx) / fx, (v - cy) / fy, 1). InterroGate takes its normals
    "directly from depth ground truth" (paper, 4.1) without a recipe; this one is ours.

    Args:
        depth: [H, W] metres along the optical axis; 0 where invalid.
        camera: of the map's own pixels.

    Returns:
        [3, H, W]; 0 0 0 on the border, where a depth that is needed is invalid, and where depths
        jump by more than `JUMP`.
    """
    points = _points(np.asarray(depth, np.float64), camera)
    out = np.zeros(points.shape, np.float32)
    middle = depth[1:-1, 1:-1]
    right, left = points[:, 1:-1, 2:], points[:, 1:-1, :-2]
    below, above = points[:, 2:, 1:-1], points[:, :-2, 1:-1]
    normal = np.cross(below - above, right - left, axis=0)
    length = np.linalg.norm(normal, axis=0)
    valid = (length > 0) & (middle > 0)
    for neighbour in (right, left, below, above):
        distance = neighbour[2]
        valid &= (distance > 0) & (np.abs(distance - middle) <= JUMP * middle)
    # Towards the camera: against the ray to the point.
    sign = -np.sign((normal * points[:, 1:-1, 1:-1]).sum(axis=0))
    unit = sign * normal / np.where(valid, length, 1)
    out[:, 1:-1, 1:-1] = np.where(valid, unit, 0)
    return out


def _points(depth: Floats, camera: Intrinsics) -> Floats:
    """[3, H, W] points in space."""
    rows, columns = depth.shape
    across = (np.arange(columns) - camera.cx) / camera.fx
    down = (np.arange(rows) - camera.cy) / camera.fy
    return np.stack([depth * across, depth * down[:, None], depth])
