from __future__ import annotations

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
    made = unit("etr_nlp", c_out=20, gamma=0.9, pool_size=5, specific_kernel=kernel)
    assert isinstance(made, TaskConvNorm)
    assert isinstance(made.conv, ETRNLPConv2d)
    assert made.get_parameter("conv.shared.weight").shape == (2, 18, 12, 1, 1)
    assert made.get_parameter("conv.specific.weight").shape == (2, 3, 2, 8, kernel, kernel)
    assert made.conv.shared.pool_size == 5
    assert made.conv.shared.stride == made.conv.specific.stride == 2


def test_the_bound_of_the_noise_is_an_option() -> None:
    _, fill = unit("etr_nlp", perturbation=0.5).conv.shared.declared["noise"]
    noise = unit("etr_nlp").conv.shared.noise.double()
    fill(noise, None)
    assert 0.4 < noise.abs().max().item() <= 0.5


def test_the_width_is_multiplied() -> None:
    options = {"width_multiplier": 2}
    assert Build.width(Build(options, None), 64) == 128


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"specific_kernel": 2}, r"method\.options\.specific_kernel: expected 1 or 3, found 2"),
        ({"pool_size": 4}, r"method\.options\.pool_size: expected an odd number, found 4"),
        ({"c_out": 9, "gamma": 0.99}, r"model\.width: layer 'layer' has 8 and 7 channels"),
    ],
)
def test_options_that_no_layer_can_have_are_refused(
    options: dict[str, float], message: str
) -> None:
    with pytest.raises(MtlError, match=message):
        unit("etr_nlp", **options)
