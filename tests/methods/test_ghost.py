from __future__ import annotations

import pytest

from mtl.errors import MtlError
from mtl.layers.convolution import BatchNorm2d, Conv2d, ConvNorm
from mtl.layers.ghost import GhostConv2d
from tests.methods.units import unit


def test_other_kernels_stay_ordinary() -> None:
    assert isinstance(unit("ghost", "downsample").conv, Conv2d)
    assert isinstance(unit("ghost", "stem").conv, Conv2d)  # its kernel has 7 pixels


@pytest.mark.parametrize(("options", "own"), [({}, 3), ({"ratio": 2}, 6)])
def test_ghost_modules_replace_the_3x3(options: dict[str, int], own: int) -> None:
    made = unit("ghost", c_out=12, **options)
    assert isinstance(made, ConvNorm)
    assert isinstance(made.conv, GhostConv2d)
    assert isinstance(made.norm, BatchNorm2d)
    assert made.conv.primary.shape == (2, own, 8, 3, 3)
    assert made.conv.cheap.shape == (2, own, 12 // own - 1, 3, 3)
    assert made.conv.stride == 2


def test_a_width_that_the_ratio_cannot_share_is_refused() -> None:
    message = r"model\.width: layer 'layer' has 10 channels; .* ratio 4 need multiples of 4"
    with pytest.raises(MtlError, match=message):
        unit("ghost")
