"""Trunk and heads together, built from a specification, and their counts."""

from __future__ import annotations

import dataclasses
import importlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mtl import models
from mtl.errors import MtlError, unknown
from mtl.layers.heads import Heads
from mtl.layers.replicas import Replicas, ReplicatedModule
from mtl.methods import registry
from mtl.methods.base import Method
from mtl.models.unit import Context, Trunk, UnitSpec
from mtl.training.macs import MacCounter
from mtl.training.spec import ALL_TASKS, TrainingSpec

_NOT_HOSTS = {"__init__", "unit", "resnet"}

COUNTED_IMAGES = 2
"""In the forward passes that count: normalising 1x1 maps needs two values."""


class Network(nn.Module):
    """A host's trunk under a method, and the heads of all tasks."""

    def __init__(self, trunk: Trunk, heads: Heads):
        super().__init__()
        self.trunk = trunk
        self.heads = heads

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` -> logits `[S, B, n, ...]` of the active task, or of all with None."""
        logits: Tensor = self.heads(self.trunk(x, task), task)
        return logits


def hosts() -> list[str]:
    """Names of the host networks, by file name."""
    folder = Path(models.__path__[0])
    return sorted(path.stem for path in folder.glob("*.py") if path.stem not in _NOT_HOSTS)


def build(
    spec: TrainingSpec,
    seeds: Sequence[int],
    outputs: Sequence[int],
    size: tuple[int, int],
    plain: bool = False,
) -> tuple[Network, Method]:
    """Construct the networks of all seeds, not yet initialised, and the method of the training.

    Every unit of the trunk has the attribute `unit_name`, its name in the host.

    Args:
        spec: host, width, method and its options.
        seeds: the run seeds that train together.
        outputs: number of outputs of each task.
        size: `(H, W)` of the images.
        plain: build the layers as the papers print them.

    Raises:
        MtlError: for an unknown host or method, or options that this host cannot take.
    """
    if spec.host not in hosts():
        raise unknown("host", spec.host, hosts(), "model.host")
    info = registry.describe(spec.method)
    if info.hosts and spec.host not in info.hosts:
        raise MtlError(
            f"model.host: '{spec.method}' is an architecture of its own for "
            f"{' and '.join(info.hosts)}, found '{spec.host}'"
        )
    if spec.regime not in info.regimes:
        raise MtlError(
            f"regime: '{spec.method}' trains under {' or '.join(info.regimes)}, "
            f"found '{spec.regime}'"
        )
    options = info.options_on(spec.host)
    if set(spec.options) != set(options):
        raise MtlError(
            f"method.options: '{spec.method}' takes {sorted(options)}, found {sorted(spec.options)}"
        )
    method_class = registry.load(spec.method).Build
    networks = method_class.networks(len(outputs))
    context = Context(
        tuple(seeds),
        Replicas(len(seeds), networks),
        tuple(outputs),
        heads=_head_groups(spec, method_class.head_for_each_task),
        running_statistics=method_class.running_statistics,
        plain=plain,
    )
    method: Method = method_class(spec.options, context)
    host = importlib.import_module(f"mtl.models.{spec.host}")

    def unit(wanted: UnitSpec, context: Context) -> nn.Module:
        made = method.unit(wanted, context)
        found = {getattr(module, "dilation", 1) for module in made.modules()}
        if wanted.dilation not in found:
            raise MtlError(
                f"model.host: '{spec.host}' has dilated convolutions, for which '{spec.method}' "
                "has no layer"
            )
        made.unit_name = wanted.name  # type: ignore[assignment]
        return made

    trunk = method.trunk(host.build, unit, spec.width, size)
    return Network(trunk, trunk.make_heads(context)), method


def predict(network: Network, spec: TrainingSpec, images: Tensor) -> Tensor:
    """`[S, B, O, ...]` logits of all tasks, in as few passes as the regime allows."""
    if spec.regime in ALL_TASKS or network.trunk.tasks_together:
        logits: Tensor = network(images, None)
        return logits
    return torch.cat([network(images, task) for task in range(len(spec.tasks))], dim=2)


def _head_groups(spec: TrainingSpec, for_each_task: bool) -> tuple[tuple[int, ...], ...]:
    """The tasks of each head: one each, or neighbours of one kind together."""
    numbers = range(len(spec.tasks))
    if for_each_task:
        return tuple((number,) for number in numbers)
    groups = itertools.groupby(numbers, key=lambda number: spec.tasks[number].kind)
    return tuple(tuple(group) for _, group in groups)


@dataclass(frozen=True)
class Counts:
    """Sizes of one seed's model.

    Attributes:
        parameters_total: everything that learns, all tasks' branches and networks included.
        parameters_active: what one task's forward pass uses, with the heads of all tasks; the
            papers' #P columns fit this count.
        parameters_registered: the total with what the public code of a layer registers and never
            uses.
        macs: multiply-accumulates of one forward pass with one active task, of the layers as the
            papers print them.
        macs_all_tasks: of predicting all tasks of one image.
        macs_input: `[3, H, W]` that `macs` holds for.
    """

    parameters_total: int
    parameters_active: int
    parameters_registered: int
    macs: int
    macs_all_tasks: int
    macs_input: tuple[int, int, int]

    def as_json(self) -> dict[str, Any]:
        """Plain fields for the record."""
        return {**self.__dict__, "macs_input": list(self.macs_input)}


def count(spec: TrainingSpec, outputs: Sequence[int], size: tuple[int, int]) -> Counts:
    """Count parameters and MACs of one seed's model by one forward pass.

    The weights stay as the system gives them, which costs no memory before they are written. (The
    device "meta" would need none either, but imports torch's compiler: seconds in every process.)
    Convolutions and matrix products count; pooling, normalisation and elementwise work do not.
    """
    network, _ = build(spec, (0,), outputs, size, plain=True)
    joint = spec.regime in ALL_TASKS
    networks = 1 if network.trunk.joint_only else network.heads.networks
    images = torch.zeros(COUNTED_IMAGES, 3, *size)
    with MacCounter() as counter, torch.no_grad():
        network(images, None if joint else 0)
    per_pass = counter.macs // COUNTED_IMAGES
    total, active, registered = parameter_counts(network, len(outputs))
    return Counts(
        parameters_total=total,
        parameters_active=total if network.trunk.mixes_tasks else active,
        parameters_registered=registered,
        macs=per_pass // networks,
        macs_all_tasks=per_pass if joint else per_pass * len(outputs),
        macs_input=(3, *size),
    )


def inference_cost(
    spec: TrainingSpec, outputs: Sequence[int], size: tuple[int, int]
) -> tuple[int, int]:
    """FLOPs of predicting all tasks of one image, and parameters, of one seed's model.

    Of the layers as the papers print them, in as many passes as the regime needs; FLOPs as
    `MacCounter` defines them.
    """
    network, _ = build(spec, (0,), outputs, size, plain=True)
    images = torch.zeros(COUNTED_IMAGES, 3, *size)
    passes = (None,) if spec.regime in ALL_TASKS else range(len(outputs))
    with MacCounter() as counter, torch.no_grad():
        for task in passes:
            network(images, task)
    return counter.flops // COUNTED_IMAGES, parameter_counts(network, len(outputs))[0]


def profile(spec: TrainingSpec, outputs: Sequence[int], size: tuple[int, int]) -> dict[str, Any]:
    """The counts that tables print, with the width: of the full scale's network if that is known.

    Args:
        spec: of the training.
        outputs: number of outputs of each task.
        size: `(H, W)` of the training's images.
    """
    width, options = spec.width, spec.options
    if spec.profile is not None:
        width, options, size = spec.profile.width, spec.profile.options, spec.profile.size
    full = dataclasses.replace(spec, width=width, options=options)
    return {"width": width, **count(full, outputs, size).as_json()}


def parameter_counts(network: nn.Module, n_tasks: int) -> tuple[int, int, int]:
    """Total, active and registered parameters of the first seed; see `Counts`."""
    total = active = unused = 0
    for module in network.modules():
        if not isinstance(module, ReplicatedModule):
            continue
        unused += module.unused_parameters
        for name, (leading, _) in module.declared.items():
            tensor = getattr(module, name)
            if isinstance(tensor, nn.Parameter):
                one_seed = tensor.numel() // tensor.shape[0]
                total += one_seed
                active += one_seed // n_tasks if leading == 2 else one_seed
    return total, active, total + unused
