from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.convolution import Conv2d, RunningBatchNorm2d
from mtl.layers.mtan import AttentionMask, SharedOverTasks
from mtl.layers.replicas import Replicas
from mtl.models.unit import Context
from tests.layers.build import assert_same_function, normal, ready

CONTEXT = Context((0, 1), Replicas(2), (1, 1, 1), running_statistics=True)


def normalised(x: Tensor) -> Tensor:
    return F.batch_norm(x, None, None, training=True)


@pytest.mark.parametrize("common", [False, True])
def test_a_mask_is_two_normalised_pointwise_convolutions_of_its_task(common: bool) -> None:
    mask = ready(AttentionMask(CONTEXT, "a", 4, 5, (3, 6)), (0, 1))
    first, second = (m for m in mask.modules() if isinstance(m, Conv2d))
    assert first.weight.shape == (2, 3, 5, 4, 1, 1)
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
    shared = ready(SharedOverTasks(CONTEXT, "a", 4, 5, (3, 6)), (0, 1))
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
