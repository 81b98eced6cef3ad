from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from mtl.layers.convolution import BatchNorm2d, grouped_conv2d
from mtl.layers.etr import (
    ETRConv2d,
    ETRNLPConv2d,
    TaskConv2d,
    TaskConvNorm,
    grouped_shared_channels,
    shared_channels,
)
from mtl.layers.primitives.layer import PrimitivesConv2d
from mtl.layers.replicas import Replicas
from tests.layers.build import assert_same_function, normal, ready

TASKS = 3
SEEDS = (3, 11)
SIZES = [(6, 5), (3, 3), (1, 4), (1, 1)]


def etr(gamma: float, *, plain: bool = False, stride: int = 1, c_out: int = 10) -> ETRConv2d:
    return ready(ETRConv2d(Replicas(2), TASKS, 8, c_out, 3, stride, gamma, plain), SEEDS)


def etr_nlp(kernel: int = 3, *, plain: bool = False, stride: int = 1) -> ETRNLPConv2d:
    replicas, size = Replicas(2), (6, 5)
    primitives = PrimitivesConv2d(replicas, 8, 6, size, stride, "avg5+conv3+perturb0.1", plain)
    return ready(
        ETRNLPConv2d(replicas, primitives, TaskConv2d(replicas, TASKS, 8, 2, kernel, stride)), SEEDS
    )


def task_gradients(layer: nn.Module, x: Tensor, task: int) -> dict[str, Tensor]:
    layer.zero_grad()
    layer(x, task).square().sum().backward()
    return {name: p.grad for name, p in layer.named_parameters() if p.grad is not None}


@pytest.mark.parametrize(
    ("gamma", "channels", "shared"),
    [
        (0.9, 64, 57),
        (0.9, 128, 115),
        (0.9, 256, 230),
        (0.9, 512, 460),
        (0.9, 10, 9),
        (0.7, 10, 7),
        (0.0, 64, 0),
        (1.0, 64, 64),
    ],
)
def test_shared_channels_are_those_of_the_paper(gamma: float, channels: int, shared: int) -> None:
    assert shared_channels(gamma, channels) == shared


@given(st.integers(1, 100), st.integers(1, 600))
def test_no_rounding_noise_loses_a_shared_channel(percent: int, channels: int) -> None:
    assert shared_channels(percent / 100, channels) == percent * channels // 100


@given(st.floats(0.1, 0.99), st.integers(2, 300), st.sampled_from([2, 4, 6]))
def test_both_branches_of_primitives_have_channels(gamma: float, times: int, groups: int) -> None:
    channels = times * groups
    shared = grouped_shared_channels(gamma, channels, groups)
    assert shared % groups == 0
    assert groups <= shared <= channels - groups
    if groups <= groups * round(gamma * channels / groups) <= channels - groups:
        assert abs(shared - gamma * channels) <= groups / 2 + 1e-9


@given(st.floats(0.1, 0.99), st.integers(4, 600))
def test_two_groups_leave_odd_layers_what_they_can(gamma: float, channels: int) -> None:
    shared = grouped_shared_channels(gamma, channels, 2)
    assert shared % 2 == 0 or shared == channels - 2
    assert 2 <= shared <= channels - 2
    if 2 <= 2 * round(gamma * channels / 2) <= channels - 2:
        assert abs(shared - gamma * channels) <= 1 + 1e-9


@pytest.mark.parametrize(("channels", "shared"), [(64, 58), (128, 116), (256, 230), (512, 460)])
def test_even_shared_channels_are_those_of_the_counts(channels: int, shared: int) -> None:
    assert grouped_shared_channels(0.9, channels, 2) == shared


