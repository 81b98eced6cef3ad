"""Which channels the tasks chose of their own, and who contributes most to what they share."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mtl.diagnostics.base import Diagnostic, Subject
from mtl.errors import MtlError
from mtl.methods.interrogate import GatedResNet

DECIMALS = 5


def largest_shares(mixture: Tensor) -> Tensor:
    """`[T, C]` weights of the tasks -> `[T]`: the share of channels in which each is the largest.

    Channels in which several are count for each of them in equal parts, so that the shares sum to
    one.
    """
    largest = (mixture == mixture.amax(0)).double()
    return (largest / largest.sum(0)).mean(1)


class Build(Diagnostic):
    """Of each seed, at the end of the training: shares of channels by layer and task.

    `chosen` is the share that a task has of its own; `largest` that in which it has the largest
    weight in the mixture for the shared branch, whether or not anything reads it (the "proportions
    of maximum contributions to the shared branch" of InterroGate's Figure 4).

    Raises:
        MtlError: for a network without gates.
    """

    def __init__(self, subject: Subject):
        super().__init__(subject)
        trunk = subject.network.trunk
        if not isinstance(trunk, GatedResNet):
            raise MtlError(
                "diagnostics: 'gates' shows what the gates of InterroGate choose, which "
                f"'{subject.spec.method}' does not have"
            )
        self.trunk = trunk
        self.found: list[dict[str, Any]] = []

    @torch.no_grad()
    def at_end(self) -> None:
        gates = self.trunk.all_gates
        self.found = [
            {
                "tasks": self.subject.task_names,
                "layers": self.trunk.gated_units,
                "chosen": [_rounded(gate.chosen[p].double().mean(1)) for gate in gates],
                "largest": [_rounded(largest_shares(gate.mixture[p])) for gate in gates],
            }
            for p in range(len(self.subject.seeds))
        ]

    def result(self, position: int) -> dict[str, Any]:
        return self.found[position]


def _rounded(shares: Tensor) -> list[float]:
    return [round(share, DECIMALS) for share in shares.tolist()]
