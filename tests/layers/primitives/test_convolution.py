from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from mtl.layers.primitives.base import Primitive
from mtl.layers.primitives.convolution import FixedConvolution
from mtl.layers.replicas import Replicas
from tests.layers.build import ready
from tests.layers.primitives import loops
from tests.layers.primitives.checks import (
    SIZES,
    assert_both_forms_agree,
    assert_is_formula,
    assert_seeds_differ_and_repeat,
    primitive,
)

WORDS = ["conv3", "conv5", "conv3-binary", "conv3-full", "conv5-full-binary", "conv3-full-s0.5"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("word", WORDS)
def test_the_fast_form_is_the_convolution(word: str, stride: int, size: tuple[int, int]) -> None:
    assert_both_forms_agree(word, size, stride)


@pytest.mark.parametrize("size", [(3, 4), (2, 2), (1, 1)])
@pytest.mark.parametrize("word", ["conv3", "conv5-binary", "conv3-full", "conv3-full-binary-s0.5"])
def test_a_pixel_is_the_weighted_sum_of_its_window_then_relu(
    word: str, size: tuple[int, int]
) -> None:
    convolve = loops.convolved if "full" in word else loops.depthwise

    def formula(x: np.ndarray, made: Primitive, seed: int) -> np.ndarray:
        return np.maximum(convolve(x, made.weight[seed].numpy()), 0)

    assert_is_formula(word, size, formula)


@pytest.mark.parametrize("word", ["conv3", "conv3-full-binary"])
def test_each_seed_draws_its_own(word: str) -> None:
    assert_seeds_differ_and_repeat(word, "weight")


def test_by_hand() -> None:
    """A horizontal difference, right minus left; its negative half is cut off."""
    made = primitive("conv3", (1, 4), seeds=(0,))
    made.weight.zero_()
    made.weight[0, 0, 0, 1] = torch.tensor([-1.0, 0.0, 1.0])
    x = torch.zeros(1, 3, 1, 4, dtype=torch.float64)
    x[0, 0, 0] = torch.tensor([1.0, 4.0, 2.0, 2.0])
    assert made(x, 1)[0, 0].tolist() == [[4, 1, 0, 0]]
    assert not made(x, 1)[0, 1:].any()


@pytest.mark.parametrize("density", [None, 0.5, 0.9])
@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("full", [False, True])
def test_weights_have_the_variance_of_their_fan_in(
    full: bool, binary: bool, density: float | None
) -> None:
    channels = 48 if full else 2000
    fan_in = 9 * (channels if full else 1)
    made = ready(FixedConvolution(Replicas(1), channels, 3, full, binary, density))
    assert made.weight.shape == (1, channels, channels if full else 1, 3, 3)
    assert made.weight.square().mean().item() == pytest.approx(2 / fan_in, rel=0.05)
    assert abs(made.weight.mean().item()) < 0.05 * math.sqrt(2 / fan_in)
    kept = 1.0 if density is None else 1 - math.exp(-density)
    assert (made.weight != 0).double().mean().item() == pytest.approx(kept, rel=0.03)


@pytest.mark.parametrize("density", [None, 0.5])
def test_binary_weights_have_one_size_and_both_signs(density: float | None) -> None:
    weight = ready(FixedConvolution(Replicas(1), 500, 3, binary=True, density=density)).weight
    values = weight.unique().tolist()
    assert values == pytest.approx([values[0], *([0.0] if density else []), -values[0]], abs=1e-12)
    assert (weight > 0).double().sum().item() == pytest.approx(
        (weight < 0).double().sum().item(), rel=0.1
    )


def test_a_share_that_leaves_no_weight_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a share of 0\.02 leaves none of 36 weights"):
        FixedConvolution(Replicas(1), 4, 3, density=0.02)
