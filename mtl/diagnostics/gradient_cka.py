"""The similarity of the tasks' gradients in every layer, at the end of training (Figure 1b)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from mtl.diagnostics.base import Diagnostic, Subject
from mtl.diagnostics.gradients import shared_parameters, task_gradients
from mtl.training.network import Network

IMAGES, BATCHES = 32, 2
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


def _convolutions(network: Network, parameters: Mapping[str, nn.Parameter]) -> dict[str, str]:
    """The paths of the convolutions' weights, by the host's name of the layer.

    A layer of several convolutions has an entry for each, with the convolution's own name too.
    """
    units = {
        path: str(module.unit_name)
        for path, module in network.trunk.named_modules()
        if hasattr(module, "unit_name")
    }
    of_unit: dict[str, list[str]] = {}
    for name, parameter in parameters.items():
        if parameter.dim() == 5:
            unit = next(path for path in units if name.startswith(f"{path}."))
            of_unit.setdefault(unit, []).append(name)
    return {
        units[unit] if len(names) == 1 else f"{units[unit]}{name.removeprefix(unit)}": name
        for unit, names in of_unit.items()
        for name in names
    }


class Build(Diagnostic):
    """For every shared convolution: each task's gradient as a matrix, and the pairs' linear CKA.

    A layer's gradient `[C_out, C_in, k, k]` is a matrix of C_out filters by C_in*k*k weights, the
    filters its examples. The paper names CKA, the end of training and the layers; that filters are
    the examples, and the number of batches, are our choices (unspecified).
    """

    def __init__(self, subject: Subject):
        super().__init__(subject)
        shared = shared_parameters(subject.network, "gradient_cka")
        self.layers = {
            name: shared[path] for name, path in _convolutions(subject.network, shared).items()
        }
        self.similarities = torch.empty(0)  # [S, layer, T, T]
        # Whole batches, since batch statistics of a few images left over would be of another kind.
        self.batches = max(1, min(BATCHES, len(subject.images) // IMAGES))

    def at_end(self) -> None:
        totals = []
        for batch in range(self.batches):
            images, targets = self.subject.batch(batch * IMAGES, IMAGES)
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
