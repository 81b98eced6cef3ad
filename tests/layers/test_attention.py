from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from mtl.layers.attention import AttentiveConvNorm, TaskAttention
from mtl.layers.convolution import Conv2d, ConvNorm
from mtl.layers.replicas import Replicas
from tests.layers.build import assert_same_function, normal, ready


class SqueezeAndExcitation(nn.Module):
    """The gate of one task and seed, from torch's own modules."""

    def __init__(self, channels: int, hidden: int):
        super().__init__()
        self.squeeze, self.excite = nn.Linear(channels, hidden), nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        pooled = nn.functional.adaptive_avg_pool2d(x, 1).flatten(1)
        gate = torch.sigmoid(self.excite(torch.relu(self.squeeze(pooled))))
        return x * gate[:, :, None, None]


@pytest.mark.parametrize("task", [0, 2])
@pytest.mark.parametrize("seed", [0, 1])
def test_each_seed_and_task_has_the_gate_of_the_literature(seed: int, task: int) -> None:
    channels = 6
    layer = ready(TaskAttention(Replicas(2), 3, channels, reduction=2), seeds=(4, 5))
    reference = SqueezeAndExcitation(channels, 3).double()
    with torch.no_grad():
        for name in ("squeeze", "excite"):
            getattr(reference, name).weight.copy_(getattr(layer, f"{name}_weight")[seed, task])
            getattr(reference, name).bias.copy_(getattr(layer, f"{name}_bias")[seed, task])
    x = normal(4, 2 * channels, 3, 5).requires_grad_()
    mine = slice(seed * channels, (seed + 1) * channels)
    assert_same_function(layer(x, task)[:, mine], reference(x[:, mine]), [x])


def test_the_gates_of_inactive_tasks_get_no_gradient() -> None:
    layer = ready(TaskAttention(Replicas(1), 3, 32, reduction=16))
    layer(normal(4, 32, 2, 2), 1).square().sum().backward()
    for parameter in layer.parameters():
        assert parameter.grad is not None
        assert parameter.grad[:, 1].any()
        assert not parameter.grad[:, [0, 2]].any()


@pytest.mark.parametrize(("channels", "hidden"), [(64, 4), (16, 1), (8, 1)])
def test_few_channels_keep_one_hidden_unit(channels: int, hidden: int) -> None:
    assert TaskAttention(Replicas(1), 2, channels, 16).squeeze_weight.shape[2] == hidden


def test_gates_are_drawn_as_torch_draws_linear_maps() -> None:
    layer = ready(TaskAttention(Replicas(1), 4, 64, reduction=4))
    assert layer.squeeze_weight.abs().max().item() <= 1 / 8
    assert layer.excite_bias.abs().max().item() <= 1 / 4
    assert layer.excite_weight.std().item() == pytest.approx(1 / 4 / 3**0.5, rel=0.1)


def test_the_gate_follows_the_unit() -> None:
    unit = ConvNorm(ready(Conv2d(Replicas(1), 3, 6, 3)), None)
    gate = ready(TaskAttention(Replicas(1), 2, 6, 2))
    x = normal(2, 3, 4, 4)
    assert torch.equal(AttentiveConvNorm(unit, gate)(x, 1), gate(unit(x, 1), 1))
