"""The caster against a tracer that follows one ray a pixel through the solids in space."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from mtl.data.twins.caster.camera import Camera
from mtl.data.twins.caster.scene import CEILING, GROUND, SKY, Scene

ROWS, COLUMNS = 36, 48
NEAR = 0.3


@dataclass
class Box:
    centre: NDArray
    half: NDArray
    angle: float
    low: float
    high: float


@dataclass
class Cylinder:
    centre: NDArray
    radius: float
    low: float
    high: float


def slab(solid: Box, origin: NDArray, ray: NDArray) -> tuple[float, NDArray] | None:
    """Entry into a box, by the slabs of its own axes."""
    turn = np.array(
        [
            [math.cos(solid.angle), 0, math.sin(solid.angle)],
            [0, 1, 0],
            [-math.sin(solid.angle), 0, math.cos(solid.angle)],
        ]
    )
    middle = np.array([solid.centre[0], (solid.low + solid.high) / 2, solid.centre[1]])
    size = np.array([solid.half[0], (solid.high - solid.low) / 2, solid.half[1]])
    position, direction = turn @ (origin - middle), turn @ ray
    enter, leave, axis = -math.inf, math.inf, 0
    for one in range(3):
        if abs(direction[one]) < 1e-12:
            if abs(position[one]) > size[one]:
                return None
            continue
        ends = sorted(((s * size[one] - position[one]) / direction[one]) for s in (-1, 1))
        if ends[0] > enter:
            enter, axis = ends[0], one
        leave = min(leave, ends[1])
    if enter >= leave or enter < NEAR:
        return None
    normal = np.zeros(3)
    normal[axis] = -math.copysign(1, direction[axis])
    return enter, turn.T @ normal


def quadric(solid: Cylinder, origin: NDArray, ray: NDArray) -> tuple[float, NDArray] | None:
    """Entry into a cylinder with caps."""
    found: list[tuple[float, NDArray]] = []
    offset = np.array([origin[0] - solid.centre[0], origin[2] - solid.centre[1]])
    flat = np.array([ray[0], ray[2]])
    a, b, c = flat @ flat, flat @ offset, offset @ offset - solid.radius**2
    if b * b > a * c:
        at = (-b - math.sqrt(b * b - a * c)) / a
        if at > NEAR and solid.low <= origin[1] + at * ray[1] <= solid.high:
            where = offset + at * flat
            found.append((at, np.array([where[0], 0, where[1]]) / solid.radius))
    for height, up in ((solid.low, -1), (solid.high, 1)):
        if abs(ray[1]) > 1e-12:
            at = (height - origin[1]) / ray[1]
            where = offset + at * flat
            if at > NEAR and where @ where <= solid.radius**2:
                found.append((at, np.array([0, up, 0])))
    return min(found, key=lambda one: one[0], default=None)


def trace(
    solids: list[Box | Cylinder], camera: Camera, ceiling: float | None, scene: int
) -> tuple[NDArray, NDArray, NDArray]:
    """Solid (or sky, ground, ceiling), depth and normal of each pixel of one scene; y points up."""
    what = np.full((ROWS, COLUMNS), SKY)
    depth, normals = np.full((ROWS, COLUMNS), math.inf), np.zeros((ROWS, COLUMNS, 3))
    origin = np.array([0, float(camera.height[scene]), 0])
    for row in range(ROWS):
        for column in range(COLUMNS):
            ray = np.array(
                [
                    (column - float(camera.u0[scene])) / float(camera.fx[scene]),
                    -(row - float(camera.v0[scene])) / float(camera.fy[scene]),
                    1.0,
                ]
            )
            hits = []
            for number, solid in enumerate(solids):
                hit = (slab if isinstance(solid, Box) else quadric)(solid, origin, ray)
                if hit:
                    hits.append((hit[0], number, hit[1]))
            if ray[1] < 0:
                hits.append((-origin[1] / ray[1], GROUND, np.array([0, 1, 0])))
            if ray[1] > 0 and ceiling is not None:
                hits.append(((ceiling - origin[1]) / ray[1], CEILING, np.array([0, -1, 0])))
            if hits:
                depth[row, column], what[row, column], normals[row, column] = min(
                    hits, key=lambda one: one[0]
                )
    normals[..., 1] *= -1
    return what, depth, normals


def random_scene(rng: np.random.Generator) -> list[Box | Cylinder]:
    """Boxes and cylinders on the ground, floating below and above the eye, upon each other."""
    solids: list[Box | Cylinder] = []
    for _ in range(5):
        centre = np.array([rng.uniform(-4, 4), rng.uniform(4, 14)])
        low = rng.choice([0.0, 0.0, 0.5, 1.9])
        high = low + rng.uniform(0.3, 1.6)
        half = rng.uniform(0.3, 1.2, 2)
        solids.append(Box(centre, half, rng.uniform(-1.5, 1.5), low, high))
        solids.append(Cylinder(centre.copy(), 0.8 * half.min(), high, high + 0.7))
    for _ in range(3):
        centre = np.array([rng.uniform(-3, 3), rng.uniform(3, 10)])
        low = rng.choice([0.0, 2.0])
        solids.append(Cylinder(centre, rng.uniform(0.2, 0.9), low, low + rng.uniform(0.4, 1.5)))
    return solids


def cameras(rng: np.random.Generator, scenes: int) -> Camera:
    def drawn(low: float, high: float) -> NDArray[np.float32]:
        return rng.uniform(low, high, scenes).astype(np.float32)

    return Camera(
        ROWS, COLUMNS, drawn(35, 50), drawn(35, 50), drawn(20, 28), drawn(12, 24), drawn(1.2, 1.7)
    )


@pytest.mark.parametrize("ceiling", [None, 3.9])
def test_every_pixel_is_that_of_a_traced_ray(ceiling: float | None) -> None:
    rng = np.random.default_rng(7)
    scenes = 4
    solids = [random_scene(rng) for _ in range(scenes)]
    camera = cameras(rng, scenes)
    scene = Scene(camera)

    def gathered(number: int, name: str) -> NDArray[np.float32]:
        return np.array([[getattr(one[number], name)] for one in solids], np.float32)

    for number, solid in enumerate(solids[0]):
        centre, low, high = (gathered(number, name) for name in ("centre", "low", "high"))
        if isinstance(solid, Box):
            half, angle = gathered(number, "half"), gathered(number, "angle")
            scene.boxes(centre, half, angle, low, high, number + 1)
        else:
            scene.cylinders(centre, gathered(number, "radius"), low, high, number + 1)
    views = scene.cast(None if ceiling is None else np.full(scenes, ceiling, np.float32))
    compared = different = 0
    for position in range(scenes):
        what, depth, normals = trace(solids[position], camera, ceiling, position)
        found = np.where(
            views.face[position] >= 0,
            views.material[position].astype(int) - 1,
            views.face[position],
        )
        same = found == what
        compared, different = compared + same.size, different + int((~same).sum())
        finite = same & np.isfinite(depth)
        np.testing.assert_allclose(views.depth[position][finite], depth[finite], rtol=2e-4)
        close = np.abs(views.normal[position] - normals).max(-1) < 2e-3
        assert (close | ~same).mean() > 0.998
        assert (np.isinf(views.depth[position]) == (views.face[position] == SKY)).all()
    assert compared == scenes * ROWS * COLUMNS
    # Float32 against float64 may decide a pixel on a silhouette the other way.
    assert different <= 3


def test_walls_are_seen_from_both_sides() -> None:
    one = np.ones(1, np.float32)
    camera = Camera(ROWS, COLUMNS, 40 * one, 40 * one, 24 * one, 18 * one, 1.5 * one)
    ends = np.array([[[-2.0, 5.0]]], np.float32), np.array([[[2.0, 5.0]]], np.float32)
    for start, end in (ends, ends[::-1]):
        scene = Scene(camera)
        scene.walls(start, end, 0, 3, 9)
        views = scene.cast()
        assert views.material[0, 18, 24] == 9
        assert views.depth[0, 18, 24] == pytest.approx(5)
        np.testing.assert_allclose(views.normal[0, 18, 24], [0, 0, -1], atol=1e-6)
        wide = (views.material[0, 18] == 9).sum()
        assert wide == 33  # 4 m at 5 m by 40 pixels is 32 pixels, with both ends
        assert views.along[0, 18, 24] == pytest.approx(2)


def test_what_is_absent_is_not_seen() -> None:
    two = np.ones(2, np.float32)
    camera = Camera(ROWS, COLUMNS, 40 * two, 40 * two, 24 * two, 18 * two, 1.5 * two)
    scene = Scene(camera)
    centre = np.array([[[0.0, 6.0]]] * 2, np.float32)
    scene.cylinders(centre, 1.0, 0, 3, 5, present=np.array([[True], [False]]))
    views = scene.cast()
    assert (views.material[0] == 5).sum() > 100
    assert not views.material[1].any()
