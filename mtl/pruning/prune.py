"""Burn trained gates into a plain network: one seed, only the filters that are used.

Pruning removes output filters. A task keeps those whose gate is open, the shared branch those that
some task takes; inputs stay whole, since every channel comes from one branch or the other. What the
shared branch computes for nobody is dropped as well, and with it the mixture it would read.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtl.layers.convolution import RunningBatchNorm2d
from mtl.layers.gates import Gate
from mtl.methods.interrogate import GatedResNet
from mtl.models.resnet import BasicBlock
from mtl.pruning.heads import heads_of
from mtl.pruning.static import Choice, Stage, StaticResNet, StaticUnit
from mtl.training.network import Network


def has_gates(network: Network) -> bool:
    """Whether it can be pruned."""
    return isinstance(network.trunk, GatedResNet)


@torch.no_grad()
def prune(network: Network, position: int) -> StaticResNet:
    """The static network of the seed at a position; its logits are those of the gated one.

    With a gate behind every convolution its cost lies between that of one network and that of a
    network for each task, but for the mixtures: no channel is computed by the shared branch that
    all tasks have of their own. Within blocks without gates, whole units stay: up to one a task,
    and one more.

    Raises:
        TypeError: for a network without gates.
    """
    trunk = network.trunk
    if not isinstance(trunk, GatedResNet):
        raise TypeError("only networks of InterroGate have gates to prune")
    cuts = [_Cut(gate, position) for gate in trunk.all_gates]
    outer = cuts[2::2] if trunk.gates_inside else cuts[1:]
    inner: Sequence[_Cut | None] = cuts[1::2] if trunk.gates_inside else [None] * len(outer)
    # Whether each block's shared branch computes something, and so reads the mixture before it.
    alive = [
        bool(sums.shared.any()) or (within is not None and bool(within.shared.any()))
        for within, sums in zip(inner, outer, strict=True)
    ]
    alive.append(False)
    stages = [Stage(_units(trunk.host.stem, position, cuts[0].kept), cuts[0].choice(alive[0]))]
    for number, block in enumerate(trunk.residual_blocks):
        within, sums = inner[number], outer[number]
        if within is None:  # without a gate, all filters of each branch that the sum still has
            first = Stage(_units(block.conv1, position, [_all_or_none(k) for k in sums.kept]))
        else:
            choice = within.choice(bool(sums.shared.any()))
            first = Stage(_units(block.conv1, position, within.kept), choice)
        second = Stage(
            _units(block.conv2, position, sums.kept),
            sums.choice(alive[number + 1]),
            [_shortcut(block, position, branch, kept) for branch, kept in enumerate(sums.kept)],
        )
        stages += [first, second]
    heads = heads_of(network.heads, position, trunk.features)
    return StaticResNet(stages, trunk.host.stem_pool, heads).eval().requires_grad_(False)


class _Cut:
    """Which filters the gate of a seed leaves.

    Attributes:
        own: `[T, C]` bool, of the tasks.
        shared: `[C]` bool, of the shared branch.
        kept: of each branch, the shared one last.
    """

    def __init__(self, gate: Gate, position: int):
        self.own, self._mixture = gate.chosen[position], gate.mixture[position]
        self.shared = (~self.own).any(0)
        self.kept = [*self.own, self.shared]

    def choice(self, is_read: bool) -> Choice:
        """What stands in the gate's place; `is_read` says whether something reads the mixture."""
        return Choice(self.own, self._mixture if is_read else None)


def _all_or_none(kept: Tensor) -> Tensor:
    return kept.any().expand_as(kept)


def _units(unit: nn.Module, position: int, kept: Sequence[Tensor]) -> list[StaticUnit | None]:
    return [_unit(unit, position, branch, filters) for branch, filters in enumerate(kept)]


def _unit(unit: nn.Module, position: int, branch: int, kept: Tensor) -> StaticUnit | None:
    """One branch's filters of a unit; None without any."""
    if not kept.any():
        return None
    conv = unit.get_submodule("conv")
    weight = conv.get_parameter("weight")[position, branch][kept]
    norm: list[Tensor | None] | None = None
    found = getattr(unit, "norm", None)
    if found is not None:
        names = ["weight", "bias"]
        names += ["running_mean", "running_var"] if isinstance(found, RunningBatchNorm2d) else []
        norm = [getattr(found, name)[position, branch][kept] for name in names]
        norm += [None] * (4 - len(norm))
    stride, dilation = (int(getattr(conv, name, 1)) for name in ("stride", "dilation"))
    return StaticUnit(weight, norm, stride, dilation)


def _shortcut(
    block: BasicBlock, position: int, branch: int, kept: Tensor
) -> StaticUnit | Tensor | None:
    if not kept.any():
        return None
    if block.shortcut is None:
        return kept.nonzero()[:, 0]
    return _unit(block.shortcut, position, branch, kept)
