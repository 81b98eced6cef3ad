"""Task routing: fixed binary masks on the channels, one for each task and layer."""

from __future__ import annotations

from torch import nn

from mtl.layers.routing import RoutedConvNorm
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo, Option
from mtl.models.unit import Context, UnitSpec, plain_unit

INFO = MethodInfo(
    name="task_routing",
    label=r"Task routing ($\gamma = {gamma}$)",
    paper="Strezoski et al., Many Task Learning with Task Routing, ICCV",
    year=2019,
    summary="Each task uses a fixed random share of the channels of every layer.",
    needs="architecture",
    regimes=("steady_state", "synchronized"),
    options={
        "gamma": Option(
            0.9, paper=0.9, low=0.0, high=1.0, doc="Share of the channels that a task uses."
        )
    },
)


class Build(Method):
    """Masks on every convolution, stem and shortcuts included, none on the heads [C].

    The masks are Maximum Roaming's, which cover every channel (see `routing_masks`).
    """

    head_for_each_task = True
    running_statistics = False

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        return RoutedConvNorm(
            plain_unit(spec, context),
            spec.name,
            context.seeds,
            context.n_tasks,
            spec.c_out,
            float(self.options["gamma"]),
        )
