from __future__ import annotations

import pytest
import torch
from torch import nn

from mtl.data.store import Store
from mtl.layers.routing import RoutedConvNorm
from mtl.methods.maximum_roaming import Build
from tests.methods.units import unit
from tests.training.fabricate import make_spec, make_trainer, train_batches


class Noted(RoutedConvNorm):
    """A layer that notes its updates."""

    def __init__(self) -> None:
        nn.Module.__init__(self)
        self.updates: list[int] = []

    def roam(self, seeds, update: int) -> None:
        self.updates.append(update)


class FakeContext:
    seeds = (3, 11)


@pytest.mark.parametrize(
    ("interval", "batches", "expected"),
    [
        (0.1, 636, [64, 128, 192, 256, 320, 384, 448, 512, 576]),  # CelebA's 636: every 64
        (0.1, 50, [6, 12, 18, 24, 30, 36, 42, 48]),
        (0.5, 4, [3]),
        (0.0, 4, [1, 2, 3]),
        (1.0, 4, []),
    ],
)
def test_updates_come_as_in_the_public_code(
    interval: float, batches: int, expected: list[int]
) -> None:
    method = Build({"gamma": 0.9, "interval": interval}, FakeContext())
    layer = Noted()
    for batch in range(batches):
        method.before_batch(nn.Sequential(layer, nn.ReLU()), batch, batches, epoch=0)
    assert layer.updates == expected


def test_dense_data_are_updated_once_an_epoch_from_the_second_on() -> None:
    method = Build({"gamma": 0.6, "interval": 1.0}, FakeContext())
    layer = Noted()
    for epoch in range(4):
        for batch in range(5):
            method.before_batch(layer, batch, 5, epoch)
    assert layer.updates == [5, 10, 15]


def test_updates_of_two_epochs_draw_apart() -> None:
    method = Build({"gamma": 0.9, "interval": 0.0}, FakeContext())
    layer = Noted()
    for epoch in (0, 1):
        for batch in range(3):
            method.before_batch(layer, batch, 3, epoch)
    assert layer.updates == [1, 2, 4, 5]


def test_masks_start_as_those_of_task_routing() -> None:
    roaming, fixed = unit("maximum_roaming", gamma=0.7), unit("task_routing", gamma=0.7)
    assert torch.equal(roaming.masks, fixed.masks)


def test_the_masks_roam_while_training(store: Store) -> None:
    spec = make_spec(
        "maximum_roaming", batch_size=8, epochs=2, options={"gamma": 0.5, "interval": 0.0}
    )
    trainer = make_trainer(store, spec, (3, 11))
    layers = [m for m in trainer.network.modules() if isinstance(m, RoutedConvNorm)]
    active = [layer.masks.sum(2) for layer in layers]
    train_batches(trainer, 5)
    for layer, count in zip(layers, active, strict=True):
        assert torch.equal(layer.masks.sum(2), count)
        visited = layer.visited.sum(2) - count
        assert (visited == min(3, layer.masks.shape[2] - int(count.max()))).all()
