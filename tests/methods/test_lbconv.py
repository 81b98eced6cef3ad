from __future__ import annotations

import pytest

from mtl.errors import MtlError
from mtl.layers.convolution import BatchNorm2d, Conv2d, ConvNorm
from mtl.layers.lbconv import LocalBinaryConv2d
from tests.layers.build import ready
from tests.methods.units import unit


def test_shortcuts_stay_ordinary() -> None:
    assert isinstance(unit("lbconv", "downsample").conv, Conv2d)
    assert isinstance(unit("lbconv", "stem").conv, Conv2d)  # its kernel has 7 pixels


def test_fixed_and_learned_convolutions_replace_the_3x3() -> None:
    made = unit("lbconv")
    assert isinstance(made, ConvNorm)
    assert isinstance(made.conv, LocalBinaryConv2d)
    assert isinstance(made.norm, BatchNorm2d)
    assert made.conv.fixed.shape == (2, 10, 8, 3, 3)
    assert made.conv.weight.shape == (2, 10, 10, 1, 1)
    assert made.conv.stride == 2


def test_the_density_is_an_option() -> None:
    shares = []
    for options in ({}, {"density": 0.9}):
        fixed = ready(unit("lbconv", c_out=200, **options), (3, 11)).conv.fixed
        shares.append((fixed != 0).double().mean().item())
    assert shares == pytest.approx([0.095, 0.593], rel=0.05)


def test_a_density_without_weights_is_refused() -> None:
    with pytest.raises(MtlError, match=r"method\.options\.density: 0\.0 leaves none"):
        unit("lbconv", density=0.0)
