"""What the looks of all cast scenes share: textures and light."""

from __future__ import annotations

import functools

import numpy as np

from mtl.data.twins.caster.camera import Floats

TILE = 256
"""Side of a texture."""


@functools.cache
def texture(seed: int, scales: tuple[tuple[int, float], ...]) -> Floats:
    """`[TILE, TILE]` noise of mean 0 and deviation 1; the same in every twin.

    Args:
        seed: of the noise.
        scales: sides of its squares in texels, which divide `TILE`, and their weights.
    """
    rng = np.random.default_rng(seed)
    total = np.zeros((TILE, TILE), np.float32)
    for size, weight in scales:
        coarse = rng.standard_normal((TILE // size, TILE // size)).astype(np.float32)
        total += weight * np.kron(coarse, np.ones((size, size), np.float32))
    return total / total.std()


def light(
    normal: Floats,
    rng: np.random.Generator,
    sideways: float,
    above: float,
    behind: tuple[float, float],
    ambient: float,
) -> Floats:
    """`[B, H, W]`: ambient light, and that of a lamp or sun above and on the camera's side.

    Args:
        normal: `[B, H, W, 3]`.
        sideways: the lamp is drawn from this far left to this far right,
        above: from this to 1 up,
        behind: and between these towards the camera; then scaled to length one.
        ambient: what falls on every face.
    """
    lamp = np.stack(
        [
            rng.uniform(-sideways, sideways, len(normal)),
            -rng.uniform(above, 1.0, len(normal)),
            -rng.uniform(*behind, len(normal)),
        ],
        axis=1,
    ).astype(np.float32)
    lamp /= np.linalg.norm(lamp, axis=1, keepdims=True)
    falling = np.einsum("bhwc,bc->bhw", normal, lamp)
    return np.float32(ambient) + np.float32(0.5) * np.maximum(falling, 0)
