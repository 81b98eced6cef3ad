from __future__ import annotations

from mtl.layers.convolution import BatchNorm2d, Conv2d, ConvNorm
from mtl.layers.separable import TwoSeparableConv2d
from tests.methods.units import unit


def test_other_kernels_stay_ordinary() -> None:
    assert isinstance(unit("depthwise", "downsample").conv, Conv2d)
    assert isinstance(unit("depthwise", "stem").conv, Conv2d)  # its kernel has 7 pixels


def test_two_separable_units_replace_the_3x3() -> None:
    made = unit("depthwise")
    assert isinstance(made, ConvNorm)
    assert isinstance(made.conv, TwoSeparableConv2d)
    assert isinstance(made.norm, BatchNorm2d)
    shapes = [tuple(stage.weight.shape) for stage in (*made.conv.stages, made.conv.last)]
    assert shapes == [(2, 8, 1, 3, 3), (2, 10, 8, 1, 1), (2, 10, 1, 3, 3), (2, 10, 10, 1, 1)]
    assert [stage.stride for stage in made.conv.stages] == [2, 1, 1]
