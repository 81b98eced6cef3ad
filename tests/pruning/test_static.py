from __future__ import annotations

import torch
from torch import Tensor

from mtl.pruning.static import Choice
from mtl.training.macs import MacCounter

OWN = torch.tensor([[True, False, True], [False, False, True]])


def maps(channels: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(5, channels, 2, 4, generator=generator, dtype=torch.float64)


def test_mixtures_cost_a_product_a_task_where_some_task_has_its_own_channel() -> None:
    """The first channel is one task's own, the second nobody's, the third is everybody's."""
    mixture = torch.tensor([[0.3, 0.4, 0.8], [0.7, 0.6, 0.2]], dtype=torch.float64)
    first, second, shared = maps(2, 0), maps(1, 1), maps(2, 2)
    choice = Choice(OWN, mixture)
    with MacCounter() as counter:
        one, other, mixed = choice([first, second], shared)
    assert counter.macs == 2 * 2 * 5 * 8
    assert one is not None
    assert other is not None
    assert mixed is not None
    assert torch.equal(one, torch.stack([first[:, 0], shared[:, 1], first[:, 1]], dim=1))
    assert torch.equal(other, torch.stack([shared[:, 0], shared[:, 1], second[:, 0]], dim=1))
    wanted = mixture[0].view(3, 1, 1) * one + mixture[1].view(3, 1, 1) * other
    torch.testing.assert_close(mixed, wanted, rtol=0, atol=1e-15)


def test_a_mixture_that_nothing_reads_is_not_made() -> None:
    *tasks, mixed = Choice(OWN, None)([maps(2, 0), maps(1, 1)], maps(2, 2))
    assert mixed is None
    assert len(tasks) == 2
