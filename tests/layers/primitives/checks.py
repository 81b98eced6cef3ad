"""What every primitive must fulfil."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch

from mtl.layers.primitives.base import Primitive
from mtl.layers.primitives.words import primitives
from mtl.layers.replicas import Replicas
from tests.layers.build import assert_same_function, normal, ready

SIZES = [(1, 1), (1, 4), (2, 2), (3, 5), (6, 5), (8, 8)]
CHANNELS = 3
SEEDS = (3, 11)


def primitive(
    word: str, size: tuple[int, int], seeds: tuple[int, ...] = SEEDS, networks: int = 1
) -> Primitive:
    """The primitive of a word, drawn for these seeds, float64, three channels."""
    made = primitives(word, Replicas(len(seeds), networks), CHANNELS, size)
    (only,) = ready(made, seeds).values()
    assert isinstance(only, Primitive)
    return only


def assert_both_forms_agree(word: str, size: tuple[int, int], stride: int) -> None:
    """Forward and backward, on maps of either sign and on those of a ReLU, which has ties."""
    made = primitive(word, size)
    for x in (normal(2, 2 * CHANNELS, *size), normal(2, 2 * CHANNELS, *size, seed=1).relu()):
        x.requires_grad_()
        fast, printed = made(x, stride), made.as_printed(x)[:, :, ::stride, ::stride]
        assert fast.shape[2:] == tuple(math.ceil(side / stride) for side in size)
        assert_same_function(fast, printed, [x], tolerance=1e-13)


def assert_is_formula(
    word: str,
    size: tuple[int, int],
    formula: Callable[[np.ndarray, Primitive, int], np.ndarray],
) -> None:
    """Every seed of every image is what loops give.

    Args:
        word: names the primitive.
        size: of the maps.
        formula: from `[C, H, W]`, the primitive and the position of the seed.
    """
    made = primitive(word, size)
    x = normal(2, 2, CHANNELS, *size)
    for found in (made(x.flatten(1, 2), 1), made.as_printed(x.flatten(1, 2))):
        by_seed = found.unflatten(1, (2, CHANNELS)).numpy()
        for image, seed in np.ndindex(2, 2):
            expected = formula(x[image, seed].numpy(), made, seed)
            np.testing.assert_allclose(by_seed[image, seed], expected, rtol=0, atol=1e-13)


def assert_seeds_differ_and_repeat(word: str, name: str) -> None:
    """What is drawn of a seed is the same alone, and another for another seed or network."""
    both, alone = primitive(word, (5, 4)), primitive(word, (5, 4), seeds=(11,))
    assert torch.equal(getattr(both, name)[1], getattr(alone, name)[0])
    assert not torch.equal(getattr(both, name)[0], getattr(both, name)[1])
    networks = getattr(primitive(word, (5, 4), networks=2), name)
    assert not torch.equal(networks[0, 0], networks[0, 1])
