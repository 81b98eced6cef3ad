"""The configurations that the benchmarks train: ResNet18 on noise with CelebA's 8 or 40 tasks, and
SegNet on noise with Cityscapes' 8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mtl.data import cityscapes
from mtl.data.celeba import PARTITIONS
from mtl.data.store import (
    DEPTH,
    IMAGES,
    SEGMENTATION,
    SplitSource,
    Store,
    labelled,
    open_store,
    write_store,
)
from mtl.methods import registry

FINGERPRINT = "0" * 12
TASKS = {8: "groups8", 40: "attributes40"}


@dataclass(frozen=True)
class Size:
    """How large everything is.

    Attributes:
        side: height and width of the images.
        width: channels of the host's first stage.
        batch: images a step.
        seeds: trained together or one after another.
        train, val: images of the splits.
        epochs: of the end-to-end comparison.
        runs: how often the end-to-end comparison is repeated.
        repeats: how often every other one is.
        seconds: of CPU time that one repeat should last at least, in whole steps.
    """

    side: int = 32
    width: int = 8
    batch: int = 16
    seeds: int = 5
    train: int = 512
    val: int = 96
    epochs: int = 2
    runs: int = 3
    repeats: int = 5
    seconds: float = 0.3


def make_store(folder: Path, size: Size) -> Store:
    """Noise with labels that nothing predicts: the time of a step does not depend on either."""
    generator = np.random.default_rng(0)
    columns = [column for task in PARTITIONS["groups8"]() for column in task["columns"]]
    splits = {}
    for name, n in {"train": size.train, "val": size.val, "test": 1}.items():
        labels = generator.integers(0, 2, (n, len(columns))).astype(np.uint8)
        images = generator.integers(0, 256, (n, 3, size.side, size.side)).astype(np.uint8)
        splits[name] = labelled([str(index) for index in range(n)], labels, images)
    write_store(
        folder,
        dataset="celeba",
        identity={},
        fingerprint=FINGERPRINT,
        source="twin",
        source_label="noise",
        columns=columns,
        classes=[2] * len(columns),
        height=size.side,
        width=size.side,
        splits=splits,
    )
    return open_store(folder)


def make_dense_store(folder: Path, size: Size) -> Store:
    """Noise twice as wide as high, with classes and depths that nothing predicts."""
    generator = np.random.default_rng(0)
    shape = (size.side, 2 * size.side)
    splits = {
        name: SplitSource(
            [str(index) for index in range(n)],
            [
                {
                    IMAGES: generator.integers(0, 256, (3, *shape)).astype(np.uint8),
                    SEGMENTATION: generator.integers(0, 7, (1, *shape)).astype(np.uint8),
                    DEPTH: generator.random((1, *shape), np.float32),
                }
                for _ in range(n)
            ],
        )
        for name, n in {"train": 4 * size.batch, "val": 1}.items()
    }
    write_store(
        folder,
        dataset="cityscapes",
        identity={},
        fingerprint=FINGERPRINT,
        source="twin",
        source_label="noise",
        columns=cityscapes.COLUMNS,
        classes=cityscapes.CLASSES,
        targets=(SEGMENTATION, DEPTH),
        height=shape[0],
        width=shape[1],
        splits=splits,
    )
    return open_store(folder)


def dense_specification(size: Size, method: str) -> dict[str, Any]:
    """SegNet with Cityscapes' tasks, trained synchronized, as `specification` elsewhere."""
    plain = specification(size, method, host="segnet", regime="synchronized")
    tasks = cityscapes.PARTITIONS["tasks8"]()
    evaluation = {"split": "val", "selection": "last"}
    return {**plain, "dataset": "cityscapes", "tasks": tasks, "evaluation": evaluation}


def specification(
    size: Size,
    method: str,
    *,
    host: str = "resnet18",
    regime: str | None = None,
    n_tasks: int = 8,
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The plain form of a run's specification.

    Args:
        size: of everything.
        method: its options are the defaults but for `options`.
        host: a host network.
        regime: of the updates; the method's first one if None.
        n_tasks: 8 or 40.
        options: other values.
    """
    info = registry.describe(method)
    values = {name: option.default for name, option in info.options_on(host).items()}
    return {
        "dataset": "celeba",
        "tasks": PARTITIONS[TASKS[n_tasks]](),
        "model": {"host": host, "width": size.width},
        "method": {"name": method, "options": {**values, **(options or {})}},
        "regime": regime or info.regimes[0],
        "training": {
            "epochs": size.epochs,
            "batch_size": size.batch,
            "eval_batch_size": size.val,
            "evaluations_per_epoch": 1,
            "learning_rate": 1e-3,
        },
        "evaluation": {"split": "val", "selection": "best_f_score"},
        "diagnostics": [],
        "profile": None,
    }


def seeds(size: Size) -> Sequence[int]:
    """The run seeds."""
    return range(size.seeds)
