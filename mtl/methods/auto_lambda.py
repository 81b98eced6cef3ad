"""Auto-Lambda: task weights that lower the losses after the step that they are used in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from mtl.methods.base import JointStep, LookAhead, Method
from mtl.methods.info import MethodInfo, Option, Value
from mtl.models.unit import Context
from mtl.training.adam import FlatAdam

INFO = MethodInfo(
    name="auto_lambda",
    label=r"Auto-$\lambda$",
    paper="Liu, James, Davison, Johns, Auto-Lambda, TMLR",
    year=2022,
    summary="Learns task weights by the losses of another batch after a virtual step.",
    needs="losses",
    regimes=("joint",),
    options={
        "weight_rate": Option(
            1e-4,
            paper=1e-4,
            low=0.0,
            doc="Learning rate of the weights, by Adam: 1e-4 on NYU-v2, 3e-5 on Cityscapes.",
        ),
        "first_weight": Option(0.1, paper=0.1, doc="Of every task, at the start."),
    },
)

STEP = 0.01
"""How far the parameters are moved for the finite difference."""


class Build(Method):
    """As in the authors' public code, with all tasks primary.

    With the parameters theta, their learning rate r, the task losses L_t on the batch of the step
    and M_t on a second one:

        theta' = theta - r grad sum_t lambda_t L_t(theta)
        d = grad sum_t M_t(theta'),   e = 0.01 / ||d||
        gradient of lambda_t = -r (L_t(theta + e d) - L_t(theta - e d)) / (2 e)

    Adam steps lambda by it; then the network takes its step with the new lambda, which nothing
    keeps positive. The second batch is drawn from the same images in an order of its own.

    Differs from that code in the virtual step: there it has the momentum and the weight decay of
    the network's SGD, whose place Adam takes here; it is a plain gradient step, as in DARTS, from
    which the scheme is. Differs as well in the running statistics, which see only the steps.
    """

    second_batch = True

    def __init__(self, options: dict[str, Value], context: Context):
        super().__init__(options, context)
        # In double precision and off the device, as they are few.
        shape = len(context.seeds), context.n_tasks
        first = torch.full(shape, float(options["first_weight"]), dtype=torch.float64)
        self.weights = nn.Parameter(first)
        self.adam = FlatAdam([self.weights], float(options["weight_rate"]))

    def look_ahead(self, ahead: LookAhead) -> None:
        start = [parameter.detach().clone() for parameter in ahead.parameters]
        weights, rate = self.weights.detach(), ahead.learning_rate
        gradient = _gradient(ahead.losses, weights, ahead.parameters)
        _move(ahead.parameters, start, gradient, torch.full_like(weights[:, 0], -rate))
        direction = _gradient(ahead.second_losses, torch.ones_like(weights), ahead.parameters)
        squares = [piece.double().square().flatten(1).sum(1) for piece in direction]
        norms = torch.stack(squares).sum(0).sqrt()
        # Where there is no gradient there is no difference either.
        step = STEP / norms.clamp_min(torch.finfo(torch.float32).tiny)
        differences = torch.zeros_like(weights)
        with torch.no_grad():
            for sign in (1, -1):
                _move(ahead.parameters, start, direction, sign * step)
                differences += sign * ahead.losses().double().cpu()
            for parameter, before in zip(ahead.parameters, start, strict=True):
                parameter.copy_(before)
        assert self.weights.grad is not None
        self.weights.grad.copy_(-rate * differences / (2 * step.cpu()[:, None]))
        self.adam.step()

    def task_weights(self, step: JointStep) -> Tensor:
        return self.weights.detach().to(step.losses, copy=True)

    def state(self) -> dict[str, Tensor]:
        shape = self.weights.shape
        moments = {name: tensor for name, tensor in self.adam.state().items() if name != "steps"}
        views = {name: tensor.view(shape) for name, tensor in moments.items()}
        return {**views, "steps": self.adam.steps.expand(len(self.weights))}

    def load_state(self, state: dict[str, Tensor]) -> None:
        flat = {name: tensor.flatten() for name, tensor in state.items()}
        self.adam.load_state({**flat, "steps": flat["steps"][0]})


def _gradient(
    losses: Callable[[], Tensor], weights: Tensor, parameters: Sequence[nn.Parameter]
) -> tuple[Tensor, ...]:
    """Of the weighted sum of the `[S, T]` losses, one tensor a parameter."""
    found = losses()
    return torch.autograd.grad((found * weights.to(found)).sum(), parameters)


@torch.no_grad()
def _move(
    parameters: Sequence[nn.Parameter],
    start: Sequence[Tensor],
    direction: Sequence[Tensor],
    by: Tensor,
) -> None:
    """Put the parameters at `start + by * direction`, with `[S]` lengths of the seeds."""
    for parameter, from_here, towards in zip(parameters, start, direction, strict=True):
        lengths = by.to(towards).view(-1, *[1] * (towards.dim() - 1))
        parameter.copy_(from_here + lengths * towards)
