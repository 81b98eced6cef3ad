from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mtl.layers.convolution import BatchNorm2d, Conv2d, ConvNorm
from mtl.layers.replicas import Replicas, numpy_generator
from mtl.layers.routing import RoutedConvNorm, routing_masks
from tests.layers.build import normal, ready

TASKS, CHANNELS = 3, 10
SEEDS = (3, 11)


def routed(gamma: float = 0.6, seeds: tuple[int, ...] = SEEDS, name: str = "a") -> RoutedConvNorm:
    replicas = Replicas(len(seeds))
    unit = ConvNorm(Conv2d(replicas, 2, CHANNELS, 3), BatchNorm2d(replicas, CHANNELS))
    return ready(RoutedConvNorm(unit, name, seeds, TASKS, CHANNELS, gamma), seeds)


@given(st.integers(1, 40), st.integers(1, 300), st.integers(1, 100), st.integers(0, 5))
def test_masks_cover_all_channels_and_hold_their_share(
    n_tasks: int, channels: int, percent: int, seed: int
) -> None:
    masks = routing_masks(n_tasks, channels, percent / 100, np.random.default_rng(seed))
    cover = np.array([[c % n_tasks == task for c in range(channels)] for task in range(n_tasks)])
    assert masks.shape == (n_tasks, channels)
    assert (masks | ~cover).all()
    wanted = math.ceil(percent * channels / 100 - 1e-9)
    assert (masks.sum(1) == np.maximum(wanted, cover.sum(1))).all()


def test_the_printed_share_is_not_lost_to_rounding() -> None:
    """In floats (1 - 0.9) * 40 is just under 4: four of forty channels may be inactive."""
    assert (routing_masks(8, 40, 0.9, np.random.default_rng(0)).sum(1) == 36).all()


def test_all_channels_are_active_at_gamma_1() -> None:
    assert routing_masks(4, 9, 1.0, np.random.default_rng(0)).all()


def test_masks_depend_on_seed_and_layer_alone() -> None:
    both = routed()
    assert torch.equal(both.masks[1:], routed(seeds=(11,)).masks)
    assert not torch.equal(both.masks[0], both.masks[1])
    assert not torch.equal(both.masks, routed(name="b").masks)
    expected = routing_masks(TASKS, CHANNELS, 0.6, numpy_generator(3, "routing", "a"))
    assert (both.masks[0].numpy() == expected).all()


@pytest.mark.parametrize("task", range(TASKS))
def test_the_mask_of_the_task_follows_the_normalisation(task: int) -> None:
    layer = routed()
    x = normal(3, 4, 4, 4)
    mask = layer.masks[:, task].flatten()
    out = layer(x, task)
    assert torch.equal(out[:, mask], layer.unit(x, task)[:, mask])
    assert not out[:, ~mask].any()
    assert out[:, mask].flatten(2).any(2).all()


def test_masked_channels_get_no_gradient() -> None:
    layer = routed()
    layer(normal(3, 4, 4, 4), 1).square().sum().backward()
    off = ~layer.masks[:, 1]
    for name, parameter in layer.named_parameters():
        assert parameter.grad is not None
        assert not parameter.grad[off].any(), name
    assert layer.unit.norm.weight.grad[~off].all()


def test_roaming_keeps_the_count_and_never_goes_back() -> None:
    layer = routed()
    counts = layer.masks.sum(2)
    given_up = torch.zeros_like(layer.masks)
    updates = CHANNELS - int(counts.max())
    for update in range(updates):
        before = layer.masks.clone()
        layer.roam(SEEDS, update)
        assert torch.equal(layer.masks.sum(2), counts)
        assert ((before & ~layer.masks).sum(2) == 1).all()
        assert ((layer.masks & ~before).sum(2) == 1).all()
        given_up |= before & ~layer.masks
        assert not (layer.masks & given_up).any()
        assert (layer.visited.sum(2) == counts + update + 1).all()
        assert not (layer.masks & ~layer.visited).any()
    assert layer.visited.all()


def test_a_layer_rests_once_a_task_has_visited_all() -> None:
    layer = routed()
    for update in range(CHANNELS):
        layer.roam(SEEDS, update)
    before = layer.masks.clone()
    layer.roam(SEEDS, CHANNELS)
    assert torch.equal(layer.masks, before)


def test_seeds_rest_independently() -> None:
    layer = routed()
    with torch.no_grad():
        layer.visited[0, 0] = True
    before = layer.masks.clone()
    layer.roam(SEEDS, 0)
    assert torch.equal(layer.masks[0], before[0])
    assert not torch.equal(layer.masks[1], before[1])


def test_roaming_does_not_depend_on_the_seeds_beside_it() -> None:
    both, alone = routed(), routed(seeds=(11,))
    for update in range(3):
        both.roam(SEEDS, update)
        alone.roam((11,), update)
    assert torch.equal(both.masks[1:], alone.masks)
    assert torch.equal(both.visited[1:], alone.visited)


def test_updates_draw_anew() -> None:
    one, other = routed(), routed()
    one.roam(SEEDS, 0)
    other.roam(SEEDS, 1)
    assert not torch.equal(one.masks, other.masks)
