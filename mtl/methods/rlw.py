"""Random loss weighting."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from mtl.layers.replicas import numpy_generator
from mtl.methods.base import JointStep, Method
from mtl.methods.info import MethodInfo, Value
from mtl.models.unit import Context

INFO = MethodInfo(
    name="rlw",
    label="RLW",
    paper="Lin, Ye, Zhang, Reasonable Effectiveness of Random Weighting, TMLR",
    year=2022,
    summary="Draws the weights of the task losses anew in every step.",
    needs="losses",
    regimes=("joint",),
)


class Build(Method):
    """w = softmax(z) with z normal, in every step of every seed.

    The weights sum to one, as printed, where those of other methods sum to T: to Adam the scale
    does not matter.
    """

    def __init__(self, options: dict[str, Value], context: Context):
        super().__init__(options, context)
        self.place = (0, 0)

    def before_batch(self, model: nn.Module, batch: int, batches: int, epoch: int) -> None:
        self.place = (epoch, batch)

    def task_weights(self, step: JointStep) -> Tensor:
        draws = [
            numpy_generator(seed, "rlw", *self.place).standard_normal(self.context.n_tasks)
            for seed in self.context.seeds
        ]
        return torch.from_numpy(np.stack(draws)).softmax(dim=1).to(step.losses)
