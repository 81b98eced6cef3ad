from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from mtl.layers.convolution import BatchNorm2d
from mtl.training.macs import MacCounter
from mtl.training.network import build, count, inference_cost
from mtl.training.spec import TrainingSpec
from tests.training.fabricate import ANY_HOST, make_spec

FEATURES = 64


@pytest.mark.parametrize(
    ("operation", "macs"),
    [
        (lambda: F.conv2d(torch.rand(2, 6, 5, 4), torch.rand(8, 3, 3, 3), groups=2), 2592),
        (lambda: F.conv2d(torch.rand(1, 3, 4, 4), torch.rand(2, 3, 3, 3), None, 2, 1), 216),
        (lambda: F.linear(torch.rand(2, 3, 4), torch.rand(5, 4), torch.rand(5)), 120),
        (lambda: torch.bmm(torch.rand(2, 3, 4), torch.rand(2, 4, 5)), 120),
        (lambda: torch.rand(2, 3, 4) @ torch.rand(2, 4, 5), 120),
        (lambda: torch.matmul(torch.rand(3, 4), torch.rand(2, 4, 5)), 120),
        (lambda: torch.baddbmm(torch.rand(2, 1, 5), torch.rand(2, 3, 4), torch.rand(2, 4, 5)), 120),
        (lambda: F.avg_pool2d(torch.rand(2, 3, 4, 4), 2).relu() * 2, 0),
    ],
)
def test_products_and_convolutions_count(operation, macs: int) -> None:
    with MacCounter() as counter:
        operation()
    assert counter.macs == macs
    operation()
    assert counter.macs == macs


def test_flops_are_two_for_each_mac_and_each_normalised_element() -> None:
    images, kernels = torch.rand(2, 3, 5, 4), torch.rand(6, 3, 1, 1)
    with MacCounter() as counter:
        maps = F.batch_norm(F.conv2d(images, kernels), None, None, training=True).relu()
        F.interpolate(F.max_pool2d(maps, 2), scale_factor=2)
    assert (counter.macs, counter.normalised) == (2 * 3 * 6 * 20, 2 * 6 * 20)
    assert counter.flops == 2 * counter.macs + 2 * counter.normalised


@pytest.mark.parametrize("name", ANY_HOST)
def test_the_cost_of_inference_is_that_of_as_many_passes_as_predict_all_tasks(name: str) -> None:
    """Beyond the MACs it counts what the batch normalisations of those passes see."""
    spec, outputs, size = TrainingSpec.parse(make_spec(name, host="resnet18")), (2, 1, 3), (32, 39)
    counts = count(spec, outputs, size)
    flops, parameters = inference_cost(spec, outputs, size)
    assert parameters == counts.parameters_total
    network, _ = build(spec, (0,), outputs, size, plain=True)
    seen: list[int] = []
    for module in network.modules():
        if isinstance(module, BatchNorm2d):
            module.register_forward_hook(lambda _, __, out: seen.append(out.numel()))
    with torch.no_grad():
        for task in (None,) if spec.regime == "joint" else range(3):
            network(torch.zeros(2, 3, *size), task)
    # `macs_all_tasks` has the first task's head, of two outputs, in every pass.
    heads = 0 if spec.regime == "joint" else (sum(outputs) - 3 * outputs[0]) * FEATURES
    assert flops == 2 * (counts.macs_all_tasks + heads) + sum(seen)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ANY_HOST)
def test_the_count_is_half_of_torchs_flops(name: str) -> None:
    """Of the layers as printed, which are what is counted."""
    from torch.utils.flop_counter import FlopCounterMode

    spec = TrainingSpec.parse(make_spec(name, host="resnet18"))
    outputs, size = (2, 1, 3), (32, 39)
    counts = count(spec, outputs, size)
    network, _ = build(spec, (0,), outputs, size, plain=True)
    joint = spec.regime == "joint"
    with FlopCounterMode(display=False) as flops, torch.no_grad():
        network(torch.zeros(2, 3, *size), None if joint else 0)
    networks = 3 if name == "single_task" else 1
    assert counts.macs == flops.get_total_flops() // 4 // networks
    assert counts.macs_all_tasks == flops.get_total_flops() // 4 * (1 if joint else 3)
