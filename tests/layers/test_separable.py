from __future__ import annotations

import pytest
import torch
from torch import nn

from mtl.layers.replicas import Replicas
from mtl.layers.separable import TwoSeparableConv2d
from tests.layers.build import assert_same_function, assert_seeds_as_alone, normal, ready

SIZES = [(6, 5), (3, 3), (2, 2), (1, 4), (1, 1)]


def by_torch(module: TwoSeparableConv2d, seed: int, stride: int) -> nn.Sequential:
    """The same layer of one seed from torch's own modules."""
    c_in, c_out, kernel = 4, 6, 3
    plain = nn.Sequential(
        nn.Conv2d(c_in, c_in, kernel, stride, 1, groups=c_in, bias=False),
        nn.BatchNorm2d(c_in, track_running_stats=False),
        nn.ReLU(),
        nn.Conv2d(c_in, c_out, 1, bias=False),
        nn.BatchNorm2d(c_out, track_running_stats=False),
        nn.ReLU(),
        nn.Conv2d(c_out, c_out, kernel, 1, 1, groups=c_out, bias=False),
        nn.BatchNorm2d(c_out, track_running_stats=False),
        nn.ReLU(),
        nn.Conv2d(c_out, c_out, 1, bias=False),
    ).double()
    parts = [part for pair in zip(module.stages, module.norms, strict=True) for part in pair]
    with torch.no_grad():
        learned = [part for part in plain if not isinstance(part, nn.ReLU)]
        for ours, theirs in zip([*parts, module.last], learned, strict=True):
            theirs.weight.copy_(ours.weight[seed])
            if isinstance(theirs, nn.BatchNorm2d):
                theirs.bias.copy_(ours.bias[seed])
    return plain


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
def test_the_layer_is_two_units_of_torch(stride: int, size: tuple[int, int]) -> None:
    module = ready(TwoSeparableConv2d(Replicas(2), 4, 6, 3, stride), (3, 11))
    with torch.no_grad():
        for number, norm in enumerate(module.norms):
            norm.weight.copy_(normal(*norm.weight.shape, seed=number))
            norm.bias.copy_(normal(*norm.bias.shape, seed=number + 10))
    x = normal(3, 2, 4, *size).requires_grad_()
    outputs = [by_torch(module, seed, stride)(x[:, seed]) for seed in range(2)]
    assert_same_function(module(x.flatten(1, 2)), torch.cat(outputs, dim=1), [x], tolerance=1e-11)


@pytest.mark.parametrize("size", [(6, 5), (2, 2)])
@pytest.mark.parametrize("stride", [1, 2])
def test_seeds_side_by_side_are_each_alone(stride: int, size: tuple[int, int]) -> None:
    assert_seeds_as_alone(lambda r: TwoSeparableConv2d(r, 4, 6, 3, stride), 4, size)


def test_the_parameters_are_those_of_the_formula() -> None:
    """9 Ci + Ci Co + 9 Co + Co^2 weights, and 2 Ci + 4 Co of the inner normalisations."""
    found = sum(p.numel() for p in TwoSeparableConv2d(Replicas(1), 4, 6, 3, 1).parameters())
    assert found == 9 * 4 + 4 * 6 + 9 * 6 + 6 * 6 + 2 * 4 + 4 * 6
