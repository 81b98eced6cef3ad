"""Edges between the regions of a map of labels, one pixel wide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def edges(labels: NDArray[np.integer]) -> Mask:
    """Where the label differs from its neighbours', thinned; `[H, W]` to `[H, W]`.

    As ASTMT's public code makes the edges of PASCAL-Context [C]: where the Laplacian of the labels
    (four neighbours, the border reflected without its own pixel) is not zero. A pixel whose
    neighbours' differences cancel is therefore no edge, though it lies at one.
    """
    padded = np.pad(labels.astype(np.int64), 1, mode="reflect")
    centre = padded[1:-1, 1:-1]
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return thin(around != 4 * centre)


def thin(mask: Mask) -> Mask:
    """Peel a mask until lines of one pixel are left, which stay connected.

    Guo and Hall's two subiterations, as Lam, Lee and Suen (PAMI 1992) state their conditions and as
    MATLAB's and scikit-image's functions of this name use them.
    """
    mask = mask.copy()
    while True:
        before = mask.sum()
        for second in (False, True):
            mask &= ~_removable(mask, second)
        if mask.sum() == before:
            return mask


def _removable(mask: Mask, second: bool) -> Mask:
    """The pixels that a subiteration takes away."""
    padded = np.pad(mask, 1)
    rows, columns = mask.shape

    def shifted(down: int, right: int) -> Mask:
        return padded[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]

    # From the east counterclockwise: x1 to x8, and x9 = x1.
    offsets = ((0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1))
    x = [shifted(*offset) for offset in offsets]
    odd, even, following = x[0:8:2], x[1:8:2], x[2:9:2]
    # G1: one crossing, so that nothing falls apart.
    crossings = sum(
        (~a & (b | c)).astype(np.int8) for a, b, c in zip(odd, even, following, strict=True)
    )
    # G2: neither an end nor inside.
    pairs = sum((a | b).astype(np.int8) for a, b in zip(odd, even, strict=True))
    others = sum((b | c).astype(np.int8) for b, c in zip(even, following, strict=True))
    neighbours = np.minimum(pairs, others)
    # G3: first from the north and east, then from the south and west.
    side = (x[5] | x[6] | ~x[3]) & x[4] if second else (x[1] | x[2] | ~x[7]) & x[0]
    return mask & (crossings == 1) & (neighbours >= 2) & (neighbours <= 3) & ~side
