from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from torch import Tensor

from mtl.layers.primitives.base import Primitive
from mtl.layers.primitives.shift import Shift, shifted
from mtl.layers.replicas import Replicas
from tests.layers.build import normal, ready
from tests.layers.primitives import loops
from tests.layers.primitives.checks import (
    SIZES,
    assert_both_forms_agree,
    assert_is_formula,
    assert_seeds_differ_and_repeat,
)


def offsets(kernel: Tensor) -> list[tuple[int, int]]:
    """Where the only 1 of each kernel `[C, 1, k, k]` lies, from the centre."""
    assert (kernel.flatten(1).sum(1) == 1).all()
    reach = kernel.shape[-1] // 2
    return [(row - reach, column - reach) for _, _, row, column in kernel.nonzero().tolist()]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("reach", [1, 3])
def test_the_fast_form_is_the_move(reach: int, stride: int, size: tuple[int, int]) -> None:
    assert_both_forms_agree(f"shift{reach}", size, stride)


@pytest.mark.parametrize("size", [(4, 5), (2, 2), (1, 3)])
@pytest.mark.parametrize("reach", [1, 3])
def test_every_channel_moves_by_its_offset(reach: int, size: tuple[int, int]) -> None:
    def formula(x: np.ndarray, made: Primitive, seed: int) -> np.ndarray:
        return loops.moved(x, offsets(made.kernel[seed]))

    assert_is_formula(f"shift{reach}", size, formula)


def test_each_seed_draws_its_own() -> None:
    assert_seeds_differ_and_repeat("shift2", "kernel")


@pytest.mark.parametrize("reach", [1, 2])
def test_all_offsets_but_no_move_are_equally_likely(reach: int) -> None:
    channels = 400 * ((2 * reach + 1) ** 2 - 1)
    found = Counter(offsets(ready(Shift(Replicas(1), channels, reach)).kernel[0]))
    possible = set(itertools.product(range(-reach, reach + 1), repeat=2)) - {(0, 0)}
    assert set(found) == possible
    assert all(300 < count < 500 for count in found.values())


def test_by_hand() -> None:
    """The 1 above the centre takes from the row above; zeros move in at the top."""
    kernel = torch.zeros(1, 1, 3, 3, dtype=torch.float64)
    kernel[0, 0, 0, 1] = 1
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64).view(1, 1, 2, 2)
    assert shifted(x, kernel)[0, 0].tolist() == [[0, 0], [1, 2]]


def test_moves_can_be_undone_inside() -> None:
    x = normal(1, 5, 7, 7)
    kernel = ready(Shift(Replicas(1), 5, 2)).kernel[0]
    back = shifted(shifted(x, kernel), kernel.flip(2, 3))
    assert torch.equal(back[..., 2:5, 2:5], x[..., 2:5, 2:5])
