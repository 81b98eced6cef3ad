from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from mtl.layers.primitives.layer import FEW_PIXELS, PrimitivesConv2d, recombination_groups
from mtl.layers.replicas import Replicas
from tests.layers.build import assert_same_function, assert_seeds_as_alone, normal, ready
from tests.layers.primitives import loops

SEEDS = (3, 11)
DEFAULT = "avg3+conv3+perturb0.1"
ALL_KINDS = "avg9+max3+conv3+shift1+perturb0.1"
FOUR_GROUPS = "avg3+avg5+avg7+avg9+conv3+perturb0.1"
OF_ANY_LENGTH = [
    "max3",
    "conv3-full+avg5",
    DEFAULT,
    "avg3+conv3+conv5-binary+shift2",
    ALL_KINDS,
    FOUR_GROUPS,
]


def layer(
    size: tuple[int, int],
    stride: int = 1,
    text: str = DEFAULT,
    *,
    plain: bool = False,
    networks: int = 1,
    seeds: tuple[int, ...] = SEEDS,
    c_in: int = 4,
    c_out: int = 8,
) -> PrimitivesConv2d:
    replicas = Replicas(len(seeds), networks)
    return ready(PrimitivesConv2d(replicas, c_in, c_out, size, stride, text, plain), seeds)


