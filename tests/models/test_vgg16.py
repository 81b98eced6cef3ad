from __future__ import annotations

import pytest
import torch
from torch import nn

from mtl.layers.convolution import BatchNorm2d, Conv2d
from tests.models.build import conv_shapes, host, images, specs

SIZE = (64, 64)


def test_thirteen_convolutions_the_first_of_which_methods_leave() -> None:
    asked = specs("vgg16", size=SIZE)
    assert [spec.role for spec in asked] == ["stem"] + ["conv"] * 12
    assert [spec.size[0] for spec in asked] == [64] * 2 + [32] * 2 + [16] * 3 + [8] * 3 + [4] * 3
    assert host("vgg16", width=8).features == 64


@pytest.mark.oracle
def test_the_convolutions_are_torchvisions_without_biases() -> None:
    from torchvision.models import vgg16_bn

    reference = vgg16_bn(weights=None).features
    ours = host("vgg16", width=64, size=SIZE)
    assert conv_shapes(ours) == conv_shapes(reference)
    biases = sum(m.bias.numel() for m in reference.modules() if isinstance(m, nn.Conv2d))
    theirs = sum(p.numel() for p in reference.parameters())
    assert sum(p.numel() for p in ours.parameters()) == theirs - biases


@pytest.mark.oracle
def test_the_features_are_torchvisions() -> None:
    from torchvision.models import vgg16_bn

    reference = vgg16_bn(weights=None).features.double().train()
    ours = host("vgg16", width=64, size=SIZE)
    mine = [m for m in ours.modules() if isinstance(m, Conv2d | BatchNorm2d)]
    theirs = [m for m in reference.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d)]
    with torch.no_grad():
        for one, other in zip(mine, theirs, strict=True):
            assert other.weight is not None
            other.weight.copy_(one.weight[0])
            # A bias before a normalisation has no effect; torchvision has one all the same.
            other.bias.copy_(one.bias[0] if isinstance(one, BatchNorm2d) else other.bias)
    x = images(SIZE)
    expected = reference(x).mean((2, 3))
    torch.testing.assert_close(ours(x, None)[:, 0], expected, rtol=0, atol=1e-8)
