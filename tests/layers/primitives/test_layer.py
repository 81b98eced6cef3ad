from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mtl.layers.primitives import FEW_PIXELS, PrimitivesConv2d, _FixedDepthwise
from mtl.layers.replicas import Replicas
from tests.layers.build import assert_same_function, normal, ready

SEEDS = (3, 11)


def layer(
    size: tuple[int, int],
    stride: int = 1,
    pool_size: int = 3,
    *,
    plain: bool = False,
    networks: int = 1,
    seeds: tuple[int, ...] = SEEDS,
    c_in: int = 4,
    c_out: int = 6,
) -> PrimitivesConv2d:
    replicas = Replicas(len(seeds), networks)
    built = PrimitivesConv2d(replicas, c_in, c_out, size, stride, pool_size, 0.1, plain)
    return ready(built, seeds)


def by_loops(
    x: np.ndarray, fixed: np.ndarray, noise: np.ndarray, weight: np.ndarray, pool: int, stride: int
) -> np.ndarray:
    """The formula of the layer's documentation for one image, number by number.

    Args:
        x: `[C, H, W]`.
        fixed: `[C, 3, 3]`.
        noise: `[C, H, W]`.
        weight: `[C_out, 3 * C / 2]`.
        pool: odd size of the pooling.
        stride: of the rows and columns that are kept.
    """
    channels, height, width = x.shape

    def at(channel: int, row: int, column: int) -> float:
        inside = 0 <= row < height and 0 <= column < width
        return float(x[channel, row, column]) if inside else 0.0

    primitives = np.zeros((channels, 3, height, width))
    for c, i, j in np.ndindex(channels, height, width):
        half = pool // 2
        window = itertools.product(range(-half, half + 1), repeat=2)
        primitives[c, 0, i, j] = sum(at(c, i + di, j + dj) for di, dj in window) / pool**2
        taps = itertools.product(range(3), repeat=2)
        convolved = sum(fixed[c, p, q] * at(c, i + p - 1, j + q - 1) for p, q in taps)
        primitives[c, 1, i, j] = max(convolved, 0.0)
        primitives[c, 2, i, j] = max(at(c, i, j) + noise[c, i, j], 0.0)
    shuffled = [primitives[c, k] for c in range(channels) for k in range(3)]
    half_in, half_out = len(shuffled) // 2, len(weight) // 2
    out = np.zeros((len(weight), height, width))
    for o in range(len(weight)):
        group = o // half_out
        for k in range(half_in):
            out[o] += weight[o, k] * shuffled[group * half_in + k]
    return out[:, ::stride, ::stride]


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(
    ("size", "stride", "pool"),
    [((3, 4), 1, 3), ((5, 3), 2, 5), ((2, 2), 1, 9), ((1, 1), 2, 3), ((6, 5), 2, 3)],
)
def test_the_layer_is_its_formula(
    size: tuple[int, int], stride: int, pool: int, plain: bool
) -> None:
    module = layer(size, stride, pool, plain=plain)
    x = normal(2, 2 * 4, *size)
    out = module(x).detach().numpy().reshape(2, 2, 6, -1)
    for image, seed in np.ndindex(2, 2):
        expected = by_loops(
            x[image].unflatten(0, (2, 4))[seed].numpy(),
            module.fixed[seed, :, 0].numpy(),
            module.noise[seed].numpy(),
            module.weight[seed, :, :, 0, 0].detach().numpy(),
            pool,
            stride,
        )
        np.testing.assert_allclose(out[image, seed], expected.reshape(6, -1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("pool_size", [3, 5, 7, 9])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (2, 2), (3, 5), (4, 4), (5, 5), (8, 9)])
