from __future__ import annotations

import pytest
import torch

from tests.layers.primitives import loops
from tests.layers.primitives.checks import (
    CHANNELS,
    SIZES,
    assert_both_forms_agree,
    assert_is_formula,
    primitive,
)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("window", [1, 3, 9])
def test_the_fast_form_is_the_pooling(window: int, stride: int, size: tuple[int, int]) -> None:
    assert_both_forms_agree(f"avg{window}", size, stride)


@pytest.mark.parametrize(("size", "window"), [((3, 4), 3), ((2, 2), 9), ((5, 3), 5)])
def test_a_pixel_is_the_sum_of_its_window_over_all_places(
    size: tuple[int, int], window: int
) -> None:
    assert_is_formula(f"avg{window}", size, lambda x, made, seed: loops.average(x, window))


def test_the_padding_counts() -> None:
    """On ones: four ninths in a corner, six at an edge, all inside; 4/81 of a 2x2 map by 9x9."""
    ones = torch.ones(1, 2 * CHANNELS, 4, 4, dtype=torch.float64)
    pooled = primitive("avg3", (4, 4))(ones, 1)[0, 0] * 9
    assert pooled[0].tolist() == pytest.approx([4, 6, 6, 4])
    assert pooled[1].tolist() == pytest.approx([6, 9, 9, 6])
    small = primitive("avg9", (2, 2))(ones[..., :2, :2], 1)
    torch.testing.assert_close(small, torch.full_like(small, 4 / 81))


def test_nothing_is_stored() -> None:
    assert primitive("avg3", (4, 4)).state_dict() == {}
