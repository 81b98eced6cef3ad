"""The constant predictor: the same outputs for every image, the level that learning must beat."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mtl.layers.heads import Heads, slices_of
from mtl.layers.replicas import ReplicatedModule, constant
from mtl.methods.base import HostBuilder, Method
from mtl.methods.info import MethodInfo
from mtl.models.unit import Context, Trunk, UnitFactory
from mtl.objectives.base import Labels, Objective

INFO = MethodInfo(
    name="constant_predictor",
    label="Constant predictor",
    paper="the level of no learning; not in the papers",
    year=2026,
    summary="Predicts the same for every image: the best constants on the labels to train on.",
    needs="architecture",
    regimes=("closed_form",),
)


class _Images(Trunk):
    """The images themselves as features: of them, the heads only look at their number and size."""

    features = 3
    joint_only = True
    mixes_tasks = True

    def __init__(self, context: Context, maps: bool):
        super().__init__()
        self.seeds, self.predicts_maps = context.replicas.seeds, maps

    def make_heads(self, context: Context) -> Heads:
        return ConstantHeads(self.seeds, context.outputs)

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` -> `[B, S, 3, H, W]`, or `[B, S, 3]` on a host that pools."""
        images = x.unflatten(1, (self.seeds, -1))
        return images if self.predicts_maps else images.mean((3, 4))

    def last_shared_weight(self) -> nn.Parameter:
        raise AttributeError("a constant predictor has no convolution")


class ConstantHeads(Heads, ReplicatedModule):
    """One number for each output and seed."""

    values: nn.Parameter
    networks = 1

    def __init__(self, seeds: int, outputs: tuple[int, ...]):
        super().__init__()
        self.slices = slices_of(outputs)
        self.declare("values", (seeds,), (sum(outputs),), constant(0.0), trained=True)

    def forward(self, features: Tensor, task: int | None) -> Tensor:
        chosen = slice(None) if task is None else self.slices[task]
        sides = features.shape[3:]
        values = self.values[:, None, chosen].unflatten(2, (-1, *[1] * len(sides)))
        return values.expand(-1, len(features), -1, *sides)

    def feature_gradients(self, losses: Tensor, logits: Tensor, features: Tensor) -> Tensor:
        raise AttributeError("a constant predictor does not depend on its features")


class Build(Method):
    """The constants of `Objective.constants`, from the labels of the split to train on.

    Not in the papers. It draws no random numbers, so that all seeds are equal.
    """

    def trunk(
        self, build: HostBuilder, unit: UnitFactory, width: int, size: tuple[int, int]
    ) -> Trunk:
        return _Images(self.context, build(unit, self.context, width, size).predicts_maps)

    @torch.no_grad()
    def fit(self, model: nn.Module, objective: Objective, labels: Labels) -> None:
        values = model.get_parameter("heads.values")
        values.copy_(objective.constants(labels).to(values).expand_as(values))
