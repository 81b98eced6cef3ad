"""PCGrad: projects conflicting task gradients onto each other's normal planes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mtl.layers.replicas import numpy_generator
from mtl.methods.base import JointStep, Method
from mtl.methods.info import MethodInfo, Value
from mtl.models.unit import Context

INFO = MethodInfo(
    name="pcgrad",
    label="PCGrad",
    paper="Yu et al., Gradient Surgery for Multi-Task Learning, NeurIPS",
    year=2020,
    summary="Removes from each task's gradient what opposes the other tasks' gradients.",
    needs="gradients",
    regimes=("joint",),
)


def pcgrad_weights(
    gramian: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Weights of the task gradients whose combination is PCGrad's, from their Gramian alone.

    For each task i, from g_i on and over the other tasks in random order: where the projected
    gradient has a negative product with the original g_j, its part along g_j is removed. The
    combination is the sum over i. As in the paper and TorchJD; the official code also projects
    g_i on itself, which can differ once g_i has changed.

    Args:
        gramian: `[T, T]`, positive semi-definite; rows may be zero or repeated.
        generator: draws the order.

    Returns:
        `[T]`.

    Raises:
        FloatingPointError: if the Gramian is not finite.
    """
    if not np.isfinite(gramian).all():
        raise FloatingPointError("the Gramian of the task gradients is not finite")
    n_tasks = len(gramian)
    total = np.zeros(n_tasks)
    for task in range(n_tasks):
        own = np.zeros(n_tasks)
        own[task] = 1.0
        for other in generator.permutation(n_tasks):
            product = own @ gramian[:, other]
            if other != task and product < 0 < gramian[other, other]:
                own[other] -= product / gramian[other, other]
        total += own
    return total


class Build(Method):
    """Gradients at the trunk's parameters; each head follows its own task's gradient."""

    def __init__(self, options: dict[str, Value], context: Context):
        super().__init__(options, context)
        self.place = (0, 0)

    def before_batch(self, model: nn.Module, batch: int, batches: int, epoch: int) -> None:
        self.place = (epoch, batch)

    def gradient_weights(self, step: JointStep) -> Tensor:
        weights = [
            pcgrad_weights(gramian, numpy_generator(seed, "pcgrad", *self.place))
            for seed, gramian in zip(self.context.seeds, step.gramians, strict=True)
        ]
        return torch.from_numpy(np.stack(weights))
