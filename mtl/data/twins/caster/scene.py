"""Collects the solids of a batch of scenes and casts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtl.data.twins.caster.camera import Camera, Floats
from mtl.data.twins.caster.faces import NEAR, Faces, joined, levels, sides

SKY, GROUND, CEILING = -1, -2, -3
"""What a pixel shows where it shows no face."""

_TINY = np.float32(1e-12)


@dataclass(frozen=True)
class Views:
    """What the cameras see, `[B, H, W]` each.

    Attributes:
        face: int16, the number of the face in the order of construction, or `SKY`, `GROUND` or
            `CEILING`.
        material: uint8, of the face; 0 where there is none.
        depth: float32, metres along the optical axis; inf in the sky.
        normal: float32 `[B, H, W, 3]`, unit; 0 0 0 in the sky.
        along: float32, metres along the side of a solid; 0 elsewhere.
    """

    face: NDArray[np.int16]
    material: NDArray[np.uint8]
    depth: Floats
    normal: Floats
    along: Floats


class Scene:
    """B scenes with the same numbers of solids, some of which may be absent.

    Every argument of a solid is `[B, K]`, or broadcast to it; points in plan are `[B, K, 2]`, x
    and z.
    """

    def __init__(self, camera: Camera):
        self.camera = camera
        self._tables: list[Faces] = []

    def walls(
        self,
        start: Floats,
        end: Floats,
        low: ArrayLike,
        high: ArrayLike,
        material: ArrayLike,
        present: ArrayLike = True,
    ) -> None:
        """Upright rectangles over the line from `start` to `end`, seen from both sides."""
        shape = start.shape[:2]
        depth, along, normal, hit = self._crossing(start, end, _full(present, shape, bool))
        self._tables.append(
            sides(
                self.camera,
                depth,
                hit,
                _full(low, shape),
                _full(high, shape),
                normal,
                along,
                _full(material, shape, np.uint8),
            )
        )

    def boxes(
        self,
        centre: Floats,
        half: Floats,
        angle: ArrayLike,
        low: ArrayLike,
        high: ArrayLike,
        material: ArrayLike,
        present: ArrayLike = True,
    ) -> None:
        """Boxes with four sides, a top and an underside.

        Args:
            half: `[B, K, 2]`, half the lengths along the box's own two axes.
            angle: radians from x to the first axis, towards z.
        """
        shape = centre.shape[:2]
        turn = _full(angle, shape)[..., None]
        first = np.concatenate([np.cos(turn), np.sin(turn)], -1) * half[..., :1]
        second = np.concatenate([-np.sin(turn), np.cos(turn)], -1) * half[..., 1:]
        corners = [
            centre - first - second,
            centre + first - second,
            centre + first + second,
            centre - first + second,
        ]
        starts = np.concatenate(corners, axis=1)
        ends = np.concatenate([*corners[1:], corners[0]], axis=1)
        shown = _full(present, shape, bool)
        depth, along, normal, hit = self._crossing(starts, ends, np.tile(shown, (1, 4)))
        heights = _full(low, shape), _full(high, shape)
        paint = _full(material, shape, np.uint8)
        by_side = (len(centre), 4, centre.shape[1], self.camera.columns)
        entering = np.where(hit, depth, 0).reshape(by_side)
        near = entering.max(axis=1)  # inverse depths: the largest is the nearest
        far = np.where(hit, depth, np.inf).reshape(by_side).min(axis=1)
        inside = (near > 0) & (far < near)
        front = hit & (depth >= np.tile(near, (1, 4, 1)))
        self._tables.append(
            sides(
                self.camera,
                depth,
                front,
                np.tile(heights[0], (1, 4)),
                np.tile(heights[1], (1, 4)),
                normal,
                along,
                np.tile(paint, (1, 4)),
            )
        )
        self._level(near, np.where(inside, far, near), inside, heights, paint)

    def cylinders(
        self,
        centre: Floats,
        radius: ArrayLike,
        low: ArrayLike,
        high: ArrayLike,
        material: ArrayLike,
        present: ArrayLike = True,
        capped: bool = True,
    ) -> None:
        """Round solids; without a cap they have no top and no underside."""
        shape = centre.shape[:2]
        radii, shown = _full(radius, shape)[..., None], _full(present, shape, bool)[..., None]
        right = self.camera.right[:, None, :]
        x, z = centre[..., :1], centre[..., 1:]
        # |(z' right - x, z' - z)| = r for the distances z' at which a column meets the circle.
        quadratic = 1 + right**2
        linear = x * right + z
        discriminant = linear**2 - (x**2 + z**2 - radii**2) * quadratic
        root = np.sqrt(np.maximum(discriminant, 0))
        distance = (linear - root) / quadratic
        seen = (discriminant > 0) & (distance > NEAR) & shown
        distance = np.where(seen, distance, 1)
        normal = (distance * right - x) / radii, (distance - z) / radii
        heights = _full(low, shape), _full(high, shape)
        paint = _full(material, shape, np.uint8)
        along = radii * np.arctan2(normal[0], -normal[1])
        near = 1 / distance
        self._tables.append(sides(self.camera, near, seen, *heights, normal, along, paint))
        if capped:
            far = 1 / np.where(seen, (linear + root) / quadratic, 1)
            self._level(near, far, seen, heights, paint)

    def _level(
        self,
        near: Floats,
        far: Floats,
        seen: NDArray[np.bool_],
        heights: tuple[Floats, Floats],
        material: NDArray[np.uint8],
    ) -> None:
        low, high = heights
        camera = self.camera
        self._tables.append(levels(camera, near, far, seen, high, True, material))
        if (low > camera.height[:, None]).any():
            self._tables.append(levels(camera, near, far, seen, low, False, material))

    def _crossing(
        self, start: Floats, end: Floats, present: NDArray[np.bool_]
    ) -> tuple[Floats, Floats, tuple[Floats, Floats], NDArray[np.bool_]]:
        """Where columns cross lines in plan: inverse depth, metres from the start, normal, hit."""
        right = self.camera.right[:, None, :]
        x, z = start[..., :1], start[..., 1:]
        dx, dz = end[..., :1] - x, end[..., 1:] - z
        length = np.sqrt(dx**2 + dz**2)
        offset = x * dz - z * dx  # 0 where the line runs through the camera
        depth = (right * dz - dx) / np.where(np.abs(offset) > _TINY, offset, _TINY)
        distance = 1 / np.where(depth > _TINY, depth, np.inf)
        along = (distance * right - x) * (dx / length) + (distance - z) * (dz / length)
        hit = present[..., None] & (distance > NEAR) & (along >= 0) & (along <= length)
        towards = np.where(offset > 0, np.float32(-1), np.float32(1)) / length
        return depth, along, (towards * dz, -towards * dx), hit

    def cast(self, ceiling: Floats | None = None) -> Views:
        """Find what is nearest at every pixel.

        Args:
            ceiling: `[B]` metres above the ground; None for the open sky.
        """
        table = joined(self._tables)
        camera, down = self.camera, self.camera.down
        size = (len(down), camera.rows, camera.columns)
        best = np.zeros(size, np.float32)
        face = np.full(size, SKY, np.int16)
        ground = np.maximum(down / camera.height[:, None], 0)
        best[:] = ground[..., None]
        face[ground > 0] = GROUND
        if ceiling is not None:
            above = np.maximum(-down / (ceiling - camera.height)[:, None], 0)
            best += above[..., None]
            face[above > 0] = CEILING
        _paint(best, face, table, down)
        return _views(best, face, table)


def _full(values: ArrayLike, shape: tuple[int, ...], dtype: Any = np.float32) -> NDArray[Any]:
    return np.broadcast_to(np.asarray(values, dtype), shape)


def _paint(best: Floats, face: NDArray[np.int16], table: Faces, down: Floats) -> None:
    """Write each face where its inverse depth is the greatest so far.

    In each column only the faces that it shows take part: they are numbered through, and all
    columns' first ones are painted together, then all second ones.
    """
    rows = best.shape[1]
    top = np.clip(np.ceil(table.top), 0, rows).astype(np.int16)
    bottom = np.clip(np.ceil(table.bottom), 0, rows).astype(np.int16)
    shown = bottom > top
    scene, number, column = np.nonzero(shown)
    place = (np.cumsum(shown, axis=1, dtype=np.int16) - 1)[scene, number, column]
    rounds = int(place.max(initial=-1)) + 1
    size = (rounds, best.shape[0], best.shape[2])

    def laid(values: NDArray[Any], dtype: Any) -> NDArray[Any]:
        out = np.zeros(size, dtype)
        out[place, scene, column] = values[scene, number, column]
        return out

    first, last = laid(top, np.int16), laid(bottom, np.int16)
    constant, slope = laid(table.constant, np.float32), laid(table.slope, np.float32)
    numbers = np.zeros(size, np.int16)
    numbers[place, scene, column] = number
    places = np.arange(rows, dtype=np.int16)[None, :, None]
    for turn in range(rounds):
        used = last[turn] > first[turn]
        begin, end = int(first[turn][used].min()), int(last[turn].max())
        window = np.s_[:, begin:end]
        depth = down[window][..., None] * slope[turn][:, None] + constant[turn][:, None]
        nearer = depth > best[window]
        nearer &= places[window] >= first[turn][:, None]
        nearer &= places[window] < last[turn][:, None]
        np.copyto(best[window], depth, where=nearer)
        np.copyto(face[window], numbers[turn][:, None], where=nearer)


def _views(best: Floats, face: NDArray[np.int16], table: Faces) -> Views:
    scenes, _, columns = best.shape
    count = table.material.shape[1]
    on_face = face >= 0
    number = np.where(on_face, face, 0).astype(np.intp)
    number += (np.arange(scenes) * count)[:, None, None]
    cell = number * columns + np.arange(columns)

    def taken(values: NDArray[Any], places: NDArray[np.intp]) -> NDArray[Any]:
        return np.where(on_face, np.take(np.ascontiguousarray(values).reshape(-1), places), 0)

    normal = np.zeros((*best.shape, 3), np.float32)
    parts = (table.normal_x, table.normal_y, table.normal_z)
    for axis, values in enumerate(parts):
        normal[..., axis] = taken(values, cell)
    normal[..., 1] -= face == GROUND
    normal[..., 1] += face == CEILING
    with np.errstate(divide="ignore"):
        depth = 1 / best
    return Views(
        face=face,
        material=taken(table.material, number).astype(np.uint8),
        depth=depth,
        normal=normal,
        along=taken(table.along, cell),
    )
