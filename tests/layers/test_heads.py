from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from mtl.layers.heads import LinearHeads
from mtl.layers.replicas import Replicas
from tests.layers.build import assert_same_function, normal, ready

OUTPUTS = (2, 1, 3)
BATCH, FEATURES = 4, 5


def linear(heads: LinearHeads, seed: int, task: int, features: torch.Tensor) -> torch.Tensor:
    chosen = heads.slices[task]
    return F.linear(features, heads.weight[seed, chosen], heads.bias[seed, chosen])


@pytest.mark.parametrize("task", [None, 0, 1, 2])
def test_heads_are_linear_maps_of_their_seed(task: int | None) -> None:
    heads = ready(LinearHeads(Replicas(2), FEATURES, OUTPUTS), seeds=(0, 1))
    x = normal(BATCH, 2, FEATURES).requires_grad_()
    tasks = range(len(OUTPUTS)) if task is None else [task]
    theirs = torch.stack(
        [
            torch.cat([linear(heads, seed, each, x[:, seed]) for each in tasks], dim=1)
            for seed in range(2)
        ]
    )
    assert_same_function(heads(x, task), theirs, [x, heads.weight, heads.bias])


def test_each_network_feeds_the_head_of_its_task() -> None:
    heads = ready(LinearHeads(Replicas(2, networks=3), FEATURES, OUTPUTS), seeds=(0, 1))
    x = normal(BATCH, 6, FEATURES).requires_grad_()
    theirs = torch.stack(
        [
            torch.cat(
                [linear(heads, seed, task, x[:, 3 * seed + task]) for task in range(3)], dim=1
            )
            for seed in range(2)
        ]
    )
    assert_same_function(heads(x, None), theirs, [x, heads.weight, heads.bias])


def test_heads_are_drawn_as_torch_draws_a_linear_map() -> None:
    heads = ready(LinearHeads(Replicas(1), 64, (1000,)))
    torch.manual_seed(0)
    reference = torch.nn.Linear(64, 1000)
    for ours, theirs in ((heads.weight, reference.weight), (heads.bias, reference.bias)):
        assert ours.abs().max().item() <= 1 / 8
        assert ours.std().item() == pytest.approx(theirs.std().item(), rel=0.1)


def test_outputs_lie_task_after_task() -> None:
    heads = LinearHeads(Replicas(1), FEATURES, OUTPUTS)
    assert heads.slices == [slice(0, 2), slice(2, 3), slice(3, 6)]
    assert heads.task_of_output.tolist() == [0, 0, 1, 2, 2, 2]
