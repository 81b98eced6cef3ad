"""Small trainings with diagnostics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from mtl.data.store import Store
from mtl.training.trainer import Trainer
from tests.training.fabricate import make_spec, make_trainer

SEEDS = (3, 11)


def trainer(
    store: Store,
    method: str,
    diagnostics: Sequence[str] = (),
    *,
    dtype: torch.dtype = torch.float64,
    seeds: Sequence[int] = SEEDS,
    **changes: Any,
) -> Trainer:
    """Two epochs of three batches of a small ResNet, each evaluated twice."""
    settings = {"host": "resnet_small", "batch_size": 8, "evaluations_per_epoch": 2}
    spec = make_spec(method, learning_rate=1e-3, diagnostics=diagnostics, **(settings | changes))
    return make_trainer(store, spec, seeds, dtype=dtype)


def finished(store: Store, method: str, diagnostics: Sequence[str], **changes: Any) -> Trainer:
    """The same, trained to its end."""
    made = trainer(store, method, diagnostics, **changes)
    made.run(lambda trainer: None)
    return made
