from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from mtl.layers.ghost import GhostConv2d
from mtl.layers.replicas import Replicas
from tests.layers.build import assert_same_function, assert_seeds_as_alone, normal, ready
from tests.layers.primitives import loops

SIZES = [(6, 5), (3, 3), (2, 2), (1, 4), (1, 1)]


def layer(stride: int = 1, ratio: int = 4) -> GhostConv2d:
    return ready(GhostConv2d(Replicas(2), 6, 8, 3, stride, ratio), (3, 11))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("ratio", [2, 4])
def test_the_layer_is_the_public_module(ratio: int, stride: int, size: tuple[int, int]) -> None:
    """A convolution, then a grouped one on its maps, both with biases, one after the other."""
    module, own = layer(stride, ratio), 8 // ratio
    x = normal(2, 2, 6, *size).requires_grad_()
    outputs = []
    for seed in range(2):
        primary = nn.Conv2d(6, own, 3, stride, padding=1).double()
        cheap = nn.Conv2d(own, 8 - own, 3, 1, padding=1, groups=own).double()
        with torch.no_grad():
            primary.weight.copy_(module.primary[seed])
            primary.bias.copy_(module.primary_bias[seed])
            cheap.weight.copy_(module.cheap[seed].reshape(8 - own, 1, 3, 3))
            cheap.bias.copy_(module.cheap_bias[seed])
        maps = primary(x[:, seed])
        outputs += [maps, cheap(maps)]
    assert_same_function(module(x.flatten(1, 2)), torch.cat(outputs, dim=1), [x])


def test_the_maps_of_a_channel_lie_together_behind_the_convolution_s() -> None:
    """Number by number: output 2 + 3c + m is filter m of the convolution's output c."""
    module, x = layer(), normal(1, 2, 6, 3, 4)
    out = module(x.flatten(1, 2)).detach().unflatten(1, (2, 8)).numpy()
    for seed in range(2):
        bias = module.primary_bias[seed].detach().numpy()[:, None, None]
        maps = loops.convolved(x[0, seed].numpy(), module.primary[seed].detach().numpy()) + bias
        np.testing.assert_allclose(out[0, seed, :2], maps, rtol=0, atol=1e-12)
        for c, m in np.ndindex(2, 3):
            taps = module.cheap[seed, c, m].detach().numpy()[None, None]
            expected = loops.convolved(maps[c : c + 1], taps)[0]
            expected += module.cheap_bias[seed, 3 * c + m].item()
            np.testing.assert_allclose(out[0, seed, 2 + 3 * c + m], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
def test_seeds_side_by_side_are_each_alone(stride: int, size: tuple[int, int]) -> None:
    assert_seeds_as_alone(lambda r: GhostConv2d(r, 6, 8, 3, stride, 4), 6, size)


def test_the_unused_parameters_are_the_second_copy_and_its_normalisations() -> None:
    module = GhostConv2d(Replicas(2), 6, 8, 3, 1, 4)
    of_one_seed = sum(p.numel() for p in module.parameters()) // 2
    assert of_one_seed == 9 * 6 * 2 + 2 + 9 * 6 + 6
    assert module.unused_parameters == 9 * 6 * 2 + 9 * 6 + 2 * 2 + 2 * 6


def test_weights_are_drawn_by_fan_out_and_biases_as_torch_draws_them() -> None:
    module = ready(GhostConv2d(Replicas(1), 32, 256, 3, 1, 4))
    assert module.primary.std().item() == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.03)
    assert module.cheap.std().item() == pytest.approx(math.sqrt(2 / 9), rel=0.05)
    assert 0.9 / math.sqrt(288) < module.primary_bias.abs().max().item() <= 1 / math.sqrt(288)
    assert 0.9 / 3 < module.cheap_bias.abs().max().item() <= 1 / 3
