from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from mtl.data.store import Store
from mtl.diagnostics import activations
from mtl.training.trainer import Trainer
from tests.diagnostics.trained import finished, trainer
from tests.models.dense import store as dense_store
from tests.models.dense import trainer as dense_trainer

__all__ = ["dense_store"]

STAGES = ["stage1.block1.conv2", "stage2.block1.conv2", "stage3.block1.conv2"]


def outputs_alone(done: Trainer, store: Store, method: str, block: int, **changes: Any) -> Tensor:
    """`[T, C, H, W]`: behind the second unit of a block, of the first seed by itself."""
    alone = trainer(store, method, seeds=(3,), **changes)
    with torch.no_grad():
        for name, tensor in alone.network.state_dict().items():
            tensor.copy_(done.network.state_dict()[name][0, None])
    images, _ = next(alone.eval_images.in_order(1, 9))
    seen: list[Tensor] = []
    unit = alone.network.trunk.blocks[block].conv2
    unit.register_forward_hook(lambda module, arguments, output: seen.append(output[0]))
    with torch.no_grad():
        for task in range(3):
            alone.network(images, task)
    return torch.stack(seen)


@pytest.mark.parametrize(
    ("method", "options", "shared"),
    [
        ("etr", {}, [7, 14, 28]),  # int(0.9 * C) of 8, 16 and 32 channels
        ("etr", {"gamma": 0.5}, [4, 8, 16]),
        ("etr_nlp", {}, [6, 14, 28]),
    ],
)
def test_the_branches_are_split_where_the_layers_split_them(
    store: Store, method: str, options: dict[str, Any], shared: list[int]
) -> None:
    done = finished(store, method, ["activations"], options=options, epochs=1)
    found = done.diagnostics["activations"].result(0)
    assert [layer["name"] for layer in found["layers"]] == STAGES
    for block, (layer, count) in enumerate(zip(found["layers"], shared, strict=True)):
        expected = outputs_alone(done, store, method, block, options=options, epochs=1)
        channels = 8 * 2**block
        height, width = layer["height"], layer["width"]
        assert expected.shape == (3, channels, height, width)
        branches = {branch["name"]: np.array(branch["maps"]) for branch in layer["branches"]}
        assert list(branches) == ["shared", "face", "eyes", "hair"]
        assert branches["shared"].shape == (count, height * width)
        of_first = expected[0, :count].flatten(1).numpy()
        np.testing.assert_allclose(branches["shared"], of_first, rtol=0, atol=1e-5)
        for task, name in enumerate(("face", "eyes", "hair")):
            of_task = expected[task, count:].flatten(1).numpy()
            assert branches[name].shape == (channels - count, height * width)
            np.testing.assert_allclose(branches[name], of_task, rtol=0, atol=1e-5)


def test_the_image_is_the_first_held_out_one(store: Store) -> None:
    done = finished(store, "etr", ["activations"], epochs=1)
    image = done.diagnostics["activations"].result(0)["image"]
    pixels = np.array(image["pixels"]).transpose(2, 0, 1)
    np.testing.assert_array_equal(pixels, store.split("val").images[0])


def test_no_hook_stays_and_only_the_first_seed_is_shown(store: Store) -> None:
    done = finished(store, "etr", ["activations"], epochs=1)
    assert done.diagnostics["activations"].result(1) == {}
    assert all(not module._forward_hooks for module in done.network.modules())


def test_large_maps_are_averaged_over_squares(
    dense_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of SegNet's stages; 32 x 64 pixels become 16 x 32, smaller maps stay as they are."""
    whole, halved = (_activations(dense_store, side, monkeypatch) for side in (64, 32))
    assert [layer["name"].split(".")[0] for layer in whole["layers"]] == [
        *(f"encoder{stage}" for stage in range(1, 6)),
        *(f"decoder{stage}" for stage in range(1, 6)),
    ]
    for before, after in zip(whole["layers"], halved["layers"], strict=True):
        large = max(before["height"], before["width"]) > 32
        size = (before["height"] // (1 + large), before["width"] // (1 + large))
        assert (after["height"], after["width"]) == size
        for one, other in zip(before["branches"], after["branches"], strict=True):
            maps = np.array(one["maps"]).reshape(-1, before["height"], before["width"])
            if large:
                maps = maps.reshape(-1, size[0], 2, size[1], 2).mean((2, 4))
            np.testing.assert_allclose(other["maps"], maps.reshape(len(maps), -1), atol=2e-5)


def _activations(store: Store, side: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(activations, "SIDE", side)
    done = dense_trainer(store, "etr", regime="synchronized", diagnostics=["activations"])
    done.run(lambda _: None)
    return done.diagnostics["activations"].result(0)
