"""Tiny data, specifications and trainers for the tests of everything that trains."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mtl.data.store import Store, labelled, open_store, write_store
from mtl.methods import registry
from mtl.training.spec import TrainingSpec
from mtl.training.trainer import Trainer

ATTRIBUTES = ("Bald", "Bangs", "Eyeglasses", "Male", "Smiling")
COLUMNS = {"attributes": (ATTRIBUTES, (2,) * 5), "classes": (("left", "right"), (3, 3))}
SIZES = {"train": 14, "val": 9, "test": 7}
FINGERPRINT = "0123456789ab"


def make_store(
    directory: Path,
    *,
    kind: str = "attributes",
    side: int = 16,
    sizes: dict[str, int] = SIZES,
    seed: int = 0,
) -> Store:
    """A store of noise images whose labels can be learnt: brightness of a patch for each column.

    Args:
        directory: of the store.
        kind: "attributes" (five binary columns) or "classes" (two columns of three classes).
        side: height and width.
        sizes: images of each split.
        seed: of the noise.
    """
    generator = np.random.default_rng(seed)
    columns, classes = COLUMNS[kind]
    splits = {}
    for name, n in sizes.items():
        labels = generator.integers(0, classes, (n, len(columns))).astype(np.uint8)
        images = generator.integers(0, 120, (n, 3, side, side)).astype(np.uint8)
        for column in range(len(columns)):
            rows = slice(column * side // len(columns), (column + 1) * side // len(columns))
            images[:, :, rows] += (60 * labels[:, column])[:, None, None, None]
        splits[name] = labelled([f"{name}{i}" for i in range(n)], labels, images)
    write_store(
        directory,
        dataset="tiny",
        identity={"kind": kind, "side": side, "seed": seed},
        fingerprint=FINGERPRINT,
        source="twin",
        source_label="noise",
        columns=columns,
        classes=classes,
        height=side,
        width=side,
        splits=splits,
    )
    return open_store(directory)


def attribute_tasks() -> list[dict[str, Any]]:
    """Three tasks of two, one and two attributes, not in the order of the store's columns."""
    groups = {"face": ("Smiling", "Male"), "eyes": ("Eyeglasses",), "hair": ("Bald", "Bangs")}
    return [
        {"name": name, "kind": "attributes", "columns": list(columns)}
        for name, columns in groups.items()
    ]


def class_tasks() -> list[dict[str, Any]]:
    """Two tasks of three classes."""
    return [{"name": name, "kind": "classes", "columns": [name]} for name in ("left", "right")]


#: The methods that replace the units of any host.
ANY_HOST = [
    name
    for name in registry.available()
    if not registry.describe(name).hosts and "closed_form" not in registry.describe(name).regimes
]


def make_spec(
    method: str = "hard_sharing",
    *,
    options: dict[str, Any] | None = None,
    regime: str | None = None,
    kind: str = "attributes",
    host: str = "resnet18",
    width: int = 8,
    epochs: int = 2,
    batch_size: int = 4,
    evaluations_per_epoch: float = 1,
    learning_rate: float = 1e-2,
    selection: str | None = None,
    diagnostics: Sequence[str] = (),
    profile: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A resolved run specification in its plain form; the method's defaults where unsaid."""
    info = registry.describe(method)
    metric = "f_score" if kind == "attributes" else "accuracy"
    return {
        "dataset": "tiny",
        "tasks": attribute_tasks() if kind == "attributes" else class_tasks(),
        "model": {"host": host, "width": width},
        "method": {
            "name": method,
            "options": {name: o.default for name, o in info.options_on(host).items()}
            | (options or {}),
        },
        "regime": regime or info.regimes[0],
        "training": {
            "epochs": epochs,
            "batch_size": batch_size,
            "eval_batch_size": 5,
            "evaluations_per_epoch": evaluations_per_epoch,
            "learning_rate": learning_rate,
        },
        "evaluation": {"split": "val", "selection": selection or f"best_{metric}"},
        "diagnostics": list(diagnostics),
        "profile": profile,
    }


def make_trainer(
    store: Store,
    spec: dict[str, Any],
    seeds: Sequence[int] = (0,),
    *,
    dtype: torch.dtype = torch.float64,
    plain: bool = False,
) -> Trainer:
    """A trainer on the CPU, in float64 unless said otherwise."""
    return Trainer(
        TrainingSpec.parse(spec), seeds, store, torch.device("cpu"), dtype=dtype, plain=plain
    )


class Stop(Exception):
    """Ends a training after the wanted number of batches."""


def train_batches(trainer: Trainer, batches: int) -> None:
    """Train up to this many batches in all, through the trainer's own loop."""

    def after_batch(trainer: Trainer) -> None:
        if trainer.done_batches >= batches:
            raise Stop

    with contextlib.suppress(Stop):
        trainer.run(after_batch)


def make_identity(spec: dict[str, Any], seeds: Sequence[int]) -> dict[str, Any]:
    """What the fingerprint of a unit on the tiny store hashes."""
    return {
        "schema": 1,
        "spec": spec,
        "seeds": list(seeds),
        "data": {"fingerprint": FINGERPRINT, "source": "twin", "source_label": "noise"},
        "code": {"mtl/training/run.py": "0" * 12},
    }
