from __future__ import annotations

import pytest

from mtl.errors import MtlError
from mtl.layers.convolution import BatchNorm2d, Conv2d, ConvNorm
from mtl.layers.primitives import PrimitivesConv2d
from mtl.methods.nlp import Build
from mtl.models.unit import Role
from tests.methods.units import unit


@pytest.mark.parametrize("role", ["stem", "downsample"])
def test_stem_and_shortcuts_stay_ordinary(role: Role) -> None:
    assert isinstance(unit("nlp", role).conv, Conv2d)


def test_primitives_replace_the_3x3_convolutions() -> None:
    made = unit("nlp", pool_size=7)
    assert isinstance(made, ConvNorm)
    assert isinstance(made.conv, PrimitivesConv2d)
    assert isinstance(made.norm, BatchNorm2d)
    assert made.conv.weight.shape == (2, 10, 12, 1, 1)
    assert (made.conv.pool_size, made.conv.stride) == (7, 2)
    assert made.conv.noise.shape == (2, 8, 6, 6)


def test_the_width_is_multiplied() -> None:
    assert Build.width(Build({"width_multiplier": 3}, None), 8) == 24


def test_an_odd_width_is_refused() -> None:
    with pytest.raises(MtlError, match=r"model\.width: layer 'layer' has 8 and 7 channels"):
        unit("nlp", c_out=7)
