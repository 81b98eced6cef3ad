from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from mtl.layers.primitives.perturbation import Perturbation
from mtl.layers.replicas import Replicas
from tests.layers.build import ready
from tests.layers.primitives.checks import (
    SIZES,
    assert_both_forms_agree,
    assert_is_formula,
    assert_seeds_differ_and_repeat,
    primitive,
)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
def test_the_fast_form_is_the_printed_one(stride: int, size: tuple[int, int]) -> None:
    assert_both_forms_agree("perturb0.5", size, stride)


@pytest.mark.parametrize("size", [(3, 4), (1, 1)])
def test_the_noise_of_a_pixel_is_added_then_relu(size: tuple[int, int]) -> None:
    assert_is_formula(
        "perturb0.5", size, lambda x, made, seed: np.maximum(x + made.noise[seed].numpy(), 0)
    )


def test_each_seed_draws_its_own() -> None:
    assert_seeds_differ_and_repeat("perturb0.1", "noise")


def test_by_hand() -> None:
    made = primitive("perturb0.1", (1, 3), seeds=(0,))
    made.noise.zero_()
    made.noise[0, 0, 0] = torch.tensor([0.1, -0.1, 0.05])
    x = torch.zeros(2, 3, 1, 3, dtype=torch.float64)
    x[:, 0, 0] = torch.tensor([1.0, 0.05, -0.02])
    for image in made(x, 1):
        assert image[0, 0].tolist() == pytest.approx([1.1, 0.0, 0.03])


@pytest.mark.parametrize("level", [0.1, 0.5])
def test_the_noise_is_uniform_up_to_its_level(level: float) -> None:
    noise = ready(Perturbation(Replicas(1), 64, (16, 16), level)).noise
    assert 0.99 * level < noise.abs().max().item() <= level
    assert noise.std().item() == pytest.approx(level / math.sqrt(3), rel=0.03)
    assert abs(noise.mean().item()) < 0.02 * level


def test_the_noise_is_stored() -> None:
    assert set(primitive("perturb0.1", (4, 4)).state_dict()) == {"noise"}
