"""MGDA-UB: the min-norm combination of the task gradients at the shared representation."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from mtl.methods._min_norm import duality_gap, min_norm_weights
from mtl.methods.base import JointStep, Method
from mtl.methods.info import MethodInfo, Option, Value
from mtl.models.unit import Context

INFO = MethodInfo(
    name="mgda_ub",
    label="MGDA-UB",
    paper="Sener and Koltun, Multi-Task Learning as Multi-Objective Optimization, NeurIPS",
    year=2018,
    summary="Weighs the tasks by the min-norm point of their gradients at the representation.",
    needs="features",
    regimes=("joint",),
    options={
        "normalization": Option(
            "none",
            paper="none",
            choices=("none", "l2", "loss", "loss+"),
            doc="What divides each task's gradient before the weights are sought: nothing (Maximum "
            "Roaming's code), its norm, its loss, or both (the original's CelebA setting).",
        )
    },
)

# Keeps the division by a vanished gradient or loss finite.
TINY = 1e-30


class Build(Method):
    """Weights from the Gramian of dL_t/dz, z the pooled features of the batch as one vector.

    The weights multiply the losses themselves, whatever normalised the gradients for the search,
    as in both public codes. Differs from both: the min-norm point is exact, and one forward pass
    serves for the weights and the step, where they run two (the same numbers, since batch
    normalisation keeps no running statistics on pooled features; on a dense host their second pass
    moves those once more).
    """

    head_for_each_task = True

    def __init__(self, options: dict[str, Value], context: Context):
        super().__init__(options, context)
        self.normalization = str(options["normalization"])
        self._gap = 0.0

    def task_weights(self, step: JointStep) -> Tensor:
        gradients = step.feature_gradients().double()  # [T, B, S, F, ...]
        rows = gradients.movedim(2, 0).flatten(2)  # [S, T, B*F...]
        if self.normalization in ("l2", "loss+"):
            rows = rows / rows.norm(dim=2, keepdim=True).clamp_min(TINY)
        if self.normalization in ("loss", "loss+"):
            rows = rows / step.losses.detach().double()[..., None].clamp_min(TINY)
        gramians = (rows @ rows.transpose(1, 2)).cpu().numpy()
        weights = [min_norm_weights(gramian) for gramian in gramians]
        self._gap = max(map(duality_gap, gramians, weights))
        return torch.from_numpy(np.stack(weights)).to(step.losses)

    def solver_gap(self) -> float:
        return self._gap
