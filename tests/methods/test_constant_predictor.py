from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from mtl.data.store import Store
from mtl.errors import MtlError
from mtl.training.network import build, count
from mtl.training.spec import TrainingSpec
from tests.methods.dense import KINDS, OUTPUTS, SIZE, dense_images, dense_spec
from tests.models.dense import store, trainer
from tests.training.fabricate import make_spec, make_store, make_trainer

__all__ = ["store"]


def test_every_image_has_the_same_predictions_and_no_step_changes_them(store: Store) -> None:
    trained = trainer(store, "constant_predictor", regime="closed_form", epochs=2)
    fitted = trained.objective.constants(trained.train_images.targets).double()
    before = trained.adam.values.clone()
    trained.run(lambda _: None)
    assert torch.equal(trained.adam.values, before)
    logits = trained.network(dense_images(), None)
    assert torch.equal(logits, fitted[:, None, None].expand(2, 2, -1, *SIZE))
    assert trained.logs[0].final.scores == trained.logs[1].final.scores
    assert trained.logs[0].curve[0] == {**trained.logs[0].curve[1], "epoch": 1}


def test_it_is_fitted_to_the_images_to_train_on_alone(store: Store) -> None:
    """The median by sorting, and the direction by averaging, in numpy."""
    trained = trainer(store, "constant_predictor", regime="closed_form")
    targets = store.split("train").targets
    depth = np.sort(np.asarray(targets["depth"])[np.asarray(targets["depth"]) != 0])
    values = trained.network.get_parameter("heads.values")[0]
    assert values[3].item() == depth[(len(depth) - 1) // 2]
    mean = np.asarray(targets["normals"]).astype(float).sum((0, 2, 3))
    np.testing.assert_allclose(values[4:].detach(), mean / np.linalg.norm(mean), rtol=0, atol=1e-7)
    assert (values[:3] == 0).all()


def test_it_has_a_parameter_for_each_output_and_no_macs() -> None:
    spec = TrainingSpec.parse(
        {**make_spec("constant_predictor", host="segnet", regime="closed_form"),
         "tasks": [{"name": k, "kind": k, "columns": [k]} for k in KINDS]}
    )  # fmt: skip
    found = count(spec, OUTPUTS, SIZE)
    assert found.parameters_total == found.parameters_active == sum(OUTPUTS)
    assert found.macs == found.macs_all_tasks == 0


def test_pooled_hosts_have_constants_too(tmp_path: Path) -> None:
    data = make_store(tmp_path)
    plain = make_spec("constant_predictor", host="resnet_small", regime="closed_form")
    trained = make_trainer(data, plain, (3, 11))
    trained.run(lambda _: None)
    fitted = trained.objective.constants(trained.train_images.targets)
    images, _ = trained.train_images.gather(torch.arange(4).expand(2, -1))
    logits = trained.network(images, None)
    assert torch.equal(logits, fitted[None, None].expand(2, 4, -1).double())


def test_it_trains_by_no_gradient() -> None:
    joint = dataclasses.replace(dense_spec("constant_predictor"), regime="joint")
    with pytest.raises(MtlError, match=r"'constant_predictor' trains under closed_form, found"):
        build(joint, (0,), OUTPUTS, SIZE)
