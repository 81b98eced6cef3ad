from __future__ import annotations

import pytest
import torch

from mtl.layers.replicas import Replicas, to_all
from mtl.layers.stitch import ChannelStitch, CrossStitch
from tests.layers.build import assert_same_function, normal, ready


def test_the_features_of_a_seed_s_tasks_are_added_by_their_scalars() -> None:
    stitch = ready(CrossStitch(Replicas(2, 3)), (0, 1))
    assert (stitch.scale == 1).all()
    with torch.no_grad():
        stitch.scale.copy_(normal(2, 3))
    x = normal(2, 6 * 4, 3, 5).requires_grad_()
    parts = x.chunk(6, 1)
    theirs = torch.cat(
        [sum(stitch.scale[s, t] * parts[3 * s + t] for t in range(3)) for s in range(2)], dim=1
    )
    assert_same_function(stitch(x), theirs, [x, stitch.scale])


def test_every_task_of_a_seed_gets_the_same_maps() -> None:
    x = normal(2, 2 * 4, 3, 5)
    first, second = x.chunk(2, 1)
    assert torch.equal(to_all(x, 2, 3), torch.cat([first] * 3 + [second] * 3, dim=1))


def test_every_channel_is_mixed_by_its_matrix() -> None:
    stitch = ready(ChannelStitch(Replicas(2, 3), 4, 0.8, 100.0), (0, 1))
    with torch.no_grad():
        stitch.scaled.copy_(normal(2, 4, 3, 3))
    x = normal(2, 2, 3, 4, 3, 5).requires_grad_()
    theirs = torch.einsum("sctj,bsjchw->bstchw", 100 * stitch.scaled, x)
    found = stitch(x.flatten(1, 3))
    assert_same_function(found, theirs.flatten(1, 3), [x, stitch.scaled], tolerance=1e-10)


def test_the_identity_changes_no_bit() -> None:
    stitch = ready(ChannelStitch(Replicas(2, 3), 4, 1.0, 1.0), (0, 1))
    x = normal(2, 2 * 3 * 4, 3, 5)
    assert torch.equal(stitch(x), x)


@pytest.mark.parametrize(("tasks", "own", "other"), [(2, 0.9, 0.1), (5, 0.8, 0.05), (1, 0.8, 0)])
def test_the_others_share_the_rest_alike(tasks: int, own: float, other: float) -> None:
    mixture = ready(ChannelStitch(Replicas(1, tasks), 2, own, 100.0)).mixture
    expected = torch.full((tasks, tasks), other, dtype=torch.float64).fill_diagonal_(own)
    torch.testing.assert_close(mixture[0], expected.expand(2, -1, -1))


def test_the_rate_scales_steps_and_not_values() -> None:
    slow, fast = (ready(ChannelStitch(Replicas(1, 3), 2, 0.8, rate)) for rate in (1.0, 100.0))
    torch.testing.assert_close(slow.mixture, fast.mixture)
    before = slow.mixture.detach()
    with torch.no_grad():
        for stitch in (slow, fast):
            stitch.scaled.sub_(0.001)
    torch.testing.assert_close(slow.mixture, before - 0.001)
    torch.testing.assert_close(fast.mixture, before - 0.1)
