"""What the trained network of a seed costs to deploy: FLOPs of a prediction, and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from mtl.diagnostics.base import Diagnostic, Subject
from mtl.errors import MtlError
from mtl.pruning.prune import has_gates, prune
from mtl.training.macs import MacCounter
from mtl.training.network import COUNTED_IMAGES, inference_cost


def pruned_cost(static: nn.Module, size: tuple[int, int]) -> tuple[int, int]:
    """FLOPs of predicting all tasks of one image, and parameters, of a network without gates.

    Args:
        static: images `[B, 3, H, W]` to the logits of all tasks: `mtl.pruning.prune`.
        size: `(H, W)` of the images.
    """
    parameters = list(static.parameters())
    images = parameters[0].new_zeros(COUNTED_IMAGES, 3, *size)
    with MacCounter() as counter, torch.no_grad():
        static(images)
    return counter.flops // COUNTED_IMAGES, sum(one.numel() for one in parameters)


class Build(Diagnostic):
    """Of the network that was trained, at its own width and the size of its images.

    Gates are pruned first, so that seeds may differ; without gates they cost the same. FLOPs are of
    the predictions of all tasks of one image, in as many passes as that takes: two for each
    multiply-accumulate and each normalised element (`mtl.training.macs`).

    Raises:
        MtlError: for a network with gates of which another evaluation than the last is selected.
    """

    def __init__(self, subject: Subject):
        super().__init__(subject)
        self.has_gates = has_gates(subject.network)
        selection = subject.spec.selection
        if self.has_gates and selection.startswith("best_"):
            raise MtlError(
                "evaluation.selection: 'inference_cost' prunes the gates as they are at the end; "
                f"expected last or mean_of_last_10, found '{selection}'"
            )
        self.costs: list[tuple[int, int]] = []

    def at_end(self) -> None:
        subject = self.subject
        height, width = subject.images.images.shape[-2:]
        size, positions = (height, width), range(len(subject.seeds))
        if self.has_gates:
            self.costs = [pruned_cost(prune(subject.network, p), size) for p in positions]
        else:
            cost = inference_cost(subject.spec, subject.objective.outputs, size)
            self.costs = [cost for _ in positions]

    def result(self, position: int) -> dict[str, Any]:
        flops, parameters = self.costs[position]
        return {"flops": flops, "parameters": parameters, "pruned": self.has_gates}

    def metrics(self, position: int) -> Mapping[str, float]:
        return {"flops": float(self.costs[position][0])}
