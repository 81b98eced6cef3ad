from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from mtl.data.store import Store
from mtl.diagnostics.predictions import IMAGES
from mtl.training.network import predict
from tests.models.dense import store, trainer

__all__ = ["store"]


@pytest.mark.parametrize(
    ("method", "regime"),
    [("hard_sharing", "joint"), ("etr", "synchronized"), ("constant_predictor", "closed_form")],
)
def test_pictures_are_the_truth_and_what_the_evaluation_predicts(
    store: Store, method: str, regime: str
) -> None:
    done = trainer(store, method, regime=regime, diagnostics=["predictions"])
    done.run(lambda _: None)
    found = done.diagnostics["predictions"].result(0)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert done.diagnostics["predictions"].result(1) == {}
    assert found["classes"] == ["class_0", "class_1", "class_2"]
    assert len(found["images"]) == IMAGES
    split = store.split("val")
    done.network.eval()
    with torch.no_grad():
        images, _ = next(iter(done.eval_images.in_order(2, done.spec.eval_batch_size)))
        logits = predict(done.network, done.spec, images)[0].numpy()
    for number, view in enumerate(found["images"]):
        pixels = np.array(view["image"]["pixels"]).transpose(2, 0, 1)
        np.testing.assert_array_equal(pixels, split.images[number])
        labels = split.targets["segmentation"][number, 0].astype(int)
        truth = np.array(view["truth"]["segmentation"])
        np.testing.assert_array_equal(truth, np.where(labels == 255, -1, labels))
        np.testing.assert_allclose(
            view["truth"]["depth"], split.targets["depth"][number, 0], rtol=1e-3
        )
        classes = logits[number, :3]
        wanted = np.where(classes.max(0) >= 0, classes.argmax(0), -1)
        np.testing.assert_array_equal(view["predicted"]["segmentation"], wanted)
        np.testing.assert_allclose(view["predicted"]["depth"], logits[number, 3], rtol=1e-3)
        normals = logits[number, 4:7] / np.linalg.norm(logits[number, 4:7], axis=0)
        drawn = np.array(view["predicted"]["normals"]["pixels"]).transpose(2, 0, 1)
        np.testing.assert_allclose(drawn / 127.5 - 1, normals, rtol=0, atol=1 / 127)


def test_the_pictures_change_no_bit_of_the_training(store: Store) -> None:
    with_pictures = trainer(store, "etr", regime="synchronized", diagnostics=["predictions"])
    plain = trainer(store, "etr", regime="synchronized")
    for one in (with_pictures, plain):
        one.run(lambda _: None)
    assert torch.equal(with_pictures.adam.values, plain.adam.values)
    assert with_pictures.logs[0].curve == plain.logs[0].curve
