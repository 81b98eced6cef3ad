"""Attentive hard sharing: a channel gate for each task after every convolution."""

from __future__ import annotations

from torch import nn

from mtl.layers.attention import AttentiveConvNorm, TaskAttention
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo, Option
from mtl.models.unit import Context, UnitSpec, plain_unit

INFO = MethodInfo(
    name="attentive",
    label="Atten. hard sharing",
    paper="Maninis et al., Attentive Single-Tasking of Multiple Tasks, CVPR",
    year=2019,
    summary="A shared trunk whose channels each task scales by its own squeeze-and-excitation.",
    needs="architecture",
    regimes=("steady_state", "synchronized"),
    options={
        "reduction": Option(
            16, paper=16, low=1, doc="Channels over hidden units of a gate (public code)."
        )
    },
)


class Build(Method):
    """Gates after the normalisation of every convolution, stem and shortcuts included [C].

    As Maximum Roaming's code has it; Maninis et al. gate only the residual branch, and also use
    task-specific normalisation and an adversarial loss.
    """

    head_for_each_task = True
    running_statistics = False

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        reduction = int(self.options["reduction"])
        gate = TaskAttention(context.replicas, context.n_tasks, spec.c_out, reduction)
        return AttentiveConvNorm(plain_unit(spec, context), gate)
