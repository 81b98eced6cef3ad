from __future__ import annotations

from typing import Any

import pytest

from mtl.errors import MtlError
from mtl.layers.convolution import ConvNorm
from mtl.layers.etr import ETRNLPConv2d, TaskConvNorm
from mtl.methods.etr_nlp import Build
from mtl.models.unit import Role
from tests.methods.units import unit


@pytest.mark.parametrize("role", ["stem", "downsample"])
def test_stem_and_shortcuts_stay_ordinary(role: Role) -> None:
    assert isinstance(unit("etr_nlp", role), ConvNorm)


@pytest.mark.parametrize("kernel", [1, 3])
def test_primitives_are_shared_and_convolutions_are_the_tasks(kernel: int) -> None:
    primitives = "avg5+conv3+perturb0.1"
    made = unit("etr_nlp", c_out=20, gamma=0.9, primitives=primitives, specific_kernel=kernel)
    assert isinstance(made, TaskConvNorm)
    assert isinstance(made.conv, ETRNLPConv2d)
    assert made.get_parameter("conv.shared.weight").shape == (2, 18, 12, 1, 1)
    assert made.get_parameter("conv.specific.weight").shape == (2, 3, 2, 8, kernel, kernel)
    assert made.conv.shared.primitives["avg"].window == 5
    assert made.conv.shared_channels == 18
    assert made.conv.shared.stride == made.conv.specific.stride == 2


def test_four_groups_of_primitives_share_multiples_of_four() -> None:
    made = unit("etr_nlp", c_out=20, primitives="avg3+avg5+avg7+avg9+conv3+perturb0.1")
    assert made.conv.shared.groups == 4
    assert made.get_parameter("conv.shared.weight").shape == (2, 16, 12, 1, 1)
    assert made.get_parameter("conv.specific.weight").shape == (2, 3, 4, 8, 3, 3)


def test_the_bound_of_the_noise_is_an_option() -> None:
    perturbation = unit("etr_nlp", primitives="conv3+perturb0.5").conv.shared.primitives["perturb"]
    _, fill = perturbation.declared["noise"]
    noise = perturbation.noise.double()
    fill(noise, None)
    assert 0.4 < noise.abs().max().item() <= 0.5


def test_the_width_is_multiplied() -> None:
    options = {"width_multiplier": 2}
    assert Build.width(Build(options, None), 64) == 128


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"specific_kernel": 2}, r"method\.options\.specific_kernel: expected 1 or 3, found 2"),
        (
            {"primitives": "avg4+conv3"},
            r"method\.options\.primitives: 'avg4': expected an odd whole number of pixels",
        ),
        ({"c_out": 9, "gamma": 0.99}, r"model\.width: layer 'layer' has 8 and 7 channels"),
        ({"c_out": 3}, r"model\.width: layer 'layer' has 3 channels; .* needs at least 4"),
        (
            {"c_out": 4, "primitives": "avg3+avg5+avg7+avg9+conv3+perturb0.1"},
            r"model\.width: layer 'layer' has 4 channels; .* in 4 groups .* needs at least 8",
        ),
    ],
)
def test_options_that_no_layer_can_have_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(MtlError, match=message):
        unit("etr_nlp", **options)
