"""Single-task learning: one network for each task."""

from __future__ import annotations

from mtl.methods.base import Method
from mtl.methods.info import MethodInfo

INFO = MethodInfo(
    name="single_task",
    label="Single-task",
    paper="the reference of every multi-task paper; gamma = 0 in ETR-NLP's Figure 6",
    year=1997,
    summary="One network a task, trained by the same recipe; nothing is shared.",
    needs="architecture",
    regimes=("joint",),
)


class Build(Method):
    """T networks a seed side by side; the sum of the losses trains each on its own task."""

    head_for_each_task = True

    @classmethod
    def networks(cls, n_tasks: int) -> int:
        return n_tasks