def test_the_fast_form_is_the_printed_one(
    size: tuple[int, int], stride: int, pool_size: int
) -> None:
    fast, plain = layer(size, stride, pool_size), layer(size, stride, pool_size, plain=True)
    x = normal(3, 2 * 4, *size).requires_grad_()
    ours, printed = fast(x), plain(x)
    assert ours.shape == (3, 2 * 6, *(math.ceil(side / stride) for side in size))
    torch.testing.assert_close(ours, printed, rtol=0, atol=1e-12)
    direction = normal(*ours.shape, seed=5)
    for mine, theirs in zip(
        torch.autograd.grad((ours * direction).sum(), [x, fast.weight]),
        torch.autograd.grad((printed * direction).sum(), [x, plain.weight]),
        strict=True,
    ):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)


def test_both_matrix_products_of_the_fast_form_are_tested() -> None:
    """The sizes above lie on both sides of the switch."""
    assert 2 * 2 <= FEW_PIXELS < 8 * 9


@pytest.mark.parametrize("size", [(2, 2), (6, 6)])
def test_networks_of_a_seed_have_primitives_of_their_own(size: tuple[int, int]) -> None:
    fast, plain = layer(size, networks=3), layer(size, networks=3, plain=True)
    x = normal(2, 2 * 3 * 4, *size).requires_grad_()
    torch.testing.assert_close(fast(x), plain(x), rtol=0, atol=1e-12)
    assert not torch.equal(fast.noise[0, 0], fast.noise[0, 1])


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 4), (6, 6)])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_the_fixed_convolution_differentiates(
    kernel: int, stride: int, size: tuple[int, int]
) -> None:
    x = normal(2, 3, *size).requires_grad_()
    taps = normal(3, 1, kernel, kernel, seed=1)
    ours = _FixedDepthwise.apply(x, taps, stride)
    theirs = F.conv2d(x, taps, stride=stride, padding=kernel // 2, groups=3)
    assert_same_function(ours, theirs, [x])


@pytest.mark.parametrize("plain", [False, True])
def test_only_the_recombination_learns(plain: bool) -> None:
    module = layer((5, 5), plain=plain)
    assert [name for name, _ in module.named_parameters()] == ["weight"]
    before = {name: buffer.clone() for name, buffer in module.named_buffers()}
    optimiser = torch.optim.SGD(module.parameters(), lr=0.1)
    weight = module.weight.detach().clone()
    for step in range(3):
        optimiser.zero_grad()
        module(normal(2, 8, 5, 5, seed=step)).square().sum().backward()
        optimiser.step()
    assert not torch.equal(module.weight, weight)
    for name, buffer in module.named_buffers():
        assert buffer.grad is None
        assert not buffer.requires_grad
        assert torch.equal(buffer, before[name])


def test_noise_and_kernels_have_their_distributions() -> None:
    module = ready(PrimitivesConv2d(Replicas(1), 64, 32, (16, 16), 1, 9, 0.1))
    assert module.noise.abs().max().item() <= 0.1
    assert module.noise.std().item() == pytest.approx(0.1 / math.sqrt(3), rel=0.03)
    assert module.fixed.std().item() == pytest.approx(math.sqrt(2 / 9), rel=0.1)
    assert module.weight.std().item() == pytest.approx(math.sqrt(2 / 32), rel=0.05)
    assert module.weight.numel() == 1.5 * 64 * 32


def test_the_checkpoint_holds_noise_and_kernels_but_not_the_box() -> None:
    assert set(layer((4, 4)).state_dict()) == {"fixed", "noise", "weight"}


def test_two_forms_have_the_same_checkpoint() -> None:
    assert layer((4, 4)).state_dict().keys() == layer((4, 4), plain=True).state_dict().keys()


def test_padding_counts_in_the_pooling() -> None:
    """A map of ones pools to the share of the window inside: 4/9 in a corner, 6/9 at an edge."""
    module = layer((4, 4), seeds=(0,), c_in=2, c_out=2)
    with torch.no_grad():
        module.weight.zero_()
        module.weight[0, :, 0] = 1.0  # the pooled map of each group's channel
    pooled = module(torch.ones(1, 2, 4, 4, dtype=torch.float64))[0, 0] * 9
    assert pooled[0].tolist() == pytest.approx([4, 6, 6, 4])
    assert pooled[1].tolist() == pytest.approx([6, 9, 9, 6])
