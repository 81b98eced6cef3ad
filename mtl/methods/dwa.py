"""Dynamic weight average: weights from how fast the task losses fall from epoch to epoch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mtl.methods.base import JointStep, Method
from mtl.methods.info import MethodInfo, Option, Value
from mtl.models.unit import Context

INFO = MethodInfo(
    name="dwa",
    label="DWA",
    paper="Liu, Johns, Davison, End-to-End Multi-Task Learning with Attention, CVPR",
    year=2019,
    summary="Gives more weight to tasks whose loss falls more slowly.",
    needs="losses",
    regimes=("joint",),
    options={
        "temperature": Option(
            2.0, paper=2.0, low=1e-3, doc="Of the softmax; large ones make the weights equal."
        )
    },
)


class Build(Method):
    """As in the public code of MTAN: with the epochs' mean training losses Lbar_t,

    r_t = Lbar_t(e - 1) / Lbar_t(e - 2) and w = T softmax(r / temperature); ones in the first two
    epochs. (nash-mtl's variant, over windows of 25 steps, is another method.)
    """

    def __init__(self, options: dict[str, Value], context: Context):
        super().__init__(options, context)
        self.temperature = float(options["temperature"])
        shape = len(context.seeds), context.n_tasks
        # Sum of this epoch's losses, number of its batches, means of the last and the one before.
        self.sums = torch.zeros(shape, dtype=torch.float64)
        self.batches = torch.zeros(shape, dtype=torch.float64)
        self.last = torch.ones(shape, dtype=torch.float64)
        self.before = torch.ones(shape, dtype=torch.float64)

    def before_batch(self, model: nn.Module, batch: int, batches: int, epoch: int) -> None:
        if batch == 0 and epoch > 0:
            self.before, self.last = self.last, self.sums / self.batches
            self.sums, self.batches = torch.zeros_like(self.sums), torch.zeros_like(self.batches)
        if epoch < 2:
            self.before = self.last

    def task_weights(self, step: JointStep) -> Tensor:
        self.sums += step.losses.detach().double().cpu()
        self.batches += 1
        rates = (self.last / self.before / self.temperature).softmax(dim=1)
        return (self.context.n_tasks * rates).to(step.losses)

    def state(self) -> dict[str, Tensor]:
        names = ("sums", "batches", "last", "before")
        return {name: getattr(self, name) for name in names}

    def load_state(self, state: dict[str, Tensor]) -> None:
        for name, tensor in state.items():
            setattr(self, name, tensor.cpu().clone())
