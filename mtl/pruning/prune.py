"""Burn trained gates into a plain network: one seed, only the filters that are used.

Pruning removes output filters. A task keeps those whose gate is open, the shared branch those that
some task takes; inputs stay whole, since every channel comes from one branch or the other. What the
shared branch computes for nobody is dropped as well, and with it the mixture it would read.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mtl.layers.convolution import RunningBatchNorm2d
from mtl.methods.interrogate import GatedResNet
from mtl.models.resnet import BasicBlock
from mtl.pruning.static import Choice, Stage, StaticResNet, StaticUnit
from mtl.training.network import Network


@torch.no_grad()
def prune(network: Network, position: int) -> StaticResNet:
    """The static network of the seed at a position; its logits are those of the gated one.

    Its cost lies between that of one network and that of a network for each task, but for the
    mixtures: no channel is computed by the shared branch that all tasks have of their own.

    Raises:
        TypeError: for a network without gates.
    """
    trunk = network.trunk
    if not isinstance(trunk, GatedResNet):
        raise TypeError("only networks of InterroGate have gates to prune")
    gates, blocks = trunk.all_gates, trunk.residual_blocks
    own = [gate.chosen[position] for gate in gates]  # [T, C] each
    shared = [(~chosen).any(0) for chosen in own]
    alive = [bool(kept.any()) for kept in shared]
    readers = [(place + 1,) if place % 2 else (place + 1, place + 2) for place in range(len(gates))]
    stages = []
    for place, gate in enumerate(gates):
        kept = [*own[place], shared[place]]
        block = blocks[(place - 1) // 2] if place else None
        is_outer = place > 0 and place % 2 == 0
        if block is None:
            unit: nn.Module = trunk.stem
        else:
            unit = block.conv2 if is_outer else block.conv1
        read = any(reader < len(gates) and alive[reader] for reader in readers[place])
        mixture = gate.mixture[position] if read else None
        stages.append(
            Stage(
                [_unit(unit, position, b, k) for b, k in enumerate(kept)],
                [_shortcut(block, position, b, k) for b, k in enumerate(kept)]
                if block is not None and is_outer
                else None,
                Choice(own[place], mixture),
            )
        )
    heads = network.heads
    weight, bias = heads.get_parameter("weight")[position], heads.get_parameter("bias")[position]
    return StaticResNet(stages, trunk.stem_pool, weight, bias, heads.slices)


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
    return StaticUnit(weight, norm, int(getattr(conv, "stride", 1)))


def _shortcut(
    block: BasicBlock, position: int, branch: int, kept: Tensor
) -> StaticUnit | Tensor | None:
    if not kept.any():
        return None
    if block.shortcut is None:
        return kept.nonzero()[:, 0]
    return _unit(block.shortcut, position, branch, kept)
