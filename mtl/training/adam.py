"""Adam on one flat buffer.

`torch.optim` takes seconds to import and steps tensor by tensor; this is one call of torch's own
fused kernel. The gradients are zeroed, never removed: as in the PyTorch 1.2 of the parent code,
every step also moves what had no gradient, by its decaying moments. That matters where a step
trains one task and the branches of the others stand by.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class FlatAdam:
    """Adam (Kingma and Ba) with the default betas, no weight decay and a constant rate.

    The parameters and their gradients become views of two flat buffers.

    Args:
        parameters: of one type and device.
        learning_rate: constant.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], learning_rate: float):
        self.learning_rate = learning_rate
        first = parameters[0]
        size = sum(parameter.numel() for parameter in parameters)
        self.values = torch.empty(size, dtype=first.dtype, device=first.device)
        self.gradients = torch.zeros_like(self.values)
        self.first_moment = torch.zeros_like(self.values)
        self.second_moment = torch.zeros_like(self.values)
        self.steps = torch.zeros((), dtype=torch.float32, device=first.device)
        start = 0
        for parameter in parameters:
            piece = slice(start, start + parameter.numel())
            self.values[piece].copy_(parameter.data.reshape(-1))
            parameter.data = self.values[piece].view(parameter.shape)
            parameter.grad = self.gradients[piece].view(parameter.shape)
            start = piece.stop

    def zero_grad(self) -> None:
        """Write zeros into all gradients."""
        self.gradients.zero_()

    @torch.no_grad()
    def step(self) -> None:
        """One step, by the fused kernel where torch has it."""
        self.steps += 1
        if hasattr(torch, "_fused_adam_"):
            torch._fused_adam_(
                [self.values],
                [self.gradients],
                [self.first_moment],
                [self.second_moment],
                [],
                [self.steps],
                lr=self.learning_rate,
                beta1=BETA1,
                beta2=BETA2,
                weight_decay=0.0,
                eps=EPSILON,
                amsgrad=False,
                maximize=False,
            )
        else:
            self.step_in_public_operations()

    @torch.no_grad()
    def step_in_public_operations(self) -> None:
        """The same step from public operations; `steps` must have been counted already."""
        count = float(self.steps)
        self.first_moment.lerp_(self.gradients, 1 - BETA1)
        self.second_moment.mul_(BETA2).addcmul_(self.gradients, self.gradients, value=1 - BETA2)
        denominator = (self.second_moment / (1 - BETA2**count)).sqrt_().add_(EPSILON)
        rate = self.learning_rate / (1 - BETA1**count)
        self.values.addcdiv_(self.first_moment, denominator, value=-rate)

    def state(self) -> dict[str, Tensor]:
        """The parameters and moments, for a resumable training."""
        return {
            "values": self.values,
            "first_moment": self.first_moment,
            "second_moment": self.second_moment,
            "steps": self.steps,
        }

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Take back what `state` gave."""
        for name, tensor in self.state().items():
            tensor.copy_(state[name])
