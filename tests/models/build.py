"""Hosts with ordinary units, for the tests of the hosts."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtl.layers.replicas import Replicas, initialise
from mtl.models.unit import Context, Trunk, UnitFactory, UnitSpec, plain_unit


def context(seeds: Sequence[int] = (0,), networks: int = 1, n_tasks: int = 2) -> Context:
    """Of tasks with one output each."""
    return Context(tuple(seeds), Replicas(len(seeds), networks), (1,) * n_tasks)


def host(
    name: str,
    width: int = 8,
    size: tuple[int, int] = (32, 32),
    seeds: Sequence[int] = (0,),
    unit: UnitFactory = plain_unit,
) -> Trunk:
    """An initialised host in float64."""
    module = importlib.import_module(f"mtl.models.{name}")
    trunk = module.build(unit, context(seeds), width, size)
    initialise(trunk, seeds)
    return trunk.double()


def specs(name: str, width: int = 8, size: tuple[int, int] = (32, 32)) -> list[UnitSpec]:
    """The units that a host asks for, in order."""
    asked: list[UnitSpec] = []

    def unit(spec: UnitSpec, context: Context) -> nn.Module:
        asked.append(spec)
        return plain_unit(spec, context)

    host(name, width, size, unit=unit)
    return asked


def conv_shapes(module: nn.Module) -> list[tuple[int, ...]]:
    """The shapes of all convolutions' weights without the leading seed, in order of declaration."""
    return [
        tuple(parameter.shape[-4:]) for parameter in module.parameters() if parameter.dim() >= 4
    ]


def images(size: tuple[int, int] = (32, 32), seeds: int = 1, batch: int = 4) -> Tensor:
    """Different images for every seed, in [0, 1]."""
    generator = torch.Generator().manual_seed(0)
    return torch.rand(batch, 3 * seeds, *size, generator=generator, dtype=torch.float64)
