from collections import Counter
from pathlib import Path

from mtl.config.datasets import metrics
from mtl.data.registry import tasks as tasks_of
from mtl.metrics.catalogue import METRICS, is_diagnosed
from mtl.metrics.classification import attribute_scores, class_scores, label_scores
from mtl.metrics.dense import DEPTH_METRICS, NORMAL_METRICS, SEGMENTATION_METRICS
from mtl.published.table import load_table

PUBLISHED = Path(__file__).parents[2] / "data/published"
PASCAL = metrics(tasks_of("pascal", "tasks5"))


def test_every_score_that_training_writes_has_a_column() -> None:
    scores = {
        **attribute_scores([1], [1], [1]),
        **class_scores(["left", "right"], [1, 1], 1),
        **label_scores({"gender": [1], "age": [1], "clothes": [1]}, 1),
    }
    dense = {*SEGMENTATION_METRICS, *DEPTH_METRICS, *NORMAL_METRICS}
    assert {*scores, *dense, *PASCAL} == {name for name in METRICS if not is_diagnosed(name)}
    assert all(name == metric.name for name, metric in METRICS.items())


def test_every_task_has_one_primary_metric() -> None:
    tasks = {metric.task for metric in METRICS.values() if metric.task is not None}
    primary = Counter(metric.task for metric in METRICS.values() if metric.primary)
    # Of normals, NYU-v2 and PASCAL-Context have one each.
    assert primary == {task: 2 if task == "normals" else 1 for task in tasks}


def test_what_diagnostics_find_is_no_task_s_metric() -> None:
    diagnosed = [metric for metric in METRICS.values() if is_diagnosed(metric.name)]
    assert {metric.diagnostic for metric in diagnosed} == {"gradient_conflict", "inference_cost"}
    assert {(metric.task, metric.primary) for metric in diagnosed} == {(None, False)}
    assert not is_diagnosed("f_score")
    assert not is_diagnosed("no_metric")


def test_pascal_s_columns_are_printed_as_the_paper_prints_them() -> None:
    printed = load_table(PUBLISHED / "interrogate/table_5.csv").header.columns
    units = {"percent": "percent", "fraction": "unitless", "loss": "unitless", "degree": "degrees"}
    measured = [name for name, column in printed.items() if column.task]
    assert sorted(measured) == sorted(name for name in PASCAL if METRICS[name].primary)
    for name in measured:
        ours, theirs = METRICS[name], printed[name]
        assert (ours.unit, ours.digits) == (units[theirs.unit], theirs.digits), name
        assert (ours.direction, ours.task) == (theirs.sign, theirs.task), name
