from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from mtl.errors import MtlError
from mtl.layers.lbconv import LocalBinaryConv2d
from mtl.layers.replicas import Replicas
from tests.layers.build import assert_same_function, assert_seeds_as_alone, normal, ready
from tests.layers.primitives import loops

SIZES = [(6, 5), (3, 3), (2, 2), (1, 4), (1, 1)]


def layer(stride: int = 1, density: float = 0.5) -> LocalBinaryConv2d:
    return ready(LocalBinaryConv2d(Replicas(2), 4, 6, 3, stride, density), (3, 11))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
def test_the_layer_is_two_convolutions_of_torch(stride: int, size: tuple[int, int]) -> None:
    module = layer(stride)
    x = normal(2, 2, 4, *size).requires_grad_()
    outputs = []
    for seed in range(2):
        fixed = nn.Conv2d(4, 6, 3, stride, 1, bias=False).double()
        mixing = nn.Conv2d(6, 6, 1).double()
        with torch.no_grad():
            fixed.weight.copy_(module.fixed[seed])
            mixing.weight.copy_(module.weight[seed])
            mixing.bias.copy_(module.bias[seed])
        outputs.append(mixing(fixed(x[:, seed]).relu()))
    assert_same_function(module(x.flatten(1, 2)), torch.cat(outputs, dim=1), [x])


def test_the_layer_is_its_formula() -> None:
    module, x = layer(), normal(1, 2, 4, 3, 4)
    out = module(x.flatten(1, 2)).detach().unflatten(1, (2, 6)).numpy()
    for seed in range(2):
        maps = np.maximum(loops.convolved(x[0, seed].numpy(), module.fixed[seed].numpy()), 0)
        mixed = loops.convolved(maps, module.weight[seed].detach().numpy())
        expected = mixed + module.bias[seed].detach().numpy()[:, None, None]
        np.testing.assert_allclose(out[0, seed], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
def test_seeds_side_by_side_are_each_alone(stride: int, size: tuple[int, int]) -> None:
    assert_seeds_as_alone(lambda r: LocalBinaryConv2d(r, 4, 6, 3, stride, 0.5), 4, size)


@pytest.mark.parametrize("density", [0.01, 0.1, 0.5, 1.0])
def test_the_fixed_weights_are_ternary_and_drawn_with_replacement(density: float) -> None:
    fixed = ready(LocalBinaryConv2d(Replicas(1), 64, 64, 3, 1, density)).fixed
    assert set(fixed.unique().tolist()) == {-1, 0, 1}
    drawn = (fixed != 0).double().mean().item()
    assert drawn == pytest.approx(1 - math.exp(-density), rel=0.06)
    assert (fixed == 1).double().mean().item() == pytest.approx(drawn / 2, rel=0.1)


def test_the_fixed_weights_do_not_depend_on_the_number_of_threads() -> None:
    """Two threads that write one position would race for its sign."""
    threads = torch.get_num_threads()
    drawn = []
    try:
        for number in (1, 4):
            torch.set_num_threads(number)
            drawn.append(ready(LocalBinaryConv2d(Replicas(1), 128, 128, 3, 1, 0.9)).fixed)
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(*drawn)


def test_only_the_second_convolution_learns() -> None:
    module = layer()
    assert {name for name, _ in module.named_parameters()} == {"weight", "bias"}
    before = module.fixed.clone()
    module(normal(2, 8, 5, 5)).square().sum().backward()
    assert module.fixed.grad is None
    assert torch.equal(module.fixed, before)
    assert module.weight.grad.any()
    assert module.bias.grad.any()


def test_a_density_that_leaves_no_weight_is_refused() -> None:
    message = r"method\.options\.density: 0\.001 leaves none of the 216 fixed weights of a layer"
    with pytest.raises(MtlError, match=message):
        layer(density=0.001)
