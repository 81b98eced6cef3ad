"""Hard parameter sharing: one trunk for all tasks, a head for each, the sum of the losses."""

from __future__ import annotations

from mtl.methods.base import Method
from mtl.methods.info import MethodInfo

INFO = MethodInfo(
    name="hard_sharing",
    label="Hard sharing",
    paper="Caruana, Multitask Learning, Machine Learning 28",
    year=1997,
    summary="One shared trunk, one linear head a task, the unweighted sum of the task losses.",
    needs="losses",
    regimes=("joint",),
)


class Build(Method):
    """Nothing differs from the base."""
