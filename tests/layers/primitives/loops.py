"""The primitives' formulas for one image, number by number, apart from the code under test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np


def _window(x: np.ndarray, row: int, column: int, size: int) -> Iterator[tuple[int, int, float]]:
    """The pixels of a map `[H, W]` around a place that lie inside: row, column, value.

    Rows and columns count from 0 in the corner of the window.
    """
    for top, left in itertools.product(range(size), repeat=2):
        i, j = row + top - size // 2, column + left - size // 2
        if 0 <= i < x.shape[0] and 0 <= j < x.shape[1]:
            yield top, left, float(x[i, j])


def _everywhere(shape: Sequence[int], value: Callable[[int, int, int], float]) -> np.ndarray:
    out = np.zeros(shape)
    for place in np.ndindex(*shape):
        out[place] = value(*place)
    return out


def average(x: np.ndarray, size: int) -> np.ndarray:
    """`[C, H, W]`: sums of the windows over all their places."""
    return _everywhere(
        x.shape, lambda c, i, j: sum(v for *_, v in _window(x[c], i, j, size)) / size**2
    )


def maximum(x: np.ndarray, size: int) -> np.ndarray:
    """`[C, H, W]`: the largest inside."""
    return _everywhere(x.shape, lambda c, i, j: max(v for *_, v in _window(x[c], i, j, size)))


def convolved(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """`[C_out, H, W]` by weights `[C_out, C_in, k, k]`, no activation."""
    size = weight.shape[-1]

    def value(o: int, i: int, j: int) -> float:
        return sum(
            float(weight[o, c, top, left]) * v
            for c in range(len(x))
            for top, left, v in _window(x[c], i, j, size)
        )

    return _everywhere((len(weight), *x.shape[1:]), value)


def depthwise(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """`[C, H, W]` by weights `[C, 1, k, k]`, no activation."""
    return np.concatenate([convolved(x[c : c + 1], weight[c : c + 1]) for c in range(len(x))])


def moved(x: np.ndarray, offsets: Sequence[tuple[int, int]]) -> np.ndarray:
    """`[C, H, W]`: what lies so many rows below and columns to the right, or zero."""
    height, width = x.shape[1:]

    def value(c: int, i: int, j: int) -> float:
        row, column = i + offsets[c][0], j + offsets[c][1]
        inside = 0 <= row < height and 0 <= column < width
        return float(x[c, row, column]) if inside else 0.0

    return _everywhere(x.shape, value)


def recombined(
    maps: Sequence[np.ndarray], weight: np.ndarray, groups: int, stride: int
) -> np.ndarray:
    """The layer's second half for one image.

    Args:
        maps: of each primitive, `[C, H, W]`.
        weight: `[C_out, k * C / groups]`.
        groups: of the 1x1 convolution.
        stride: of the rows and columns that are kept.
    """
    shuffled = [of_primitive[c] for c in range(len(maps[0])) for of_primitive in maps]
    group_in, group_out = len(shuffled) // groups, len(weight) // groups
    out = np.zeros((len(weight), *maps[0].shape[1:]))
    for o in range(len(weight)):
        group = o // group_out
        for k in range(group_in):
            out[o] += weight[o, k] * shuffled[group * group_in + k]
    return out[:, ::stride, ::stride]
