"""What a method may do: replace the host's units, weigh the tasks, act between steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mtl.layers.heads import Heads
from mtl.methods.info import Value
from mtl.models.unit import Context, UnitSpec, plain_unit


@dataclass(frozen=True)
class JointStep:
    """What a method sees of one joint step, after the forward pass and before the backward pass.

    Attributes:
        losses: `[S, T]`, each seed's task losses, differentiable with respect to `logits`.
        logits: `[S, B, O]`, each output of exactly one task.
        heads: the linear maps from the features to the logits.
        trunk: `[B, R, F]`, the pooled features as the output of the trunk's graph.
        shared_weight: finds the last shared convolution's weight, `[S, ...]`; a function, since the
            layers of some methods have no such weight.
        first_of_epoch: whether this is an epoch's first step.
    """

    losses: Tensor
    logits: Tensor
    heads: Heads
    trunk: Tensor
    shared_weight: Callable[[], nn.Parameter]
    first_of_epoch: bool

    @torch.no_grad()
    def feature_gradients(self) -> Tensor:
        """`[T, B, S, F]`: the gradient of each task's loss at the features, all seeds at once.

        One backward pass to the logits serves all tasks, since no logit has a part in two losses;
        each task's head takes its own share from there to the features.
        """
        with torch.enable_grad():
            total = self.losses.sum()
        (at_logits,) = torch.autograd.grad(total, self.logits, retain_graph=True)
        gradients = [
            torch.bmm(at_logits[..., outputs], self.heads.weight[:, outputs])
            for outputs in self.heads.slices
        ]
        return torch.stack(gradients).transpose(1, 2)


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
