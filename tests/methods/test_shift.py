from __future__ import annotations

import pytest

from mtl.layers.convolution import BatchNorm2d, Conv2d, ConvNorm
from mtl.layers.grid_shift import ConvShiftConv2d, ShiftConv2d
from mtl.models.unit import Role
from tests.methods.units import unit


@pytest.mark.parametrize("role", ["stem", "downsample"])
@pytest.mark.parametrize("pointwise", [1, 2])
def test_stem_and_shortcuts_stay_ordinary(role: Role, pointwise: int) -> None:
    assert isinstance(unit("shift", role, pointwise=pointwise).conv, Conv2d)


@pytest.mark.parametrize(
    ("options", "weights"), [({}, 2), ({"pointwise": 2}, 2), ({"pointwise": 1}, 1)]
)
def test_both_readings_replace_the_3x3(options: dict[str, int], weights: int) -> None:
    made = unit("shift", **options)
    assert isinstance(made, ConvNorm)
    assert isinstance(made.norm, BatchNorm2d)
    assert isinstance(made.conv, ShiftConv2d if weights == 1 else ConvShiftConv2d)
    shapes = [tuple(p.shape) for _, p in made.conv.named_parameters() if p.dim() == 5]
    assert shapes == [(2, 10, 8, 1, 1), (2, 10, 10, 1, 1)][:weights]
    first = made.conv if weights == 1 else made.conv.expand
    assert first.stride == 2
