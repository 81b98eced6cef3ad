from __future__ import annotations

import pytest
import torch

from mtl.data.store import Store
from mtl.layers.routing import RoutedConvNorm
from mtl.models.unit import Role
from tests.methods.units import unit
from tests.training.fabricate import make_spec, make_trainer, train_batches


@pytest.mark.parametrize("role", ["stem", "conv", "downsample"])
def test_every_convolution_is_masked(role: Role) -> None:
    made = unit("task_routing", role, gamma=0.7)
    assert isinstance(made, RoutedConvNorm)
    assert made.masks.shape == (2, 3, 10)
    assert (made.masks.sum(2) == 7).all()


def test_the_masks_stay_as_they_are(store: Store) -> None:
    trainer = make_trainer(store, make_spec("task_routing", options={"gamma": 0.5}))
    buffers = {name: b.clone() for name, b in trainer.network.named_buffers()}
    train_batches(trainer, 5)
    assert any(name.endswith(".masks") for name in buffers)
    for name, buffer in trainer.network.named_buffers():
        assert torch.equal(buffer, buffers[name]), name
