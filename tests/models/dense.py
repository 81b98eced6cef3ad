"""A small store of dense tasks, and trainings of SegNet on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from mtl.data.store import SplitSource, Store, open_store, write_store
from mtl.training.spec import TrainingSpec
from mtl.training.trainer import Trainer
from tests.training.fabricate import make_spec

HEIGHT, WIDTH = 32, 64


def tasks(classes: int, normals: bool = False) -> list[dict[str, Any]]:
    """Tasks of that many classes, depth, and normals."""
    names = [f"class_{number}" for number in range(classes)]
    found = [{"name": name, "kind": "segmentation", "columns": [name]} for name in names]
    kinds = ("depth", "normals")[: 1 + normals]
    return found + [{"name": kind, "kind": kind, "columns": [kind]} for kind in kinds]


def spec(method: str, chosen: list[dict[str, Any]], width: int = 8, **changes: Any) -> dict:
    plain = make_spec(method, host="segnet", width=width, selection="best_miou", **changes)
    return {**plain, "tasks": chosen}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Noise in which the brightness of a pixel tells its class, depth and normal."""
    rng = np.random.default_rng(0)
    splits = {}
    for split, size in {"train": 8, "val": 4}.items():
        items = []
        for _ in range(size):
            image = rng.integers(0, 256, (3, HEIGHT, WIDTH)).astype(np.uint8)
            classes = (image[:1] > 128).astype(np.uint8) + (image[1:2] > 128)
            classes[:, :2] = 255
            normals = np.zeros((3, HEIGHT, WIDTH), np.float32)
            normals[2] = -1
            depth = (image[:1] / 255 + 0.1).astype(np.float32)
            depth[:, -2:] = 0
            items.append(
                {"images": image, "segmentation": classes, "depth": depth, "normals": normals}
            )
        splits[split] = SplitSource([str(number) for number in range(size)], items)
    directory = tmp_path_factory.mktemp("dense") / "store"
    write_store(
        directory,
        dataset="tiny",
        identity={},
        fingerprint="0123456789ab",
        source="twin",
        source_label="noise",
        columns=["class_0", "class_1", "class_2", "depth", "normals"],
        classes=[2, 2, 2, 0, 0],
        targets=["segmentation", "depth", "normals"],
        height=HEIGHT,
        width=WIDTH,
        splits=splits,
    )
    return open_store(directory)


def trainer(store: Store, method: str, seeds: tuple[int, ...] = (3, 11), **changes: Any) -> Trainer:
    settings = {"batch_size": 4, "epochs": 1, "learning_rate": 1e-3, **changes}
    parsed = TrainingSpec.parse(spec(method, tasks(3, True), **settings))
    return Trainer(parsed, seeds, store, torch.device("cpu"), torch.float64)
