"""ETR: explicit task routing with ordinary convolutions."""

from __future__ import annotations

from torch import nn

from mtl.layers.etr import ETRConv2d, TaskConvNorm
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo, Option
from mtl.models.unit import Context, UnitSpec, norm_of, plain_unit

INFO = MethodInfo(
    name="etr",
    label=r"ETR ($\gamma = {gamma}$)",
    paper="Ding et al., Mitigating Task Interference with Explicit Task Routing, CVPR",
    year=2023,
    summary="Every layer has a branch that all tasks share and a branch for each task.",
    needs="architecture",
    regimes=("steady_state", "synchronized"),
    options={
        "gamma": Option(
            0.9, paper=0.9, low=0.0, high=1.0, doc="Share of a layer's channels that tasks share."
        )
    },
)


class Build(Method):
    """Both branches of the 3x3 convolutions are ordinary convolutions (Tables 3, 6, 7 [P]).

    Stem, 1x1 shortcuts and normalisations stay shared (inferred from the parameter counts).
    gamma 0 leaves no shared branch in those layers, gamma 1 no specific one.
    """

    head_for_each_task = True
    running_statistics = False

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        if spec.role != "conv":
            return plain_unit(spec, context)
        conv = ETRConv2d(
            context.replicas,
            context.n_tasks,
            spec.c_in,
            spec.c_out,
            spec.kernel,
            spec.stride,
            float(self.options["gamma"]),
            context.plain,
            spec.draw,
        )
        return TaskConvNorm(conv, norm_of(spec, context))
