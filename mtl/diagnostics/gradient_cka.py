"""The similarity of the tasks' gradients in every layer, at the end of training (Figure 1b)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mtl.diagnostics.base import Diagnostic, Subject
from mtl.diagnostics.gradients import shared_parameters, task_gradients

IMAGES, BATCHES = 64, 4
"""Held-out images of a batch, and how many batches the similarity is averaged over."""
TINY = 1e-30


def linear_cka(matrices: Tensor) -> Tensor:
    """Linear centred kernel alignment of every pair of matrices (Kornblith et al., ICML 2019).

    Args:
        matrices: `[..., T, n, p]`: n examples (rows) of p features.

    Returns:
        `[..., T, T]`, in [0, 1]; 0 where a matrix has equal rows throughout.
    """
    centred = matrices - matrices.mean(-2, keepdim=True)
    kernels = (centred @ centred.transpose(-1, -2)).flatten(-2)
    lengths = kernels.norm(dim=-1)
    products = kernels @ kernels.transpose(-1, -2)
    return products / (lengths[..., :, None] * lengths[..., None, :]).clamp_min(TINY)


class Build(Diagnostic):
    """For every shared convolution: each task's gradient as a matrix, and the pairs' linear CKA.

    A layer's gradient `[C_out, C_in, k, k]` is a matrix of C_out filters by C_in*k*k weights, the
    filters its examples. The paper names CKA, the end of training and the layers; that filters are
    the examples, and the number of batches, are our choices (unspecified).
    """

    def __init__(self, subject: Subject):
        super().__init__(subject)
        parameters = shared_parameters(subject.network, "gradient_cka")
        names = {
            path: str(module.unit_name)
            for path, module in subject.network.trunk.named_modules()
            if hasattr(module, "unit_name")
        }
        self.layers = {
            next(unit for path, unit in names.items() if name.startswith(f"{path}.")): parameter
            for name, parameter in parameters.items()
            if parameter.dim() == 5
        }
        self.similarities = torch.empty(0)  # [S, layer, T, T]

    def at_end(self) -> None:
        starts = range(0, min(IMAGES * BATCHES, len(self.subject.images)), IMAGES)
        self.batches = len(starts)
        totals = []
        for start in starts:
            images, targets = self.subject.batch(start, IMAGES)
            gradients = task_gradients(self.subject, list(self.layers.values()), images, targets)
            layers = [
                linear_cka(torch.stack([g.flatten(2) for g in of_layer], dim=1).double())
                for of_layer in zip(*gradients, strict=True)
            ]
            totals.append(torch.stack(layers, dim=1))
        self.similarities = torch.stack(totals).mean(0).cpu()

    def result(self, position: int) -> dict[str, Any]:
        return {
            "n_images": min(IMAGES, len(self.subject.images)),
            "batches": self.batches,
            "tasks": self.subject.task_names,
            "layers": [
                {"name": name, "cka": similarity.tolist()}
                for name, similarity in zip(self.layers, self.similarities[position], strict=True)
            ],
        }
