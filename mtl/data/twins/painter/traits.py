"""From attributes to numbers: the one formula that every painted parameter goes through."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mtl.data.twins.attributes import INDEX
from mtl.data.twins.painter.canvas import Array


class Traits:
    """The attributes of a batch of faces, and the random numbers that individuals differ by.

    The generator is consumed alike whatever the attributes are, so that changing one attribute of
    a face changes nothing else in its image.

    Args:
        attributes: bool [B, 40].
        rng: drawn from in the order of painting.
        sigma: scales the individual deviation of every parameter, and so the share of faces whose
            attributes cannot be told from the image.
    """

    def __init__(self, attributes: NDArray[np.bool_], rng: np.random.Generator, sigma: float):
        self.count = len(attributes)
        self.sigma = sigma
        self._present = attributes.astype(np.float32)
        self._rng = rng

    def has(self, name: str) -> Array:
        """1 for faces with the attribute, else 0; [B, 1, 1]."""
        return self._present[:, INDEX[name], None, None]

    def normal(self, scale: float) -> Array:
        """Normal numbers of mean 0, [B, 1, 1]."""
        return self._rng.standard_normal((self.count, 1, 1), dtype=np.float32) * scale

    def uniform(self, low: float, high: float) -> Array:
        """Uniform numbers, [B, 1, 1]."""
        return self._rng.random((self.count, 1, 1), dtype=np.float32) * (high - low) + low

    def noise(self, *shape: int) -> Array:
        """Standard normal noise, [B, *shape]."""
        return self._rng.standard_normal((self.count, *shape), dtype=np.float32)

    def speckle(self, height: int, width: int) -> Array:
        """Uniform noise in [0, 1), [B, height, width]."""
        return self._rng.random((self.count, height, width), dtype=np.float32)

    def colour(
        self,
        red: tuple[float, float],
        green: tuple[float, float] | None = None,
        blue: tuple[float, float] | None = None,
    ) -> Array:
        """Uniform colours, [B, 3]; green and blue range as red does unless given."""
        ranges = np.array([red, green or red, blue or red], np.float32)
        drawn = self._rng.random((self.count, 3), dtype=np.float32)
        return ranges[:, 0] + drawn * (ranges[:, 1] - ranges[:, 0])

    def parameter(
        self, name: str, base: float, gains: Mapping[str, float], spread: float = 0.35
    ) -> Array:
        """A drawing parameter, [B, 1, 1]: base + sum of ±gain + individual deviation.

        Args:
            name: of the parameter, by which traits of another kind can drive it otherwise.
            base: the value halfway between present and absent.
            gains: for each attribute, what is added where it is present and subtracted where it
                is absent.
            spread: standard deviation of the individual deviation, in units of the largest gain
                and of sigma.
        """
        largest = max(abs(gain) for gain in gains.values())
        value = base + self.normal(self.sigma * spread * largest)
        for attribute, gain in gains.items():
            value = value + gain * (2 * self.has(attribute) - 1)
        return value

    def strength(self, name: str, mean: float, spread: float, low: float, high: float) -> Array:
        """How visibly a face shows an attribute, [B, 1, 1]; 0 where it does not have it."""
        return self.has(name) * np.clip(mean + self.normal(self.sigma * spread), low, high)
