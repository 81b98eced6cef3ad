"""Uncertainty weighting: each task's loss by a learned variance."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mtl.methods.base import JointStep, Method
from mtl.methods.info import MethodInfo, Option, Value
from mtl.models.unit import Context

INFO = MethodInfo(
    name="uncertainty",
    label="Uncertainty",
    paper="Kendall, Gal, Cipolla, Multi-Task Learning Using Uncertainty to Weigh Losses, CVPR",
    year=2018,
    summary="Learns a variance for each task, by which its loss is divided.",
    needs="losses",
    regimes=("joint",),
    options={
        "initial": Option(
            -0.5,
            doc="First value of the log variances: -0.5 in the public codes of LibMTL and MTAN, "
            "-0.7 in auto-lambda's.",
        )
    },
)


class Build(Method):
    """Minimises sum_t L_t / (2 exp(s_t)) + s_t / 2 over the network and the log variances s.

    One formula for regression and classification, and one optimiser for network and s, as in the
    public codes of LibMTL, MTAN and auto-lambda.
    """

    def __init__(self, options: dict[str, Value], context: Context):
        super().__init__(options, context)
        shape = len(context.seeds), context.n_tasks
        self.log_variances = nn.Parameter(torch.full(shape, float(options["initial"])))

    def parameters(self) -> list[nn.Parameter]:
        return [self.log_variances]

    @torch.no_grad()
    def task_weights(self, step: JointStep) -> Tensor:
        weights = 0.5 * torch.exp(-self.log_variances)
        assert self.log_variances.grad is not None
        self.log_variances.grad.copy_(0.5 - step.losses.detach() * weights)
        return weights
