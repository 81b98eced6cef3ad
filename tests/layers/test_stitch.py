from __future__ import annotations

import torch

from mtl.layers.replicas import Replicas, to_all
from mtl.layers.stitch import CrossStitch
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
