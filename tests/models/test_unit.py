from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mtl.layers.convolution import ConvNorm
from mtl.models.unit import UnitSpec, norm_of, plain_unit, pooled_size
from tests.models.build import context


def spec(size: tuple[int, int], stride: int = 1, norm: bool = True) -> UnitSpec:
    return UnitSpec("a", "conv", 4, 6, 3, stride, norm, size)


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (5, 8), (39, 32)])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_size_of_the_output_is_what_comes_out(size: tuple[int, int], stride: int) -> None:
    asked = spec(size, stride)
    out = plain_unit(asked, context())(torch.rand(2, 4, *size), None)
    assert tuple(out.shape[2:]) == asked.out_size == tuple(math.ceil(s / stride) for s in size)


@pytest.mark.parametrize("size", [(2, 2), (2, 5), (16, 7)])
@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 2, 1), (2, 2, 0)])
def test_the_pooled_size_is_what_comes_out(
    size: tuple[int, int], kernel: int, stride: int, padding: int
) -> None:
    out = F.max_pool2d(torch.rand(1, 1, *size), kernel, stride, padding)
    assert pooled_size(size, kernel, stride, padding) == tuple(out.shape[2:])


def test_the_plain_unit_is_convolution_and_normalisation() -> None:
    unit = plain_unit(spec((4, 4)), context(seeds=(0, 1)))
    assert isinstance(unit, ConvNorm)
    assert unit.get_parameter("conv.weight").shape == (2, 6, 4, 3, 3)
    assert isinstance(unit.norm, nn.Module)
    assert norm_of(spec((4, 4), norm=False), context()) is None


def test_the_context_counts_its_tasks() -> None:
    assert context(n_tasks=5).n_tasks == 5
