from __future__ import annotations

import pytest

from mtl.errors import MtlError
from mtl.layers.convolution import BatchNorm2d, Conv2d, ConvNorm
from mtl.layers.primitives.layer import PrimitivesConv2d
from mtl.methods.nlp import Build
from mtl.models.unit import Role
from tests.methods.units import unit


@pytest.mark.parametrize("role", ["stem", "downsample"])
def test_stem_and_shortcuts_stay_ordinary(role: Role) -> None:
    assert isinstance(unit("nlp", role).conv, Conv2d)


def test_primitives_replace_the_3x3_convolutions() -> None:
    made = unit("nlp", primitives="avg7+conv3+perturb0.1")
    assert isinstance(made, ConvNorm)
    assert isinstance(made.conv, PrimitivesConv2d)
    assert isinstance(made.norm, BatchNorm2d)
    assert made.conv.weight.shape == (2, 10, 12, 1, 1)
    assert (made.conv.primitives["avg"].window, made.conv.stride) == (7, 2)
    assert made.conv.primitives["perturb"].noise.shape == (2, 8, 6, 6)


def test_the_primitives_are_an_option() -> None:
    made = unit("nlp", primitives="max5+shift2", c_out=12)
    assert list(made.conv.primitives) == ["max", "shift"]
    assert made.conv.weight.shape == (2, 12, 8, 1, 1)
    assert list(unit("nlp").conv.primitives) == ["avg", "conv", "perturb"]
    assert unit("nlp").conv.primitives["avg"].window == 9


def test_the_width_is_multiplied() -> None:
    assert Build.width(Build({"width_multiplier": 3}, None), 8) == 24


def test_an_odd_width_is_refused() -> None:
    with pytest.raises(MtlError, match=r"model\.width: layer 'layer' has 8 and 7 channels"):
        unit("nlp", c_out=7)


def test_a_width_that_four_groups_cannot_share_is_refused() -> None:
    six = "avg3+avg5+avg7+avg9+conv3+perturb0.1"
    assert unit("nlp", c_out=12, primitives=six).conv.weight.shape == (2, 12, 12, 1, 1)
    message = r"layer 'layer' has 8 and 10 channels; .* in 4 groups, which need multiples of 4"
    with pytest.raises(MtlError, match=message):
        unit("nlp", c_out=10, primitives=six)


def test_a_word_that_is_no_primitive_is_refused() -> None:
    with pytest.raises(MtlError, match=r"method\.options\.primitives.*Did you mean 'conv'\?"):
        unit("nlp", primitives="avg9+cnov3")
