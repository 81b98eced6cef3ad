from __future__ import annotations

import itertools

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.convolution import Conv2d, RunningBatchNorm2d
from mtl.layers.deeplab import DeepLabHeads
from mtl.layers.mtan import AttentionMask, SharedBottleneck, SharedOverTasks
from mtl.layers.replicas import Replicas
from mtl.models.unit import Context, UnitSpec
from tests.layers.build import assert_same_function, normal, ready

CONTEXT = Context((0, 1), Replicas(2), (1, 1, 1), running_statistics=True)


def spec(c_in: int, c_out: int, kernel: int = 1, xavier: bool = True) -> UnitSpec:
    return UnitSpec("a", "conv", c_in, c_out, kernel, 1, True, (3, 6), xavier, True)


def normalised(x: Tensor) -> Tensor:
    return F.batch_norm(x, None, None, training=True)


@pytest.mark.parametrize("common", [False, True])
def test_a_mask_is_two_normalised_pointwise_convolutions_of_its_task(common: bool) -> None:
    mask = ready(AttentionMask(CONTEXT, spec(4, 5), 7), (0, 1))
    first, second = (m for m in mask.modules() if isinstance(m, Conv2d))
    assert first.weight.shape == (2, 3, 7, 4, 1, 1)
    x = normal(2, 2 if common else 6, 4, 3, 6).requires_grad_()
    theirs = []
    for seed in range(2):
        for task in range(3):
            piece = x[:, seed] if common else x[:, 3 * seed + task]
            hidden = normalised(F.conv2d(piece, first.weight[seed, task])).relu()
            theirs.append(normalised(F.conv2d(hidden, second.weight[seed, task])).sigmoid())
    inputs = [x, first.weight, second.weight]
    assert_same_function(mask(x.flatten(1, 2)), torch.cat(theirs, 1), inputs)


def test_the_shared_convolution_sees_one_task_after_another() -> None:
    shared = ready(SharedOverTasks(CONTEXT, spec(4, 5, kernel=3)), (0, 1))
    (conv,) = (m for m in shared.modules() if isinstance(m, Conv2d))
    (norm,) = (m for m in shared.modules() if isinstance(m, RunningBatchNorm2d))
    x = normal(2, 2, 3, 4, 3, 6).requires_grad_()
    references = [nn.BatchNorm2d(5).double() for _ in range(2)]
    theirs = [
        references[seed](F.conv2d(x[:, seed, task], conv.weight[seed], padding=1)).relu()
        for seed in range(2)
        for task in range(3)
    ]
    assert_same_function(shared(x.flatten(1, 3)), torch.cat(theirs, 1), [x, conv.weight])
    for seed, reference in enumerate(references):
        torch.testing.assert_close(norm.running_mean[seed], reference.running_mean)
        torch.testing.assert_close(norm.running_var[seed], reference.running_var)


def test_the_bottleneck_is_resnets_on_one_task_after_another() -> None:
    shared = ready(SharedBottleneck(CONTEXT, spec(4, 12, xavier=False)), (0, 1))
    weights = {name: unit.get_parameter("conv.weight") for name, unit in shared.named_children()}
    assert [tuple(w.shape[1:]) for w in weights.values()] == [
        (3, 4, 1, 1), (3, 3, 3, 3), (12, 3, 1, 1), (12, 4, 1, 1)
    ]  # fmt: skip
    x = normal(2, 2, 3, 4, 3, 6).requires_grad_()
    theirs = []
    for seed in range(2):
        reduce, conv, expand, shortcut = (weight[seed] for weight in weights.values())
        for task in range(3):
            piece = x[:, seed, task]
            hidden = normalised(F.conv2d(piece, reduce)).relu()
            hidden = normalised(F.conv2d(hidden, conv, padding=1)).relu()
            out = normalised(F.conv2d(hidden, expand)) + normalised(F.conv2d(piece, shortcut))
            theirs.append(out.relu())
    inputs = [x, *weights.values()]
    assert_same_function(shared(x.flatten(1, 3)), torch.cat(theirs, 1), inputs)


def test_on_resnet50_they_have_the_printed_parameters() -> None:
    """92.4M of MTAN with three tasks of NYU-v2, one of which has 40 classes."""
    context = Context((0,), Replicas(1), (40, 1, 3))
    widths = (256, 512, 1024, 2048)
    parts: list[nn.Module] = [
        AttentionMask(context, spec(c if c == 256 else 2 * c, c), c // 4) for c in widths
    ]
    parts += [
        SharedBottleneck(context, spec(c_in, c_out, xavier=False))
        for c_in, c_out in itertools.pairwise(widths)
    ]
    parts.append(
        DeepLabHeads(context.replicas, 2048, context.outputs, [[0], [1], [2]], 256, (480, 640))
    )
    without_classifier = 25_557_032 - 1000 * 2049  # torchvision's ResNet-50
    added = sum(p.numel() for part in parts for p in part.parameters())
    assert without_classifier + added == 92_354_860
