"""Random numbers for a batch of scenes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mtl.data.twins.caster.camera import Floats


class Dice:
    """Draws for a batch of B scenes."""

    def __init__(self, rng: np.random.Generator, scenes: int):
        self.rng, self.scenes = rng, scenes

    def between(self, low: float, high: float, count: int = 1) -> Floats:
        """`[B, count]` uniform numbers."""
        unit = self.rng.random((self.scenes, count), dtype=np.float32)
        return np.float32(low) + unit * np.float32(high - low)

    def chance(self, share: float, count: int = 1) -> NDArray[np.bool_]:
        """`[B, count]`, true for about this share."""
        return self.rng.random((self.scenes, count), dtype=np.float32) < share

    def one_of(self, choices: tuple[int, ...], count: int = 1) -> NDArray[np.int64]:
        """`[B, count]` picks; what is listed twice comes twice as often."""
        return self.rng.choice(np.array(choices), (self.scenes, count))

    def side(self, count: int = 1) -> Floats:
        """`[B, count]`, -1 for left and 1 for right."""
        return np.where(self.chance(0.5, count), np.float32(1), np.float32(-1))
