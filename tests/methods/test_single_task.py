from __future__ import annotations

import pytest
import torch

from mtl.data.store import Store
from tests.training.fabricate import make_spec, make_trainer, train_batches


@pytest.mark.parametrize("task", [0, 1, 2])
def test_each_network_is_one_that_knows_its_task_alone(store: Store, task: int) -> None:
    """Networks of a seed that lie side by side train as hard sharing of a single task does."""
    spec = make_spec("single_task", host="resnet_small", batch_size=8, learning_rate=1e-3)
    together = make_trainer(store, spec, (3, 11))
    one = {**spec, "tasks": spec["tasks"][task : task + 1], "method": make_spec()["method"]}
    alone = make_trainer(store, one, (3, 11))
    outputs = together.network.heads.slices[task]
    with torch.no_grad():
        for name, parameter in alone.network.named_parameters():
            whole = together.network.get_parameter(name)
            is_head = name.startswith("heads")
            parameter.copy_(whole[:, outputs] if is_head else whole[:, task])
    for trainer in (together, alone):
        train_batches(trainer, 3)
    for name, parameter in alone.network.named_parameters():
        whole = together.network.get_parameter(name)
        piece = whole[:, outputs] if name.startswith("heads") else whole[:, task]
        torch.testing.assert_close(parameter, piece, rtol=0, atol=1e-10)


def test_there_are_as_many_networks_as_tasks(store: Store) -> None:
    network = make_trainer(store, make_spec("single_task"), (3, 11)).network
    assert network.heads.networks == 3
    assert network.trunk(torch.rand(2, 6, 16, 16, dtype=torch.float64), None).shape == (2, 6, 64)
