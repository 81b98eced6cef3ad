from __future__ import annotations

import pytest
import torch.nn.functional as F

from mtl.layers.primitives.depthwise import fixed_depthwise
from tests.layers.build import assert_same_function, normal


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (2, 3), (5, 4), (6, 6), (9, 2)])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [1, 3, 5, 9])
def test_the_fixed_convolution_differentiates(
    kernel: int, stride: int, size: tuple[int, int]
) -> None:
    x = normal(2, 3, *size).requires_grad_()
    taps = normal(3, 1, kernel, kernel, seed=1)
    ours = fixed_depthwise(x, taps, stride)
    theirs = F.conv2d(x, taps, stride=stride, padding=kernel // 2, groups=3)
    assert_same_function(ours, theirs, [x])
