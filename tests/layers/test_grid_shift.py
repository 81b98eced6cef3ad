from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mtl.layers.grid_shift import ConvShiftConv2d, GridShift, ShiftConv2d, grid_offsets
from mtl.layers.replicas import Replicas
from tests.layers.build import assert_same_function, assert_seeds_as_alone, normal, ready
from tests.layers.primitives import loops

SIZES = [(6, 5), (3, 3), (2, 2), (1, 4), (1, 1)]
# Row by row, the offset (0, 0) in the middle: where a channel takes its values from.
GRID = list(itertools.product((-1, 0, 1), repeat=2))


def moved(x: Tensor, stride: int = 1) -> Tensor:
    """`[B, C, H, W]`, each channel by its offset, with rolled maps whose wrapped part is zeroed."""
    out = []
    for channel, offset in enumerate(grid_offsets(x.shape[1]).tolist()):
        row, column = GRID[offset]
        one = torch.roll(x[:, channel], (-row, -column), (1, 2))
        inside = torch.ones_like(one)
        if row:
            inside[:, -1 if row > 0 else 0] = 0
        if column:
            inside[:, :, -1 if column > 0 else 0] = 0
        out.append(one * inside)
    return torch.stack(out, dim=1)[:, :, ::stride, ::stride]


@pytest.mark.parametrize(
    ("channels", "sizes"),
    [
        (9, [1] * 9),
        (18, [2] * 9),
        (64, [7, 7, 7, 7, 8, 7, 7, 7, 7]),
        (26, [2, 2, 2, 2, 10, 2, 2, 2, 2]),
        (8, [1, 1, 1, 1, 0, 1, 1, 1, 1]),
        (3, [1, 1, 1, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_channels_are_split_evenly_and_the_rest_stays(channels: int, sizes: list[int]) -> None:
    found = Counter(grid_offsets(channels).tolist())
    assert [found[offset] for offset in range(9)] == sizes


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("channels", [4, 9, 20])
def test_both_forms_move_every_channel_by_its_offset(
    channels: int, stride: int, size: tuple[int, int]
) -> None:
    x = normal(2, 2, channels, *size).requires_grad_()
    for plain in (False, True):
        shift = ready(GridShift(Replicas(2), channels, plain), (3, 11))
        expected = torch.cat([moved(x[:, seed], stride) for seed in range(2)], dim=1)
        assert_same_function(shift(x.flatten(1, 2), stride), expected, [x])


def test_the_grid_by_loops() -> None:
    x = normal(1, 10, 3, 4)
    offsets = [GRID[offset] for offset in grid_offsets(10).tolist()]
    found = ready(GridShift(Replicas(1), 10))(x)[0].numpy()
    np.testing.assert_array_equal(found, loops.moved(x[0].numpy(), offsets))


def test_by_hand() -> None:
    """The first of nine channels takes from above left, the fifth stays, the last from below."""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64).expand(1, 9, 2, 2)
    out = ready(GridShift(Replicas(1), 9))(x)[0].tolist()
    assert out[0] == [[0, 0], [0, 1]]
    assert out[1] == [[0, 0], [1, 2]]
    assert out[4] == [[1, 2], [3, 4]]
    assert out[8] == [[4, 0], [0, 0]]


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
def test_one_pointwise_convolution_follows_the_shift(
    stride: int, size: tuple[int, int], plain: bool
) -> None:
    module = ready(ShiftConv2d(Replicas(2), 10, 6, stride, plain), (3, 11))
    x = normal(2, 2, 10, *size).requires_grad_()
    outputs = []
    for seed in range(2):
        pointwise = nn.Conv2d(10, 6, 1, stride, bias=False).double()
        with torch.no_grad():
            pointwise.weight.copy_(module.pointwise.weight[seed])
        outputs.append(pointwise(moved(x[:, seed])))
    assert_same_function(module(x.flatten(1, 2)), torch.cat(outputs, dim=1), [x])


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
def test_the_shift_lies_between_two_pointwise_convolutions(
    stride: int, size: tuple[int, int], plain: bool
) -> None:
    module = ready(ConvShiftConv2d(Replicas(2), 4, 12, stride, plain), (3, 11))
    with torch.no_grad():
        module.norm.weight.copy_(normal(2, 12, seed=7))
        module.norm.bias.copy_(normal(2, 12, seed=8))
    x = normal(3, 2, 4, *size).requires_grad_()
    outputs = []
    for seed in range(2):
        expand = nn.Conv2d(4, 12, 1, stride, bias=False).double()
        norm = nn.BatchNorm2d(12, track_running_stats=False).double()
        pointwise = nn.Conv2d(12, 12, 1, bias=False).double()
        with torch.no_grad():
            expand.weight.copy_(module.expand.weight[seed])
            norm.weight.copy_(module.norm.weight[seed])
            norm.bias.copy_(module.norm.bias[seed])
            pointwise.weight.copy_(module.pointwise.weight[seed])
        outputs.append(pointwise(moved(norm(expand(x[:, seed])).relu())))
    assert_same_function(module(x.flatten(1, 2)), torch.cat(outputs, dim=1), [x], tolerance=1e-11)


@pytest.mark.parametrize("size", [(6, 5), (2, 2)])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("make", [ShiftConv2d, ConvShiftConv2d])
def test_seeds_side_by_side_are_each_alone(make, stride: int, size: tuple[int, int]) -> None:
    assert_seeds_as_alone(lambda r: make(r, 10, 12, stride), 10, size)


def test_nothing_is_stored_of_the_shift() -> None:
    assert GridShift(Replicas(2), 10).state_dict() == {}
