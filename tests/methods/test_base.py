from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from mtl.data.store import Store
from mtl.layers.replicas import Replicas
from mtl.methods.base import Method
from mtl.models.unit import Context
from tests.methods.steps import batch, joint_step
from tests.training.fabricate import make_spec, make_store, make_trainer


@pytest.mark.parametrize("kind", ["attributes", "classes"])
def test_feature_gradients_are_autograds_task_by_task(kind: str, tmp_path: Path) -> None:
    store = make_store(tmp_path / "tiny", kind=kind)
    spec = make_spec(kind=kind, host="resnet_small")
    trainer = make_trainer(store, spec, (3, 11))
    images, targets = batch(trainer)
    step = joint_step(trainer, images, targets)
    found = step.feature_gradients()
    features = step.trunk.detach().requires_grad_()
    losses = trainer.objective.losses(trainer.network.heads(features, None), targets)
    assert found.shape == (losses.shape[1], *features.shape)
    for task in range(losses.shape[1]):
        (expected,) = torch.autograd.grad(losses[:, task].sum(), features, retain_graph=True)
        torch.testing.assert_close(found[task], expected, rtol=0, atol=1e-15)


def test_feature_gradients_leave_the_graph_for_the_step(store: Store) -> None:
    trainer = make_trainer(store, make_spec(host="resnet_small"))
    step = joint_step(trainer, *batch(trainer))
    first = step.feature_gradients()
    assert not first.requires_grad
    assert torch.equal(step.feature_gradients(), first)
    assert not trainer.adam.gradients.any()
    step.losses.sum().backward()
    assert trainer.adam.gradients.any()


def test_the_jacobian_is_autograds_row_by_row(store: Store) -> None:
    trainer = make_trainer(store, make_spec(host="resnet_small"), (3, 11))
    images, targets = batch(trainer)
    step = joint_step(trainer, images, targets)
    losses = trainer.objective.losses(trainer.network(images, None), targets)
    shared = list(trainer.network.trunk.parameters())
    for task in range(3):
        expected = torch.autograd.grad(losses[:, task].sum(), shared, retain_graph=True)
        rows = torch.cat([one.flatten(1) for one in expected], dim=1)
        torch.testing.assert_close(step.jacobian[task], rows, rtol=0, atol=1e-13)
    by_seed = step.jacobian.transpose(0, 1).numpy()
    np.testing.assert_allclose(step.gramians, by_seed @ by_seed.transpose(0, 2, 1), rtol=1e-12)


def test_the_combined_rows_become_the_trunks_gradients(store: Store) -> None:
    trainer = make_trainer(store, make_spec(host="resnet_small"), (3, 11))
    step = joint_step(trainer, *batch(trainer))
    weights = torch.tensor([[1.0, 0.0, 2.0], [0.0, -1.0, 0.5]], dtype=torch.float64)
    step.write_shared(weights)
    trunk = trainer.network.trunk.parameters()
    found = torch.cat([parameter.grad.flatten(1) for parameter in trunk], dim=1)
    rows = step.jacobian
    torch.testing.assert_close(found[0], rows[0, 0] + 2 * rows[2, 0], rtol=0, atol=1e-14)
    torch.testing.assert_close(found[1], 0.5 * rows[2, 1] - rows[1, 1], rtol=0, atol=1e-14)
    assert not any(p.grad.any() for p in trainer.network.heads.parameters())


def test_the_base_changes_nothing() -> None:
    method = Method({}, Context((0,), Replicas(1), (1, 1)))
    assert Method.networks(8) == 1
    assert method.width(64) == 64
    assert method.parameters() == []
    assert method.state() == {}
    assert method.solver_gap() is None
    assert method.before_batch(nn.Identity(), 0, 1, 0) is None
