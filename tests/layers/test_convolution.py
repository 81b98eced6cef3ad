from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mtl.layers.convolution import (
    FEW_CHANNELS,
    BatchNorm2d,
    Conv2d,
    ConvNorm,
    DepthwiseConv2d,
    depthwise_conv2d,
    grouped_conv2d,
)
from mtl.layers.replicas import Replicas
from tests.layers.build import assert_same_function, assert_seeds_as_alone, normal, ready

SIZES = [(6, 7), (5, 5), (3, 2), (1, 6), (6, 1), (2, 1), (1, 1)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [1, 3, 7])
@pytest.mark.parametrize("c_in", [FEW_CHANNELS - 5, FEW_CHANNELS])
def test_every_detour_gives_the_grouped_convolution(
    c_in: int, kernel: int, stride: int, size: tuple[int, int]
) -> None:
    replicas, c_out = 3, 2
    x = normal(2, replicas * c_in, *size).requires_grad_()
    weight = normal(replicas, c_out, c_in, kernel, kernel, seed=1).requires_grad_()
    ours = grouped_conv2d(x, weight, stride)
    theirs = F.conv2d(x, weight.flatten(0, 1), stride=stride, padding=kernel // 2, groups=replicas)
    assert ours.shape[2:] == tuple(math.ceil(side / stride) for side in size)
    assert_same_function(ours, theirs, [x, weight])


@pytest.mark.parametrize("size", [(5, 4), (1, 3), (1, 1)])
@pytest.mark.parametrize("c_in", [3, FEW_CHANNELS])
@pytest.mark.parametrize("groups", [1, 2])
def test_consecutive_replicas_may_share_an_input(
    groups: int, c_in: int, size: tuple[int, int]
) -> None:
    replicas = 4
    x = normal(2, groups * c_in, *size).requires_grad_()
    weight = normal(replicas, 2, c_in, 3, 3, seed=1).requires_grad_()
    each = x.unflatten(1, (groups, c_in)).repeat_interleave(replicas // groups, dim=1)
    theirs = F.conv2d(each.flatten(1, 2), weight.flatten(0, 1), padding=1, groups=replicas)
    assert_same_function(grouped_conv2d(x, weight), theirs, [x, weight])


def test_a_1x1_map_needs_the_centre_tap_only() -> None:
    x = normal(2, 8, 1, 1)
    weight = normal(1, 4, 8, 3, 3, seed=1).requires_grad_()
    grouped_conv2d(x, weight).sum().backward()
    assert weight.grad is not None
    others = weight.grad.flatten(3).index_select(3, torch.tensor([0, 1, 2, 3, 5, 6, 7, 8]))
    assert not others.any()
    assert weight.grad[..., 1, 1].any()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("multiplier", [1, 3])
def test_every_channel_is_convolved_with_its_own_kernels(
    multiplier: int, stride: int, size: tuple[int, int]
) -> None:
    x = normal(2, 4, *size).requires_grad_()
    weight = normal(4, multiplier, 3, 3, seed=1).requires_grad_()
    apart = [
        F.conv2d(x[:, channel, None], weight[channel, :, None], stride=stride, padding=1)
        for channel in range(4)
    ]
    ours = depthwise_conv2d(x, weight, stride)
    assert_same_function(ours, torch.cat(apart, dim=1), [x, weight])


def test_a_depthwise_kernel_is_drawn_by_its_own_fan_out() -> None:
    conv = ready(DepthwiseConv2d(Replicas(2), 500, 3), seeds=(0, 1))
    assert conv.weight.shape == (2, 500, 1, 3, 3)
    assert conv.weight.std().item() == pytest.approx(math.sqrt(2 / 9), rel=0.03)


@pytest.mark.parametrize("size", [(5, 4), (1, 1)])
def test_depthwise_seeds_side_by_side_are_each_alone(size: tuple[int, int]) -> None:
    assert_seeds_as_alone(lambda r: DepthwiseConv2d(r, 4, 3, 2), 4, size)


def test_a_convolution_is_drawn_by_its_fan_out() -> None:
    conv = ready(Conv2d(Replicas(2), 16, 32, 3), seeds=(0, 1))
    assert conv.weight.shape == (2, 32, 16, 3, 3)
    assert conv.weight.std().item() == pytest.approx(math.sqrt(2 / (32 * 9)), rel=0.03)


def test_networks_of_a_seed_are_convolved_apart() -> None:
    conv = ready(Conv2d(Replicas(2, networks=3), 3, 4, 3, stride=2), seeds=(0, 1))
    x = normal(2, 6 * 3, 5, 5)
    theirs = F.conv2d(x, conv.weight.flatten(0, 2), stride=2, padding=1, groups=6)
    torch.testing.assert_close(conv(x), theirs, rtol=0, atol=1e-13)


@pytest.mark.parametrize("training", [True, False])
def test_normalisation_is_by_the_batch_also_when_testing(training: bool) -> None:
    ours = ready(BatchNorm2d(Replicas(2), 3), seeds=(0, 1))
    theirs = nn.BatchNorm2d(6, track_running_stats=False).double()
    with torch.no_grad():
        for mine, other in ((ours.weight, theirs.weight), (ours.bias, theirs.bias)):
            mine.copy_(normal(2, 3, seed=mine.numel()))
            other.copy_(mine.flatten())
    ours.train(training)
    theirs.train(training)
    x = normal(4, 6, 5, 5).requires_grad_()
    assert_same_function(ours(x), theirs(x), [x])


def test_normalisation_starts_as_the_identity_map() -> None:
    norm = ready(BatchNorm2d(Replicas(2), 3), seeds=(0, 1))
    assert (norm.weight == 1).all()
    assert (norm.bias == 0).all()


def test_a_unit_may_lack_its_normalisation() -> None:
    conv = ready(Conv2d(Replicas(1), 3, 4, 3))
    x = normal(2, 3, 5, 5)
    assert torch.equal(ConvNorm(conv, None)(x, None), conv(x))
    norm = ready(BatchNorm2d(Replicas(1), 4))
    assert torch.equal(ConvNorm(conv, norm)(x, 7), norm(conv(x)))
