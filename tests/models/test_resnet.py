from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mtl.layers.replicas import initialise
from mtl.models.resnet import BasicBlock
from mtl.models.unit import Context, UnitSpec, plain_unit
from tests.models.build import context, host, images, specs


class Tagged(nn.Module):
    """Notes the active task that it is called with."""

    def __init__(self, unit: nn.Module, seen: list[int | None]):
        super().__init__()
        self.unit, self.seen = unit, seen

    def forward(self, x: torch.Tensor, task: int | None) -> torch.Tensor:
        self.seen.append(task)
        return self.unit(x, task)


def test_a_block_adds_its_shortcut_before_the_last_relu() -> None:
    block = BasicBlock(plain_unit, context(), "b", 4, 6, 2, (5, 5))
    for parameter in block.parameters():
        nn.init.normal_(parameter)
    x = torch.rand(3, 4, 5, 5)
    assert block.shortcut is not None
    y = block.conv2(F.relu(block.conv1(x, None)), None)
    assert torch.equal(block(x, None), F.relu(y + block.shortcut(x, None)))
    assert block.out_size == (3, 3)


def test_a_block_that_keeps_its_shape_has_the_identity_as_shortcut() -> None:
    block = BasicBlock(plain_unit, context(), "b", 4, 4, 1, (5, 5))
    assert block.shortcut is None
    initialise(block, (0,))
    for parameter in block.conv2.parameters():
        nn.init.zeros_(parameter)
    x = torch.rand(3, 4, 5, 5)
    assert torch.equal(block(x, None), x)


def test_shortcuts_have_no_normalisation() -> None:
    for spec in specs("resnet18"):
        assert spec.norm == (spec.role != "downsample")
        assert spec.kernel == {"stem": 7, "conv": 3, "downsample": 1}[spec.role]


def test_names_of_the_units_are_distinct() -> None:
    names = [spec.name for spec in specs("resnet18")]
    assert len(set(names)) == len(names) == 20
    assert names[:3] == ["stem", "stage1.block1.conv1", "stage1.block1.conv2"]


@pytest.mark.parametrize("size", [(32, 32), (32, 39), (16, 20)])
@pytest.mark.parametrize("name", ["resnet18", "resnet_small"])
def test_every_unit_is_told_the_size_of_its_input(name: str, size: tuple[int, int]) -> None:
    seen: list[tuple[tuple[int, ...], tuple[int, int]]] = []

    def unit(spec: UnitSpec, context: Context) -> nn.Module:
        built = plain_unit(spec, context)
        built.register_forward_pre_hook(
            lambda module, inputs: seen.append((tuple(inputs[0].shape[2:]), spec.size))
        )
        return built

    host(name, size=size, unit=unit)(images(size), None)
    assert len(seen) == len(specs(name))
    assert all(found == told for found, told in seen)


def test_the_active_task_reaches_every_unit() -> None:
    seen: list[int | None] = []
    trunk = host("resnet18", unit=lambda spec, context: Tagged(plain_unit(spec, context), seen))
    trunk(images(), 3)
    assert seen == [3] * 20


@pytest.mark.parametrize("name", ["resnet18", "resnet_small", "vgg16"])
def test_seeds_do_not_see_each_other(name: str) -> None:
    both, alone = host(name, seeds=(3, 11)), host(name, seeds=(11,))
    x = images(seeds=2)
    features = both(x, None)
    assert features.shape == (4, 2, both.features)
    torch.testing.assert_close(features[:, 1:], alone(x[:, 3:], None), rtol=0, atol=1e-10)
    features[:, 1].sum().backward()
    assert all(not p.grad[0].any() for p in both.parameters() if p.grad is not None)


@pytest.mark.parametrize("name", ["resnet18", "resnet_small", "vgg16"])
def test_the_last_shared_weight_is_the_one_before_the_pooling(name: str) -> None:
    trunk = host(name, seeds=(3, 11))
    weight = trunk.last_shared_weight()
    convolutions = [p for p in trunk.parameters() if p.shape[-1] == 3 and p.dim() == 5]
    assert weight is convolutions[-1]
    last = [spec for spec in specs(name) if spec.role == "conv"][-1]
    assert weight.shape == (2, trunk.features, last.c_in, 3, 3)
