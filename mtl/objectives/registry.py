"""Finds the objective for the kinds of a run's tasks, and imports no other."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from mtl.data.store import DEPTH, NORMALS, SEGMENTATION
from mtl.errors import MtlError, unknown
from mtl.objectives.base import Objective, Task
from mtl.objectives.kinds import KINDS

_CLASSES = {
    "attributes": 2,
    "labels": 2,
    SEGMENTATION: 2,
    DEPTH: 0,
    NORMALS: 0,
    "saliency": 2,
    "edges": 2,
    "normals_l1": 0,
}
"""The number of classes that a column of the kind has, if it is fixed."""


_OF_COLUMNS = ("attributes", "labels")
"""The kinds of tasks with any number of columns."""


def build(tasks: Sequence[Task], columns: Sequence[str], classes: Sequence[int]) -> Objective:
    """The objective of `tasks` on data with these label columns.

    Raises:
        MtlError: for an unknown kind, kinds that do not go together, a column that the data lack,
            or a number of columns or classes that the kind cannot have.
    """
    for task in tasks:
        _check(task, columns, classes)
    modules = {KINDS[task.kind] for task in tasks}
    if len(modules) != 1:
        found = sorted({task.kind for task in tasks})
        raise MtlError(f"tasks.kind: expected kinds that go together, found {found}")
    module = importlib.import_module(f"mtl.objectives.{modules.pop()}")
    objective: Objective = module.Build(tasks, columns, classes)
    return objective


def _check(task: Task, columns: Sequence[str], classes: Sequence[int]) -> None:
    place = f"tasks.{task.name}"
    if task.kind not in KINDS:
        raise unknown("kind of task", task.kind, KINDS, "tasks.kind")
    for name in task.columns:
        if name not in columns:
            raise unknown("label column", name, columns, f"{place}.columns")
        count = classes[list(columns).index(name)]
        needed = _CLASSES.get(task.kind, count)
        if count != needed:
            raise MtlError(
                f"{place}: column '{name}' has {count} classes; the kind '{task.kind}' needs "
                f"{needed}"
            )
    if task.kind not in _OF_COLUMNS and len(task.columns) != 1:
        raise MtlError(
            f"{place}.columns: the kind '{task.kind}' takes one column a task, found "
            f"{len(task.columns)}"
        )
