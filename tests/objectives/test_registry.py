from __future__ import annotations

import pytest

from mtl.errors import MtlError
from mtl.objectives.attributes import Build as AttributesObjective
from mtl.objectives.base import Task
from mtl.objectives.classes import Build as ClassesObjective
from mtl.objectives.dense import Build as DenseObjective
from mtl.objectives.registry import build

COLUMNS, CLASSES = ("Smiling", "Bangs", "digit", "depth"), (2, 2, 10, 0)


def task(kind: str, *columns: str) -> Task:
    return Task("t", kind, columns)


def test_the_kind_of_the_tasks_decides() -> None:
    attributes = build([task("attributes", "Bangs", "Smiling")], COLUMNS, CLASSES)
    classes = build([task("classes", "digit")], COLUMNS, CLASSES)
    assert isinstance(attributes, AttributesObjective)
    assert isinstance(classes, ClassesObjective)
    assert classes.outputs == (10,)
    dense = build([task("segmentation", "Bangs"), task("depth", "depth")], COLUMNS, CLASSES)
    assert isinstance(dense, DenseObjective)
    assert dense.outputs == (1, 1)


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([], r"tasks\.kind: expected kinds that go together, found \[\]"),
        (
            [task("attributes", "Bangs"), task("classes", "digit")],
            r"expected kinds that go together, found \['attributes', 'classes'\]",
        ),
        ([task("atributes", "Bangs")], r"tasks\.kind: unknown .*'atributes'.*'attributes'\?"),
        ([task("attributes", "Smilling")], r"tasks\.t\.columns: .*'Smilling'.*'Smiling'\?"),
        ([task("attributes", "digit")], r"tasks\.t: column 'digit' has 10 classes; .*needs 2"),
        ([task("depth", "digit")], r"tasks\.t: column 'digit' has 10 classes; .*needs 0"),
        (
            [task("segmentation", "Bangs", "Smiling")],
            r"tasks\.t\.columns: the kind 'segmentation' takes one column a task, found 2",
        ),
        (
            [task("classes", "Bangs", "digit")],
            r"tasks\.t\.columns: the kind 'classes' takes one column a task, found 2",
        ),
    ],
)
def test_tasks_that_the_data_cannot_serve_are_refused(tasks: list[Task], message: str) -> None:
    with pytest.raises(MtlError, match=message):
        build(tasks, COLUMNS, CLASSES)
