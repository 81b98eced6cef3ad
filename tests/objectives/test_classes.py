from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from mtl.objectives.base import Task
from mtl.objectives.classes import Build as ClassesObjective
from tests.layers.build import normal

COLUMNS, CLASSES = ("left", "unused", "right"), (4, 9, 3)
TASKS = [Task("r", "classes", ("right",)), Task("l", "classes", ("left",))]
GROUPS = [slice(0, 3), slice(3, 7)]


@pytest.fixture
def objective() -> ClassesObjective:
    return ClassesObjective(TASKS, COLUMNS, CLASSES)


def labels(*shape: int) -> Tensor:
    given = np.random.default_rng(0).integers(0, CLASSES, (*shape, 3))
    return torch.from_numpy(given.astype(np.uint8))


def test_targets_are_the_columns_of_the_tasks(objective: ClassesObjective) -> None:
    given = labels(2, 7)
    assert torch.equal(objective.targets({"labels": given}), given[..., [2, 0]])
    assert objective.outputs == (3, 4)


def test_each_loss_is_torchs_cross_entropy(objective: ClassesObjective) -> None:
    logits, given = normal(2, 7, 7), labels(2, 7)
    targets = objective.targets({"labels": given})
    ours = objective.losses(logits, targets)
    assert ours.shape == (2, 2)
    for task, (group, column) in enumerate(zip(GROUPS, (2, 0), strict=True)):
        for seed in range(2):
            theirs = torch.nn.CrossEntropyLoss()(
                logits[seed, :, group], given[seed, :, column].long()
            )
            torch.testing.assert_close(ours[seed, task], theirs, rtol=1e-12, atol=0)
        alone = objective.task_loss(logits[..., group], targets, task)
        assert torch.equal(alone, ours[:, task])


@pytest.mark.oracle
def test_scores_are_scikit_learns(objective: ClassesObjective) -> None:
    from sklearn.metrics import accuracy_score

    logits, given = normal(2, 50, 7), labels(50)
    counter = objective.counter(2)
    for piece in (slice(0, 33), slice(33, 50)):
        counter.update(logits[:, piece], objective.targets({"labels": given[piece]}))
    for seed in range(2):
        right = accuracy_score(given[:, 2], logits[seed, :, GROUPS[0]].argmax(1))
        left = accuracy_score(given[:, 0], logits[seed, :, GROUPS[1]].argmax(1))
        assert counter.scores(seed) == pytest.approx(
            {"accuracy_right": right, "accuracy_left": left, "accuracy": (left + right) / 2}
        )
        assert counter.detail(seed) == {
            "columns": ["right", "left"],
            "correct": [round(50 * right), round(50 * left)],
            "n": 50,
        }


def test_the_scores_are_the_objectives_metrics(objective: ClassesObjective) -> None:
    counter = objective.counter(1)
    counter.update(normal(1, 8, 7), objective.targets({"labels": labels(8)}))
    assert tuple(counter.scores(0)) == objective.metrics


def test_the_best_constant_is_the_most_frequent_class(objective: ClassesObjective) -> None:
    given = torch.tensor([[0, 0, 2], [3, 1, 2], [3, 5, 0], [1, 8, 2], [3, 0, 1]]).byte()
    constants = objective.constants({"labels": given})
    assert [int(constants[group].argmax()) for group in GROUPS] == [2, 3]
    counter = objective.counter(1)
    counter.update(constants.expand(1, 5, -1), objective.targets({"labels": given}))
    assert counter.scores(0)["accuracy"] == pytest.approx(0.6)
