"""Networks of dense hosts for the tests of the architectures on dense tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from mtl.layers.replicas import initialise
from mtl.training.network import Network, build
from mtl.training.spec import TrainingSpec
from tests.training.fabricate import make_spec

SIZE = (32, 64)
KINDS, OUTPUTS = ("segmentation", "depth", "normals"), (1, 1, 3)


def dense_spec(
    method: str, kinds: Sequence[str] = KINDS, width: int = 8, host: str = "segnet"
) -> TrainingSpec:
    """A run on a dense host; every task is named by its position."""
    plain = make_spec(method, host=host, width=width, selection="last")
    plain["tasks"] = [
        {"name": f"task{position}", "kind": kind, "columns": [f"column{position}"]}
        for position, kind in enumerate(kinds)
    ]
    return TrainingSpec.parse(plain)


def dense_network(
    method: str,
    kinds: Sequence[str] = KINDS,
    outputs: Sequence[int] = OUTPUTS,
    seeds: Sequence[int] = (3, 11),
    host: str = "segnet",
) -> Network:
    """Initialised, 8 channels wide, in float64."""
    network, _ = build(dense_spec(method, kinds, host=host), seeds, outputs, SIZE)
    initialise(network, seeds)
    return network.double()


def dense_images(seeds: int = 2, batch: int = 2) -> Tensor:
    """Different images for every seed, in [0, 1]."""
    generator = torch.Generator().manual_seed(0)
    return torch.rand(batch, 3 * seeds, *SIZE, generator=generator, dtype=torch.float64)


def reached(network: Network, task: int) -> dict[str, list[bool]]:
    """Of each tensor with seeds and tasks in front, which tasks' parts one task's loss reaches."""
    outputs: Any = network.heads.slices[task]
    network.zero_grad()
    network(dense_images(), None)[:, :, outputs].square().mean().backward()
    return {
        name: parameter.grad.transpose(0, 1).flatten(1).any(1).tolist()
        for name, parameter in network.trunk.named_parameters()
        if parameter.dim() == 6 and parameter.grad is not None
    }
