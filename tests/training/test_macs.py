from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from mtl.training.macs import MacCounter
from mtl.training.network import build, count
from mtl.training.spec import TrainingSpec
from tests.training.fabricate import ANY_HOST, make_spec


@pytest.mark.parametrize(
    ("operation", "macs"),
    [
        (lambda: F.conv2d(torch.rand(2, 6, 5, 4), torch.rand(8, 3, 3, 3), groups=2), 2592),
        (lambda: F.conv2d(torch.rand(1, 3, 4, 4), torch.rand(2, 3, 3, 3), None, 2, 1), 216),
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
