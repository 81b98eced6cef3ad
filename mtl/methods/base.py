"""What a method may do: replace the host's units, weigh the tasks, act between steps."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mtl.methods.info import Value
from mtl.models.unit import Context, UnitSpec, plain_unit


@dataclass(frozen=True)
class JointStep:
    """What a method sees of one joint step, after the forward pass and before the backward pass.

    Attributes:
        losses: `[S, T]`, each seed's task losses, differentiable with respect to `features`.
        features: `[B, R, F]`, the pooled features as a leaf: the graph below it is `trunk`.
        trunk: the same features as the output of the trunk's graph.
        shared_weight: the last shared convolution's weight, `[S, ...]`.
        first_of_epoch: whether this is an epoch's first step.
    """

    losses: Tensor
    features: Tensor
    trunk: Tensor
    shared_weight: nn.Parameter
    first_of_epoch: bool

    def feature_gradients(self) -> Tensor:
        """`[T, B, R, F]`: the gradient of each task's loss at the features, all seeds at once."""
        gradients = [
            torch.autograd.grad(self.losses[:, task].sum(), self.features, retain_graph=True)[0]
            for task in range(self.losses.shape[1])
        ]
        return torch.stack(gradients)


class Method:
    """Base of all methods; as it stands, hard parameter sharing with the sum of the losses.

    A method file declares `INFO` and a subclass named `Build`.

    Args:
        options: every option of the record, with its value.
        context: seeds, replicas and tasks. `networks` of the class decides the replicas.
    """

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

    def parameters(self) -> list[nn.Parameter]:
        """Further parameters for the optimiser."""
        return []

    def task_weights(self, step: JointStep) -> Tensor | None:
        """`[S, T]` constant weights of the task losses in this step, or None for ones."""
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
