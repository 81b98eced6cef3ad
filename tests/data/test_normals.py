from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.data.normals import Intrinsics, normals_from_depth

ROWS, COLUMNS = 24, 32
CAMERA = Intrinsics(30.0, 31.0, 15.2, 11.7)


def rays() -> np.ndarray:
    across = (np.arange(COLUMNS) - CAMERA.cx) / CAMERA.fx
    down = (np.arange(ROWS) - CAMERA.cy) / CAMERA.fy
    return np.stack(
        [np.tile(across, (ROWS, 1)), np.tile(down[:, None], (1, COLUMNS)), np.ones((ROWS, COLUMNS))]
    )


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(1, 9))
def test_a_plane_has_its_normal(right: float, down: float, distance: float) -> None:
    """Points with n . P = -distance; the depth along each ray is -distance / (n . ray)."""
    normal = np.array([right, down, -1.0])
    normal /= np.linalg.norm(normal)
    depth = -distance / np.tensordot(normal, rays(), 1)
    found = normals_from_depth(depth, CAMERA)
    valid = found.any(axis=0)
    np.testing.assert_allclose(
        found[:, valid], np.tile(normal[:, None], (1, valid.sum())), atol=1e-6
    )
    if abs(right) + abs(down) < 0.2:
        assert valid[1:-1, 1:-1].all()


def test_a_sphere_has_radial_normals() -> None:
    centre, radius = np.array([0.2, -0.1, 6.0]), 2.0
    ray = rays()
    linear, square = np.tensordot(centre, ray, 1), (ray**2).sum(0)
    root = linear**2 - square * (centre @ centre - radius**2)
    depth = np.where(root > 0, (linear - np.sqrt(np.maximum(root, 0))) / square, 0)
    found = normals_from_depth(depth, CAMERA)
    valid = found.any(axis=0)
    assert valid.sum() > 100
    exact = (ray * depth - centre[:, None, None]) / radius
    cosine = (found * exact).sum(0)[valid]
    assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 6
    assert np.degrees(np.arccos(np.clip(np.median(cosine), -1, 1))) < 1.5


def test_a_floor_points_up_and_a_mirror_flips_one_axis() -> None:
    floor = np.where(rays()[1] > 0.05, 1.5 / np.maximum(rays()[1], 0.05), 0)
    found = normals_from_depth(floor, CAMERA)
    valid = found.any(axis=0)
    assert (found[1][valid] < -0.99).all()
    slope = 3 + 0.02 * np.arange(COLUMNS) + np.zeros((ROWS, 1))
    mirrored = Intrinsics(CAMERA.fx, CAMERA.fy, COLUMNS - 1 - CAMERA.cx, CAMERA.cy)
    straight = normals_from_depth(slope, CAMERA)
    flipped = normals_from_depth(slope[:, ::-1], mirrored)[:, :, ::-1]
    np.testing.assert_allclose(flipped, straight * np.array([-1, 1, 1])[:, None, None], atol=1e-6)


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_holes_and_jumps_are_left_out(value: float) -> None:
    depth = np.full((ROWS, COLUMNS), 2.0)
    depth[10, 12] = value
    valid = normals_from_depth(depth, CAMERA).any(axis=0)
    expected = np.zeros((ROWS, COLUMNS), bool)
    expected[1:-1, 1:-1] = True
    for row, column in ((10, 12), (9, 12), (11, 12), (10, 11), (10, 13)):
        expected[row, column] = False
    np.testing.assert_array_equal(valid, expected)
