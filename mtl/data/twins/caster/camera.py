"""Pinhole cameras of a batch of images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
"""Of 32 bits wherever the arguments are."""


@dataclass(frozen=True)
class Camera:
    """Level cameras of B images of one size.

    The centre of pixel (row, column) has the coordinates (row, column).

    Attributes:
        rows, columns: of the images.
        fx, fy: `[B]`, focal lengths in pixels.
        u0, v0: `[B]`, the principal point in pixels; it may lie off the middle.
        height: `[B]`, metres above the ground.
    """

    rows: int
    columns: int
    fx: Floats
    fy: Floats
    u0: Floats
    v0: Floats
    height: Floats

    @property
    def right(self) -> Floats:
        """`[B, W]`: x / z of the rays of each column."""
        places = np.arange(self.columns, dtype=np.float32)
        return (places - self.u0[:, None]) / self.fx[:, None]

    @property
    def down(self) -> Floats:
        """`[B, H]`: y / z of the rays of each row."""
        places = np.arange(self.rows, dtype=np.float32)
        return (places - self.v0[:, None]) / self.fy[:, None]

    def row_of(self, heights: Floats, inverse_depth: Floats) -> Floats:
        """The row, a real number, in which a height is seen at a distance.

        Args:
            heights: `[B, K]`.
            inverse_depth: `[B, K, W]`, 1 / z.
        """
        below = self.fy[:, None] * (self.height[:, None] - heights)
        return below[..., None] * inverse_depth + self.v0[:, None, None]
