"""What a method may do: replace the host's units, weigh the tasks, act between steps."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mtl.layers.heads import Heads
from mtl.methods.info import Value
from mtl.models.unit import Context, Trunk, UnitFactory, UnitSpec, plain_unit
from mtl.objectives.base import Labels, Objective

HostBuilder = Callable[[UnitFactory, Context, int, tuple[int, int]], Trunk]

_BLOCK = 1 << 13
"""Columns of a Jacobian that are taken to float64 together: few enough to stay in the cache."""


@dataclass(frozen=True)
class JointStep:
    """What a method sees of one joint step, after the forward pass and before the backward pass.

    Attributes:
        losses: `[S, T]`, each seed's task losses, differentiable with respect to `logits`.
        logits: `[S, B, O, ...]`, each output of exactly one task.
        heads: from the features to the logits.
        trunk: `[B, R, F, ...]`, the features as the output of the trunk's graph.
        features: the same, cut off that graph, from which the logits were computed.
        shared_weight: finds the last shared convolution's weight, `[S, ...]`; a function, since the
            layers of some methods have no such weight.
        shared: the trunk's parameters, `[S, ...]` each.
        first_of_epoch: whether this is an epoch's first step.
    """

    losses: Tensor
    logits: Tensor
    heads: Heads
    trunk: Tensor
    features: Tensor
    shared_weight: Callable[[], nn.Parameter]
    shared: tuple[nn.Parameter, ...]
    first_of_epoch: bool

    def feature_gradients(self) -> Tensor:
        """`[T, B, S, F, ...]`: the gradient of each task's loss at the features."""
        return self.heads.feature_gradients(self.losses, self.logits, self.features)

    @functools.cached_property
    def jacobian(self) -> Tensor:
        """`[T, S, D]`: the gradient of each task's loss at all D shared parameters of a seed.

        One backward pass of the trunk for each task; the heads take part in none of them.
        """
        sizes = [parameter[0].numel() for parameter in self.shared]
        rows = self.trunk.new_empty(len(self.heads.slices), len(self.losses), sum(sizes))
        for row, gradient in zip(rows, self.feature_gradients(), strict=True):
            # As `grad_outputs=gradient`, for which torch would import its symbolic algebra.
            with torch.enable_grad():
                at_trunk = (self.trunk * gradient).sum()
            found = torch.autograd.grad(at_trunk, self.shared, retain_graph=True)
            torch.cat([one.flatten(1) for one in found], dim=1, out=row)
        return rows

    @functools.cached_property
    def gramians(self) -> NDArray[np.float64]:
        """`[S, T, T]`: the inner products of the rows of `jacobian`, summed in float64."""
        total = torch.zeros(self.losses.shape[0], *2 * self.losses.shape[1:], dtype=torch.float64)
        for block in self.jacobian.split(_BLOCK, dim=2):
            columns = block.transpose(0, 1).double()
            total += torch.bmm(columns, columns.transpose(1, 2)).cpu()
        return total.numpy()

    @torch.no_grad()
    def write_shared(self, weights: Tensor) -> None:
        """Write the combination of the rows of `jacobian` by `[S, T]` weights as gradients."""
        combined = torch.einsum("st,tsd->sd", weights.to(self.jacobian), self.jacobian)
        pieces = combined.split([parameter[0].numel() for parameter in self.shared], dim=1)
        for parameter, piece in zip(self.shared, pieces, strict=True):
            assert parameter.grad is not None
            parameter.grad.copy_(piece.view_as(parameter))


class Method:
    """Base of all methods; as it stands, hard parameter sharing with the sum of the losses.

    A method file declares `INFO` and a subclass named `Build`.

    Args:
        options: every option of the record, with its value.
        context: seeds, replicas and tasks. `networks` of the class decides the replicas.

    Attributes:
        head_for_each_task: whether every task has a head of its own on a dense host, or tasks of
            one kind share one. (On pooled features heads are linear, where that is the same.)
        running_statistics: whether a dense host's normalisation keeps running statistics.
    """

    head_for_each_task = False
    running_statistics = True

    def __init__(self, options: dict[str, Value], context: Context):
        self.options = options
        self.context = context

    @classmethod
    def networks(cls, n_tasks: int) -> int:
        """Independent networks a seed."""
        return 1

    def width(self, width: int) -> int:
        """The host's width under this method."""
        return width

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        """The module for one convolution of the host."""
        return plain_unit(spec, context)

    def trunk(
        self, build: HostBuilder, unit: UnitFactory, width: int, size: tuple[int, int]
    ) -> Trunk:
        """The network before the heads: the host's; an architecture of its own builds that.

        Args:
            build: the host's `build`.
            unit: makes the host's units; `self.unit`, with names.
            width: the host's, before the method's own factor.
            size: `(H, W)` of the images.
        """
        return build(unit, self.context, self.width(width), size)

    def start(self, model: nn.Module, weights: Sequence[Mapping[str, Tensor]]) -> None:
        """Called once, on the initialised network, where the record's `start_on` names a method.

        Args:
            weights: of each seed, the parameters and buffers of that method's network by name.
        """
        raise NotImplementedError

    def penalty(self, model: nn.Module) -> Tensor | None:
        """`[S]` a term that the joint regime adds to each seed's loss, or None."""
        return None

    def fit(self, model: nn.Module, objective: Objective, labels: Labels) -> None:
        """Called once, on the initialised network before its first step.

        Args:
            labels: of all images to train on, `[N, ...]` each.
        """

    def parameters(self) -> list[nn.Parameter]:
        """Further parameters for the optimiser."""
        return []

    def task_weights(self, step: JointStep) -> Tensor | None:
        """`[S, T]` constant weights of the task losses in this step, or None for ones."""
        return None

    def gradient_weights(self, step: JointStep) -> Tensor | None:
        """`[S, T]` weights of the tasks' gradients at the shared parameters, or None.

        With weights, each head follows the gradient of its own task as it is.
        """
        return None

    def before_batch(self, model: nn.Module, batch: int, batches: int, epoch: int) -> None:
        """Called before every batch; `batch` counts from 0 in an epoch of `batches`."""

    def after_step(self) -> None:
        """Called after every optimiser step."""

    def solver_gap(self) -> float | None:
        """How far the last step's solver was from the optimum; None without a solver."""
        return None

    def state(self) -> dict[str, Tensor]:
        """Tensors that a resumed training needs beyond the parameters."""
        return {}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Take back what `state` gave."""
