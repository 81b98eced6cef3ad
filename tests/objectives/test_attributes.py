from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from mtl.objectives.attributes import Build as AttributesObjective
from mtl.objectives.base import Task
from tests.layers.build import normal

COLUMNS = ("a", "b", "c", "d", "e")
TASKS = [
    Task("two", "attributes", ("d", "a")),
    Task("one", "attributes", ("c",)),
    Task("more", "attributes", ("b", "e")),
]
ORDER = [3, 0, 2, 1, 4]
GROUPS = [slice(0, 2), slice(2, 3), slice(3, 5)]


@pytest.fixture
def objective() -> AttributesObjective:
    return AttributesObjective(TASKS, COLUMNS, (2,) * 5)


def labels(*shape: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 2, (*shape, 5)).astype(np.uint8))


def test_targets_are_the_columns_task_after_task(objective: AttributesObjective) -> None:
    given = labels(2, 7)
    assert torch.equal(objective.targets({"labels": given}), given[..., ORDER])
    assert objective.outputs == (2, 1, 2)
    assert objective.column_names == ["d", "a", "c", "b", "e"]


def test_each_loss_is_torchs_on_the_columns_of_its_group(objective: AttributesObjective) -> None:
    logits = normal(2, 7, 5).mul(3)
    given = labels(2, 7)
    targets = objective.targets({"labels": given})
    ours = objective.losses(logits, targets)
    assert ours.shape == (2, 3)
    for task, group in enumerate(GROUPS):
        columns = [COLUMNS.index(name) for name in TASKS[task].columns]
        for seed in range(2):
            theirs = torch.nn.BCELoss()(
                torch.sigmoid(logits[seed, :, group]), given[seed][:, columns].double()
            )
            torch.testing.assert_close(ours[seed, task], theirs, rtol=1e-12, atol=0)
        alone = objective.task_loss(logits[..., group], targets, task)
        torch.testing.assert_close(alone, ours[:, task], rtol=1e-14, atol=0)


def test_both_losses_have_the_same_gradient(objective: AttributesObjective) -> None:
    logits = normal(2, 7, 5).requires_grad_()
    targets = objective.targets({"labels": labels(2, 7)})
    (all_at_once,) = torch.autograd.grad(objective.losses(logits, targets).sum(), logits)
    each = sum(
        objective.task_loss(logits[..., group], targets, task).sum()
        for task, group in enumerate(GROUPS)
    )
    (task_by_task,) = torch.autograd.grad(each, logits)
    torch.testing.assert_close(all_at_once, task_by_task, rtol=1e-13, atol=0)


def test_large_logits_keep_their_loss(objective: AttributesObjective) -> None:
    logits = torch.full((1, 2, 5), 1000.0)
    losses = objective.losses(logits, torch.zeros(1, 2, 5, dtype=torch.uint8))
    assert losses.tolist() == [[1000.0] * 3]


def test_losses_take_the_type_of_the_logits(objective: AttributesObjective) -> None:
    targets = objective.targets({"labels": labels(1, 4)})
    for dtype in (torch.float32, torch.float64):
        assert objective.losses(torch.zeros(1, 4, 5, dtype=dtype), targets).dtype == dtype


def counted(objective: AttributesObjective, logits: Tensor, given: Tensor, batch: int):
    counter = objective.counter(len(logits))
    for start in range(0, len(given), batch):
        piece = slice(start, start + batch)
        counter.update(logits[:, piece], objective.targets({"labels": given[piece]}))
    return counter


@pytest.mark.oracle
@pytest.mark.parametrize("seed", [0, 1])
def test_scores_are_scikit_learns(objective: AttributesObjective, seed: int) -> None:
    from sklearn.metrics import precision_recall_fscore_support

    logits, given = normal(2, 50, 5), labels(50)
    counter = counted(objective, logits, given, 16)
    per_column = precision_recall_fscore_support(
        objective.targets({"labels": given}).numpy(),
        (torch.sigmoid(logits[seed]) >= 0.5).numpy(),
        average=None,
    )
    for metric, values in zip(("precision", "recall", "f_score"), per_column[:3], strict=True):
        assert counter.scores(seed)[metric] == pytest.approx(values.mean(), abs=1e-6)


def test_counts_are_those_of_the_split(objective: AttributesObjective) -> None:
    logits, given = normal(2, 50, 5), labels(50)
    predicted, wanted = (logits >= 0).numpy(), given.numpy()[:, ORDER].astype(bool)
    for seed in range(2):
        assert counted(objective, logits, given, 50).detail(seed) == {
            "columns": ["d", "a", "c", "b", "e"],
            "true_positive": (predicted[seed] & wanted).sum(0).tolist(),
            "predicted_positive": predicted[seed].sum(0).tolist(),
            "positive": wanted.sum(0).tolist(),
            "n": 50,
        }


@pytest.mark.parametrize("batch", [1, 7, 50])
def test_the_cut_into_batches_changes_no_score(objective: AttributesObjective, batch: int) -> None:
    logits, given = normal(1, 50, 5), labels(50)
    whole, cut = counted(objective, logits, given, 50), counted(objective, logits, given, batch)
    assert cut.scores(0) == whole.scores(0)
    assert cut.detail(0) == whole.detail(0)


def test_a_logit_of_zero_is_a_yes(objective: AttributesObjective) -> None:
    counter = objective.counter(1)
    counter.update(torch.zeros(1, 3, 5), torch.ones(3, 5, dtype=torch.uint8))
    assert counter.detail(0)["predicted_positive"] == [3] * 5


def test_the_scores_are_the_objectives_metrics(objective: AttributesObjective) -> None:
    counter = counted(objective, normal(1, 8, 5), labels(8), 8)
    assert tuple(counter.scores(0)) == objective.metrics


def test_the_best_constant_says_yes_to_everything(objective: AttributesObjective) -> None:
    constants = objective.constants({"labels": labels(9)})
    assert constants.shape == (5,)
    counter = objective.counter(1)
    targets = objective.targets({"labels": labels(9)})
    counter.update(constants.expand(1, 9, -1), targets)
    rates = labels(9).double().mean(0)
    assert counter.scores(0)["recall"] == pytest.approx(1)
    assert counter.scores(0)["precision"] == pytest.approx(float(rates.mean()), abs=1e-6)
