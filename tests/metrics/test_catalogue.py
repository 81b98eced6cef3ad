from mtl.metrics.catalogue import METRICS
from mtl.metrics.classification import attribute_scores, class_scores


def test_every_score_that_training_writes_has_a_column() -> None:
    scores = {
        **attribute_scores([1], [1], [1]),
        **class_scores(["left", "right"], [1, 1], 1),
    }
    assert set(scores) == set(METRICS)
    assert all(name == metric.name for name, metric in METRICS.items())


def test_every_task_has_one_primary_metric() -> None:
    tasks = sorted({metric.task for metric in METRICS.values() if metric.task is not None})
    assert sorted(metric.task for metric in METRICS.values() if metric.primary) == tasks
