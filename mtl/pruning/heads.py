"""The heads of one seed, each a module by itself."""

from __future__ import annotations

from functools import singledispatch

from torch import nn

from mtl.layers.heads import DenseHeads, Heads, LinearHeads
from mtl.layers.replicas import Replicas


@singledispatch
def heads_of(heads: Heads, position: int, features: int) -> list[nn.Module]:
    """One seed's head of each task: maps `[B, F, h, w]` to logits `[B, n, ...]`.

    Args:
        heads: one for each task.
        position: of the seed.
        features: F, channels of the trunk's last maps.
    """
    raise TypeError(f"no way to take {type(heads).__name__} apart")


@heads_of.register
def _linear(heads: LinearHeads, position: int, features: int) -> list[nn.Module]:
    found: list[nn.Module] = []
    for outputs in heads.slices:
        weight, bias = heads.weight[position, outputs], heads.bias[position, outputs]
        head = nn.Linear(features, len(weight)).to(weight)
        head.load_state_dict({"weight": weight, "bias": bias})
        found.append(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), head))
    return found


@heads_of.register
def _dense(heads: DenseHeads, position: int, features: int) -> list[nn.Module]:
    found = []
    for trained, [task] in zip(heads.heads, heads.groups, strict=True):
        own = {name: tensor[position, None] for name, tensor in trained.state_dict().items()}
        outputs = heads.slices[task].stop - heads.slices[task].start
        head = heads.head(Replicas(1), features, outputs).to(next(iter(own.values())))
        head.load_state_dict(own)
        found.append(head)
    return found
