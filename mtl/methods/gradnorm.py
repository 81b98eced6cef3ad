"""GradNorm: task weights that equalise the gradient norms at the last shared layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mtl.methods.base import JointStep, Method
from mtl.methods.info import MethodInfo, Option, Value
from mtl.models.unit import Context

INFO = MethodInfo(
    name="gradnorm",
    label=r"GradNorm ($\alpha = {alpha}$)",
    paper="Chen et al., GradNorm, ICML",
    year=2018,
    summary="Learns task weights that balance the gradient norms by the tasks' training rates.",
    needs="features",
    regimes=("joint",),
    options={
        "alpha": Option(
            0.5, paper=0.5, low=0.0, doc="Strength of the pull towards slower tasks (Table 4)."
        )
    },
)


class Build(Method):
    """As in Maximum Roaming's public code, whose numbers the tables quote.

    With L_i the task losses, w_i their weights and W the last shared convolution's weight:
    g_i = ||d(w_i L_i)/dW||, r_i = (L_i / L_i(0)) / mean, target_i = mean(g) r_i^alpha as a
    constant; sum |g_i - target_i| is differentiated with respect to w, which the network's own
    Adam then steps; afterwards w is rescaled to sum to T.

    Differs from Chen et al., and follows that code: L_i(0) is taken anew at the first step of
    every epoch, and the weights share the network's optimiser and learning rate. Differs from
    that code in nothing but the arithmetic: since g_i = |w_i| ||dL_i/dW||, its derivative is
    written down and not differentiated twice.
    """

    def __init__(self, options: dict[str, Value], context: Context):
        super().__init__(options, context)
        self.alpha = float(options["alpha"])
        self.weights = nn.Parameter(torch.ones(len(context.seeds), context.n_tasks))
        self.initial_losses = torch.ones(len(context.seeds), context.n_tasks)

    def parameters(self) -> list[nn.Parameter]:
        return [self.weights]

    def task_weights(self, step: JointStep) -> Tensor:
        losses = step.losses.detach()
        if step.first_of_epoch:
            self.initial_losses = losses.clone()
        norms = self._gradient_norms(step)
        weights = self.weights.detach()
        weighted = weights.abs() * norms
        rates = losses / self.initial_losses
        rates = rates / rates.mean(1, keepdim=True)
        target = weighted.mean(1, keepdim=True) * rates**self.alpha
        gradient = (weighted - target).sign() * weights.sign() * norms
        assert self.weights.grad is not None
        self.weights.grad.copy_(gradient)
        return weights.clone()

    def _gradient_norms(self, step: JointStep) -> Tensor:
        """`[S, T]`: the norm of each task's gradient at the last shared weight."""
        shared = step.shared_weight()
        norms = []
        for gradient in step.feature_gradients():
            # As `grad_outputs=gradient`, for which torch would import its symbolic algebra.
            at_trunk = (step.trunk * gradient).sum()
            (found,) = torch.autograd.grad(at_trunk, shared, retain_graph=True)
            norms.append(found.flatten(1).norm(dim=1))
        return torch.stack(norms, dim=1)

    @torch.no_grad()
    def after_step(self) -> None:
        self.weights.mul_(self.context.n_tasks / self.weights.sum(1, keepdim=True))

    def state(self) -> dict[str, Tensor]:
        return {"initial_losses": self.initial_losses}

    def load_state(self, state: dict[str, Tensor]) -> None:
        self.initial_losses = state["initial_losses"].to(self.weights)
