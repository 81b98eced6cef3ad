from __future__ import annotations

import pytest
import torch

from tests.layers.primitives import loops
from tests.layers.primitives.checks import (
    SIZES,
    assert_both_forms_agree,
    assert_is_formula,
    primitive,
)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("window", [1, 3, 9])
def test_the_fast_form_is_the_pooling(window: int, stride: int, size: tuple[int, int]) -> None:
    assert_both_forms_agree(f"max{window}", size, stride)


@pytest.mark.parametrize(("size", "window"), [((3, 4), 3), ((2, 2), 9), ((5, 3), 5)])
def test_a_pixel_is_the_largest_of_its_window(size: tuple[int, int], window: int) -> None:
    assert_is_formula(f"max{window}", size, lambda x, made, seed: loops.maximum(x, window))


def test_the_padding_does_not_count() -> None:
    """Maps below zero keep their largest value at the border, which zeros would replace."""
    x = -torch.arange(1.0, 10.0, dtype=torch.float64).view(1, 1, 3, 3).expand(1, 6, 3, 3)
    pooled = primitive("max3", (3, 3))(x, 1)[0, 0]
    assert pooled.tolist() == [[-1, -1, -2], [-1, -1, -2], [-4, -4, -5]]


def test_strided_maps_lie_in_the_order_of_the_others() -> None:
    x = torch.zeros(2, 6, 5, 5, dtype=torch.float64)
    assert primitive("max3", (5, 5))(x, 2).is_contiguous()
