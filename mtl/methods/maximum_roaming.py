"""Maximum roaming: task masks that wander over all channels while training."""

from __future__ import annotations

from torch import nn

from mtl.layers.routing import RoutedConvNorm
from mtl.methods.base import Method
from mtl.methods.info import MethodInfo, Option
from mtl.models.unit import Context, UnitSpec, plain_unit

INFO = MethodInfo(
    name="maximum_roaming",
    label=r"Max roaming ($\gamma = {gamma}$)",
    paper="Pascal et al., Maximum Roaming Multi-Task Learning, AAAI",
    year=2021,
    summary="Task routing whose masks change until each task has used every channel.",
    needs="architecture",
    regimes=("steady_state", "synchronized"),
    options={
        "gamma": Option(
            0.9,
            paper=0.9,
            low=0.0,
            high=1.0,
            doc="Share of the channels that a task uses at a time (printed 0.9; public code 0.8).",
        ),
        "interval": Option(
            0.1,
            paper=0.1,
            low=0.0,
            high=1.0,
            doc="Updates come every such share of an epoch; 1: at the start of each but the first.",
        ),
    },
)


class Build(Method):
    """The masks of task routing; one update every `int(interval * batches) + 1` batches [C].

    No update falls on an epoch's first batch: the schedule for CelebA. An interval of one is the
    schedule for dense prediction: an update on the first batch of every epoch but the first. A
    layer rests once some task has used all of its channels. The public code's option of
    least-aligned units is not its default and not here.
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

    def before_batch(self, model: nn.Module, batch: int, batches: int, epoch: int) -> None:
        interval = float(self.options["interval"])
        if interval == 1:
            due = batch == 0 and epoch > 0
        else:
            due = batch > 0 and batch % (int(interval * batches) + 1) == 0
        if not due:
            return
        for module in model.modules():
            if isinstance(module, RoutedConvNorm):
                module.roam(self.context.seeds, epoch * batches + batch)
