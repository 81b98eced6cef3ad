"""Fixed weights of the task losses."""

from __future__ import annotations

import torch
from torch import Tensor

from mtl.errors import MtlError
from mtl.methods.base import JointStep, Method
from mtl.methods.info import MethodInfo, Option, Value
from mtl.models.unit import Context

INFO = MethodInfo(
    name="scalar",
    label="MTL (scalar)",
    paper="fixed loss weights; Kokkinos, UberNet, CVPR",
    year=2017,
    summary="Minimises a sum of the task losses with fixed weights.",
    needs="losses",
    regimes=("joint",),
    options={
        "weights": Option(
            "1",
            pattern=r"[0-9.]+(\+[0-9.]+)*",
            doc="The weight of each task in training order, joined by +; one for all if alone.",
        )
    },
)


class Build(Method):
    """The sum of `omega_t L_t` with constant weights (InterroGate's row "MTL (scalar)")."""

    def __init__(self, options: dict[str, Value], context: Context):
        super().__init__(options, context)
        text = str(options["weights"])
        try:
            weights = [float(word) for word in text.split("+")]
        except ValueError:
            raise MtlError(
                f"scalar.weights: expected numbers joined by +, found '{text}'"
            ) from None
        if len(weights) == 1:
            weights *= context.n_tasks
        if len(weights) != context.n_tasks:
            raise MtlError(
                f"scalar.weights: expected one weight or {context.n_tasks}, one for each task, "
                f"found {len(weights)} in '{text}'"
            )
        self.weights = torch.tensor(weights, dtype=torch.float64)

    def task_weights(self, step: JointStep) -> Tensor:
        return self.weights.to(step.losses.detach()).expand_as(step.losses)