@pytest.mark.parametrize(
    ("channels", "shared"), [(8, 4), (16, 12), (64, 56), (128, 116), (256, 232), (512, 460)]
)
def test_four_groups_need_multiples_of_four(channels: int, shared: int) -> None:
    assert grouped_shared_channels(0.9, channels, 4) == shared


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 0.9, 1.0])
def test_one_composed_convolution_is_the_printed_two(
    gamma: float, stride: int, size: tuple[int, int]
) -> None:
    fast, plain = etr(gamma, stride=stride), etr(gamma, stride=stride, plain=True)
    plain.load_state_dict(fast.state_dict())
    x = normal(2, 16, *size).requires_grad_()
    for task in range(TASKS):
        ours, printed = fast(x, task), plain(x, task)
        torch.testing.assert_close(ours, printed, rtol=0, atol=1e-12)
        direction = normal(*ours.shape, seed=5)
        first = torch.autograd.grad((ours * direction).sum(), [x, *fast.parameters()])
        second = torch.autograd.grad((printed * direction).sum(), [x, *plain.parameters()])
        for one, other in zip(first, second, strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("c_out", [1, 7, 8, 9])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("seeds", [(3,), SEEDS])
def test_padding_the_kernels_of_a_task_changes_nothing(
    seeds: tuple[int, ...], stride: int, c_out: int
) -> None:
    n = len(seeds)
    layer = ready(TaskConv2d(Replicas(n), TASKS, 4, c_out, 3, stride), seeds)
    x = normal(2, n * 4, 5, 4).requires_grad_()
    theirs = F.conv2d(x, layer.weight[:, 1].flatten(0, 1), stride=stride, padding=1, groups=n)
    ours = layer(x, 1)
    assert ours.shape[1:3] == (n, c_out)
    assert_same_function(ours.flatten(1, 2), theirs, [x, layer.weight])


def test_gamma_0_shares_nothing_and_gamma_1_everything() -> None:
    assert [name for name, _ in etr(0.0).named_parameters()] == ["specific.weight"]
    assert [name for name, _ in etr(1.0).named_parameters()] == ["shared.weight"]
    assert etr(0.0).get_parameter("specific.weight").shape == (2, TASKS, 10, 8, 3, 3)


def test_gamma_1_is_the_ordinary_convolution_for_every_task() -> None:
    layer, x = etr(1.0), normal(2, 16, 5, 5)
    ordinary = grouped_conv2d(x, layer.get_parameter("shared.weight"))
    for task in range(TASKS):
        assert torch.equal(layer(x, task), ordinary)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("make", [lambda plain: etr(0.5, plain=plain), lambda p: etr_nlp(plain=p)])
def test_a_task_gives_the_branches_of_the_others_exactly_no_gradient(make, plain: bool) -> None:
    layer, x = make(plain), normal(2, 16, 6, 5)
    for task in range(TASKS):
        found = task_gradients(layer, x, task)
        others = [other for other in range(TASKS) if other != task]
        assert found["specific.weight"][:, task].any()
        assert not found["specific.weight"][:, others].any()
        assert found["shared.weight"].any()


@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("stride", [1, 2])
def test_primitives_and_task_convolutions_read_the_same_input(stride: int, kernel: int) -> None:
    layer, plain = etr_nlp(kernel, stride=stride), etr_nlp(kernel, stride=stride, plain=True)
    x = normal(2, 16, 6, 5).requires_grad_()
    weight = layer.specific.weight
    for task in range(TASKS):
        specific = F.conv2d(
            x, weight[:, task].flatten(0, 1), stride=stride, padding=kernel // 2, groups=2
        )
        shared = plain.shared(x)
        by_hand = [
            part
            for seed in range(2)
            for part in (shared[:, 6 * seed : 6 * seed + 6], specific[:, 2 * seed : 2 * seed + 2])
        ]
        assert_same_function(layer(x, task), torch.cat(by_hand, dim=1), [x, weight])


def test_one_normalisation_serves_all_tasks() -> None:
    conv, norm = etr(0.5), ready(BatchNorm2d(Replicas(2), 10), SEEDS)
    x = normal(2, 16, 5, 5)
    assert torch.equal(TaskConvNorm(conv, norm)(x, 2), norm(conv(x, 2)))
    assert torch.equal(TaskConvNorm(conv, None)(x, 2), conv(x, 2))
