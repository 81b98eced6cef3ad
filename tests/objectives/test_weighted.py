from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mtl.errors import MtlError
from mtl.objectives.weighted import Weighted
from mtl.training.batches import epoch_order
from mtl.training.regimes import UPDATE_RULES
from mtl.training.trainer import Trainer
from tests.training.fabricate import make_spec, make_store, make_trainer

WEIGHTS = [1.0, 10.0, 0.25]


def trainer(path: Path, regime: str, weights: list[float]) -> Trainer:
    spec = make_spec(regime=regime, method="task_routing", host="resnet_small")
    if weights:
        spec["loss_weights"] = weights
    return make_trainer(make_store(path), spec, (3, 11))


def gradients(made: Trainer) -> dict[str, torch.Tensor]:
    """Of the first batch, before any step."""
    images, labels = made.train_images.gather(epoch_order(made.seeds, 0, 8))
    targets = made.objective.targets(labels)
    made.adam.step = lambda: None  # type: ignore[method-assign]
    update = UPDATE_RULES[made.spec.regime]
    update(made.network, made.method, made.losses, made.adam, images, targets, True)
    return {name: p.grad.clone() for name, p in made.network.named_parameters()}  # type: ignore[union-attr]


def test_each_loss_is_multiplied_by_its_weight(tmp_path: Path) -> None:
    objective = trainer(tmp_path / "data", "synchronized", []).objective
    weighted = Weighted(objective, WEIGHTS)
    logits = torch.randn(2, 4, 5, dtype=torch.float64)
    targets = torch.randint(0, 2, (2, 4, 5)).double()
    plain = objective.losses(logits, targets)
    torch.testing.assert_close(
        weighted.losses(logits, targets), plain * torch.tensor(WEIGHTS, dtype=torch.float64)
    )
    own = objective.task_loss(logits[..., :2], targets, 0)
    torch.testing.assert_close(weighted.task_loss(logits[..., :2], targets, 0), own)


def test_heads_follow_the_weighted_losses_and_metrics_do_not_change(tmp_path: Path) -> None:
    """Linear heads: a task's weight is the factor of its head's gradient."""
    plain = trainer(tmp_path / "a", "synchronized", [])
    weighted = trainer(tmp_path / "b", "synchronized", WEIGHTS)
    one, other = gradients(plain), gradients(weighted)
    factor = torch.tensor([1.0, 1.0, 10.0, 0.25, 0.25], dtype=torch.float64)
    torch.testing.assert_close(other["heads.bias"], one["heads.bias"] * factor)
    assert weighted.objective is not weighted.losses
    assert plain.objective is plain.losses


def test_as_many_weights_as_tasks(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match="loss_weights: expected 3, one for each task, found 2"):
        trainer(tmp_path / "data", "synchronized", [1.0, 2.0])
