"""The objective for the kind of a run's tasks."""

from __future__ import annotations

from collections.abc import Sequence

from mtl.errors import MtlError, unknown
from mtl.objectives.attributes import AttributesObjective
from mtl.objectives.base import Objective, Task
from mtl.objectives.classes import ClassesObjective

OBJECTIVES: dict[str, type[Objective]] = {
    "attributes": AttributesObjective,
    "classes": ClassesObjective,
}


def build(tasks: Sequence[Task], columns: Sequence[str], classes: Sequence[int]) -> Objective:
    """The objective of `tasks` on data with these label columns.

    Raises:
        MtlError: for an unknown or mixed kind, a column that the data lack, or a number of
            classes that the kind cannot have.
    """
    kinds = {task.kind for task in tasks}
    if len(kinds) != 1:
        raise MtlError(f"tasks.kind: expected one kind for all tasks, found {sorted(kinds)}")
    kind = kinds.pop()
    if kind not in OBJECTIVES:
        raise unknown("kind of task", kind, OBJECTIVES, "tasks.kind")
    for task in tasks:
        for name in task.columns:
            if name not in columns:
                raise unknown("label column", name, columns, f"tasks.{task.name}.columns")
            count = classes[list(columns).index(name)]
            if kind == "attributes" and count != 2:
                raise MtlError(
                    f"tasks.{task.name}: column '{name}' has {count} classes; the kind "
                    "'attributes' needs 2"
                )
        if kind == "classes" and len(task.columns) != 1:
            raise MtlError(
                f"tasks.{task.name}.columns: the kind 'classes' takes one column a task, found "
                f"{len(task.columns)}"
            )
    return OBJECTIVES[kind](tasks, columns, classes)
