"""A batch of images painted by soft masks inside fixed windows.

Coordinates are in image heights: x from the vertical middle, to the right; y from the top. Faces
are aligned, so that each part of them has its fixed window, which is what makes painting fast.
Masks and positions are float32 and broadcast to [B, h, w]; a number per face is [B, 1, 1] and a
colour per face [B, 3].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
"""float32 throughout; the type is wider because NumPy's own annotations widen it."""
Colour = Array | tuple[float, float, float]
Number = Array | float


@dataclass(frozen=True)
class Window:
    """A rectangle of the canvas with the coordinates of its pixel centres.

    Attributes:
        rows, columns: the pixels.
        x: [1, 1, w] and y: [1, h, 1], in image heights.
        pixel: the size of a pixel, in image heights.
    """

    rows: slice
    columns: slice
    x: Array
    y: Array
    pixel: float

    def inside(self, distance: Array, sharpness: float = 0.7) -> Array:
        """A mask that is 1 where the signed distance to an edge is positive, 0 where negative.

        Args:
            distance: in image heights, positive inside.
            sharpness: how much the mask rises over one pixel; 1 is a crisp edge.
        """
        return np.clip(distance * (sharpness / self.pixel), 0, 1)

    def stroke(self, distance: Array, half_width: Number, sharpness: float = 0.7) -> Array:
        """A line of the given half width around the points of distance 0."""
        return self.inside(half_width - np.abs(distance), sharpness)

    def ellipse(
        self, x: Number, y: Number, radius_x: Number, radius_y: Number, softness: float = 1.0
    ) -> Array:
        """A filled ellipse whose edge is about `softness` pixels wide."""
        quadric = ((self.x - x) / radius_x) ** 2 + ((self.y - y) / radius_y) ** 2
        smaller = np.minimum(radius_x, radius_y, dtype=np.float32)
        slope = smaller * (0.5 / (self.pixel * softness))
        return np.clip((1 - quadric) * slope + 0.5, 0, 1)


class Canvas:
    """The images, float32 [B, 3, H, W]; 0 is black and 1 is white, clipped only at the end."""

    def __init__(self, count: int, height: int, width: int) -> None:
        self.pixels: Array = np.empty((count, 3, height, width), np.float32)
        self._half_width = width / height / 2
        self._x = ((np.arange(width) + 0.5) / height - self._half_width).astype(np.float32)
        self._y = ((np.arange(height) + 0.5) / height).astype(np.float32)

    def window(self, left: float, right: float, top: float, bottom: float) -> Window:
        """The pixels that meet a rectangle given in image heights, cut at the canvas."""
        height, width = self.pixels.shape[2:]
        rows = slice(max(0, int(top * height)), min(height, int(np.ceil(bottom * height))))
        columns = slice(
            max(0, int((left + self._half_width) * height)),
            min(width, int(np.ceil((right + self._half_width) * height))),
        )
        return Window(
            rows=rows,
            columns=columns,
            x=self._x[columns][None, None, :],
            y=self._y[rows][None, :, None],
            pixel=1 / height,
        )

    def side_window(
        self, side: int, inner: float, outer: float, top: float, bottom: float
    ) -> Window:
        """The window from `inner` to `outer` heights off the middle, left (-1) or right (1)."""
        left, right = sorted((side * inner, side * outer))
        return self.window(left, right, top, bottom)

    def view(self, window: Window) -> Array:
        """The pixels of a window, [B, 3, h, w], to change in place."""
        return self.pixels[:, :, window.rows, window.columns]

    def paint(self, window: Window, mask: Array, colour: Colour) -> None:
        """Blend a colour into a window: the mask is its opacity."""
        view = self.view(window)
        for channel in range(3):
            layer = view[:, channel]
            if isinstance(colour, tuple):
                layer += mask * (colour[channel] - layer)
            else:
                layer += mask * (colour[:, channel, None, None] - layer)
