"""A picture that remembers, of every pixel, what lies there and how its surface is turned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Point = tuple[float, float]
Colour = tuple[float, float, float]

AMBIENT, DIFFUSE = 0.62, 0.45
"""Shares of a surface's colour that it always has, and that it has when it faces the light."""


@dataclass(frozen=True)
class Ink:
    """What is drawn next.

    Attributes:
        category: PASCAL VOC's class.
        label: PASCAL-Context's.
        instance: the number of the object, from 1.
        part: the number of the object's part in the whole picture; 0 for none.
    """

    category: int
    label: int
    instance: int
    part: int


class Canvas:
    """Shapes in front of others by their height above the picture's plane.

    Coordinates are pixels, x to the right and y down. Normals are (right, down, forward); what
    faces the camera has 0 0 -1.

    Args:
        height, width: of the picture.
        light: unit vector towards the light.
    """

    def __init__(self, height: int, width: int, light: Floats):
        self.shape = (height, width)
        self.light = light
        self.rows = np.arange(height, dtype=float)[:, None]
        self.columns = np.arange(width, dtype=float)[None, :]
        self.image = np.zeros((3, height, width))
        self.normals = np.zeros((3, height, width))
        self.height = np.full(self.shape, -np.inf)
        self.category = np.zeros(self.shape, dtype=np.uint8)
        self.label = np.zeros(self.shape, dtype=np.uint16)
        self.instance = np.zeros(self.shape, dtype=np.uint8)
        self.part = np.zeros(self.shape, dtype=np.uint16)

    def background(self, rows: slice, colour: Floats, normal: Floats, label: int) -> None:
        """Fill whole rows behind everything; a background is not shaded."""
        self.image[:, rows] = colour[:, None, None]
        self.normals[:, rows] = normal[:, None, None]
        self.label[rows] = label

    def capsule(
        self,
        start: Point,
        end: Point,
        radius: float,
        colour: Colour,
        ink: Ink,
        lift: float = 0.0,
        end_radius: float | None = None,
    ) -> None:
        """A rounded stick, which may taper."""
        last = radius if end_radius is None else end_radius
        dx, dy = end[0] - start[0], end[1] - start[1]
        x, y = self.columns - start[0], self.rows - start[1]
        along = np.clip((x * dx + y * dy) / (dx * dx + dy * dy + 1e-6), 0, 1)
        off_x, off_y = x - along * dx, y - along * dy
        thickness = radius + along * (last - radius)
        inside = (off_x**2 + off_y**2) / thickness**2
        rise = np.sqrt(np.maximum(1 - inside, 0))
        normal = np.stack([off_x / thickness, off_y / thickness, -rise])
        self._put(inside < 1, normal, lift + rise * thickness / 2, colour, ink)

    def rectangle(
        self,
        centre: Point,
        half: Point,
        colour: Colour,
        ink: Ink,
        lift: float = 0.0,
        normal: tuple[float, float, float] = (0.0, 0.0, -1.0),
    ) -> None:
        """An upright plate."""
        inside = (abs(self.columns - centre[0]) < half[0]) & (abs(self.rows - centre[1]) < half[1])
        unit = np.asarray(normal) / np.linalg.norm(normal)
        normals = np.broadcast_to(unit[:, None, None], self.normals.shape)
        self._put(inside, normals, np.full(self.shape, lift), colour, ink)

    def ring(
        self,
        centre: Point,
        radius: float,
        width: float,
        colour: Colour,
        ink: Ink,
        lift: float = 0.0,
    ) -> None:
        """A tyre, seen from the side."""
        x, y = self.columns - centre[0], self.rows - centre[1]
        distance = np.hypot(x, y) + 1e-6
        across = (distance - radius) / width
        rise = np.sqrt(np.maximum(1 - across**2, 0))
        normal = np.stack([across * x / distance, across * y / distance, -rise])
        self._put(abs(across) < 1, normal, lift + rise, colour, ink)

    def _put(self, inside: Mask, normals: Floats, height: Floats, colour: Colour, ink: Ink) -> None:
        seen = inside & (height >= self.height)
        facing = np.maximum(np.tensordot(self.light, normals, 1), 0)
        shade = AMBIENT + DIFFUSE * facing
        for channel, value in enumerate(colour):
            np.copyto(self.image[channel], value * shade, where=seen)
        np.copyto(self.normals, normals, where=seen[None])
        np.copyto(self.height, height, where=seen)
        self.category[seen] = ink.category
        self.label[seen] = ink.label
        self.instance[seen] = ink.instance
        self.part[seen] = ink.part
