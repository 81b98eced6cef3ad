from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from mtl.config.datasets import metrics
from mtl.data import registry
from mtl.data.store import LABELS
from mtl.errors import MtlError
from mtl.metrics.classification import label_scores
from mtl.objectives.base import Task
from mtl.objectives.registry import build
from tests.layers.build import normal

COLUMNS = ("a", "b", "c", "d")
TASKS = (Task("gender", "labels", ("c",)), Task("clothes", "labels", ("d", "a", "b")))


def labels(n: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 2, (n, 4)).astype(np.uint8))


def test_losses_are_those_of_attributes_and_scores_accuracies() -> None:
    made = build(TASKS, COLUMNS, (2,) * 4)
    same = build([Task(task.name, "attributes", task.columns) for task in TASKS], COLUMNS, (2,) * 4)
    logits, targets = normal(2, 9, 4), made.targets({LABELS: labels(9)})
    of_both = targets.expand(2, -1, -1)
    assert torch.equal(made.losses(logits, of_both), same.losses(logits, of_both))
    counter = made.counter(2)
    for piece in (slice(0, 4), slice(4, 9)):
        counter.update(logits[:, piece], targets[piece])
    for seed in range(2):
        right = ((logits[seed] > 0) == targets.bool()).double().mean(0)
        gender, clothes = float(right[0]), float(right[1:].mean())
        assert counter.scores(seed) == pytest.approx(
            {"gender": gender, "clothes": clothes, "overall": (gender + clothes) / 2}
        )
        assert counter.detail(seed)["columns"] == ["c", "d", "a", "b"]
    assert made.metrics == ("gender", "clothes", "overall")


def test_planning_knows_the_metrics_of_interrogates_tasks() -> None:
    tasks = registry.tasks("celeba", "labels3")
    assert metrics(tasks) == ("gender", "age", "clothes", "overall")
    assert [len(task["columns"]) for task in tasks] == [1, 1, 4]
    columns = registry.describe("celeba").columns
    assert {name for task in tasks for name in task["columns"]} <= set(columns)


def test_counts_that_cannot_be() -> None:
    with pytest.raises(MtlError, match="at least one sample"):
        label_scores({"gender": [0]}, 0)
    with pytest.raises(MtlError, match="gender: 5 right answers exceed the 4 samples"):
        label_scores({"gender": [5]}, 4)


def test_the_best_constants_are_the_majorities() -> None:
    made = build(TASKS, COLUMNS, (2,) * 4)
    given = torch.tensor([[1, 0, 1, 0], [1, 0, 0, 0], [0, 1, 1, 1]], dtype=torch.uint8)
    # Of the columns c, d, a, b.
    assert made.constants({LABELS: given}).tolist() == [1, -1, 1, -1]