@pytest.mark.parametrize(
    ("primitives", "groups"), [(1, 2), (2, 2), (3, 2), (4, 2), (5, 2), (6, 4), (9, 6)]
)
def test_the_groups_keep_one_and_a_half_weights_where_they_can(
    primitives: int, groups: int
) -> None:
    assert recombination_groups(primitives) == groups
    module = layer((2, 2), text="+".join(["max3"] * primitives), c_in=12, c_out=12)
    assert module.groups == groups
    assert module.weight.shape == (2, 12, primitives * 12 // groups, 1, 1)
    if primitives % 3 == 0:
        assert module.weight[0].numel() == 1.5 * 12 * 12


def maps_by_loops(module: PrimitivesConv2d, x: np.ndarray, seed: int) -> list[np.ndarray]:
    """What each of the five kinds makes of `[C, H, W]`, by its formula."""
    conv, shift = module.primitives["conv"].weight[seed], module.primitives["shift"].kernel[seed]
    offsets = [(row - 1, column - 1) for _, _, row, column in shift.nonzero().tolist()]
    return [
        loops.average(x, 9),
        loops.maximum(x, 3),
        np.maximum(loops.depthwise(x, conv.numpy()), 0),
        loops.moved(x, offsets),
        np.maximum(x + module.primitives["perturb"].noise[seed].numpy(), 0),
    ]


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(
    ("size", "stride"), [((3, 4), 1), ((5, 3), 2), ((2, 2), 1), ((1, 1), 2), ((6, 5), 2)]
)
def test_the_layer_of_all_kinds_is_its_formula(
    size: tuple[int, int], stride: int, plain: bool
) -> None:
    module = layer(size, stride, ALL_KINDS, plain=plain)
    x = normal(2, 2, 4, *size)
    out = module(x.flatten(1, 2)).detach().unflatten(1, (2, 8)).numpy()
    for image, seed in np.ndindex(2, 2):
        maps = maps_by_loops(module, x[image, seed].numpy(), seed)
        weight = module.weight[seed, :, :, 0, 0].detach().numpy()
        expected = loops.recombined(maps, weight, 2, stride)
        np.testing.assert_allclose(out[image, seed], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(
    ("size", "stride", "pool"), [((5, 3), 2, 5), ((2, 2), 1, 9), ((6, 5), 2, 3)]
)
def test_the_layer_of_three_is_its_formula(
    size: tuple[int, int], stride: int, pool: int, plain: bool
) -> None:
    module = layer(size, stride, f"avg{pool}+conv3+perturb0.1", plain=plain, c_out=6)
    x = normal(2, 2, 4, *size)
    out = module(x.flatten(1, 2)).detach().unflatten(1, (2, 6)).numpy()
    for image, seed in np.ndindex(2, 2):
        pixels = x[image, seed].numpy()
        maps = [
            loops.average(pixels, pool),
            np.maximum(loops.depthwise(pixels, module.primitives["conv"].weight[seed].numpy()), 0),
            np.maximum(pixels + module.primitives["perturb"].noise[seed].numpy(), 0),
        ]
        weight = module.weight[seed, :, :, 0, 0].detach().numpy()
        expected = loops.recombined(maps, weight, 2, stride)
        np.testing.assert_allclose(out[image, seed], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("text", OF_ANY_LENGTH)
def test_the_primitives_are_recombined_by_their_formula(text: str) -> None:
    """For every number of primitives: the shuffle and the groups, with the maps as given."""
    module = layer((4, 5), text=text)
    x = normal(1, 2, 4, 4, 5)
    maps = [
        primitive(x.flatten(1, 2), 1).unflatten(1, (2, 4))[0].numpy()
        for primitive in module.primitives.values()
    ]
    out = module(x.flatten(1, 2)).detach().unflatten(1, (2, 8))[0].numpy()
    for seed in range(2):
        weight = module.weight[seed, :, :, 0, 0].detach().numpy()
        expected = loops.recombined([m[seed] for m in maps], weight, module.groups, 1)
        np.testing.assert_allclose(out[seed], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("text", [f"avg{k}+conv3+perturb0.1" for k in (3, 5, 7, 9)] + OF_ANY_LENGTH)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (2, 2), (3, 5), (4, 4), (5, 5), (8, 9)])
def test_the_fast_form_is_the_printed_one(size: tuple[int, int], stride: int, text: str) -> None:
    fast, plain = layer(size, stride, text), layer(size, stride, text, plain=True)
    x = normal(3, 2 * 4, *size).requires_grad_()
    ours, printed = fast(x), plain(x)
    assert ours.shape == (3, 2 * 8, *(math.ceil(side / stride) for side in size))
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


@pytest.mark.parametrize("size", [(2, 2), (5, 6)])
@pytest.mark.parametrize("text", OF_ANY_LENGTH)
def test_seeds_side_by_side_are_each_alone(text: str, size: tuple[int, int]) -> None:
    assert_seeds_as_alone(lambda r: PrimitivesConv2d(r, 4, 8, size, 2, text), 4, size)


@pytest.mark.parametrize("size", [(2, 2), (6, 6)])
@pytest.mark.parametrize("text", [DEFAULT, ALL_KINDS, "conv3-full+shift1"])
def test_networks_of_a_seed_have_primitives_of_their_own(text: str, size: tuple[int, int]) -> None:
    fast, plain = layer(size, text=text, networks=3), layer(size, text=text, networks=3, plain=True)
    x = normal(2, 2 * 3 * 4, *size).requires_grad_()
    assert_same_function(fast(x), plain(x), [x])
    drawn = fast.primitives["conv"].weight
    assert drawn.shape[:2] == (2, 3)
    assert not torch.equal(drawn[0, 0], drawn[0, 1])


@pytest.mark.parametrize("plain", [False, True])
def test_only_the_recombination_learns(plain: bool) -> None:
    module = layer((5, 5), text=ALL_KINDS, plain=plain)
    assert [name for name, _ in module.named_parameters()] == ["weight"]
    before = {name: buffer.clone() for name, buffer in module.named_buffers()}
    assert len(before) == 4
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
    text = "avg9+conv3+perturb0.1"
    module = ready(PrimitivesConv2d(Replicas(1), 64, 32, (16, 16), 1, text))
    noise, fixed = module.primitives["perturb"].noise, module.primitives["conv"].weight
    assert noise.abs().max().item() <= 0.1
    assert noise.std().item() == pytest.approx(0.1 / math.sqrt(3), rel=0.03)
    assert fixed.std().item() == pytest.approx(math.sqrt(2 / 9), rel=0.1)
    assert module.weight.std().item() == pytest.approx(math.sqrt(2 / 32), rel=0.05)
    assert module.weight.numel() == 1.5 * 64 * 32


def test_the_checkpoint_holds_noise_and_kernels_but_not_the_box() -> None:
    assert set(layer((4, 4), text=ALL_KINDS).state_dict()) == {
        "primitives.conv.weight",
        "primitives.shift.kernel",
        "primitives.perturb.noise",
        "weight",
    }


@pytest.mark.parametrize("text", OF_ANY_LENGTH)
def test_two_forms_have_the_same_checkpoint(text: str) -> None:
    fast, plain = layer((4, 4), text=text), layer((4, 4), text=text, plain=True)
    assert fast.state_dict().keys() == plain.state_dict().keys()
    for name, tensor in fast.state_dict().items():
        assert torch.equal(tensor, plain.state_dict()[name])


def test_padding_counts_in_the_pooling() -> None:
    """A map of ones pools to the share of the window inside: 4/9 in a corner, 6/9 at an edge."""
    module = layer((4, 4), seeds=(0,), c_in=2, c_out=2)
    with torch.no_grad():
        module.weight.zero_()
        module.weight[0, :, 0] = 1.0  # the pooled map of each group's channel
    pooled = module(torch.ones(1, 2, 4, 4, dtype=torch.float64))[0, 0] * 9
    assert pooled[0].tolist() == pytest.approx([4, 6, 6, 4])
    assert pooled[1].tolist() == pytest.approx([6, 9, 9, 6])


def test_equal_primitives_of_different_layers_are_paired() -> None:
    one, other = layer((4, 4), text="avg3+conv3"), layer((4, 4), text="conv3")
    first, second = (m.primitives["conv"].weight for m in (one, other))
    assert torch.equal(first, second)
