"""Cross-stitch: one network a task, whose features are mixed between the blocks."""

from __future__ import annotations

import math

import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.convolution import Conv2d, ConvNorm
from mtl.layers.replicas import to_all, uniform
from mtl.layers.stitch import CrossStitch
from mtl.methods.base import HostBuilder, Method
from mtl.methods.info import MethodInfo
from mtl.models.segnet import SegNet, unpool
from mtl.models.unit import Context, UnitFactory, UnitSpec, norm_of

INFO = MethodInfo(
    name="cross_stitch",
    label="Cross-stitch",
    paper="Misra et al., Cross-stitch Networks for Multi-task Learning, CVPR",
    year=2016,
    summary="One SegNet a task; between the blocks each goes on from a learned mixture of all.",
    needs="architecture",
    regimes=("joint",),
    hosts=("segnet",),
)


class StitchedSegNet(SegNet):
    """T networks a seed, stitched behind the pooling of blocks 1 to 4 and before each unpooling.

    Each network keeps its own places of the maxima.
    """

    mixes_tasks = True
    joint_only = True

    def __init__(self, unit: UnitFactory, context: Context, width: int, size: tuple[int, int]):
        super().__init__(unit, context, width, size)
        places = len(self.encoder) + len(self.decoder) - 1
        # In the order of the forward pass.
        self.stitches = nn.ModuleList(CrossStitch(context.replicas) for _ in range(places))

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images -> `[B, S*T, F, H, W]`, the features of each task."""
        pooled: list[tuple[Tensor, tuple[int, int]]] = []
        stitches = iter(self.stitches)
        for units in self.encoder:
            x = self._stage(units, x, task)
            size = (x.shape[2], x.shape[3])
            x, places = F.max_pool2d(x, 2, return_indices=True)
            pooled.append((places, size))
            x = next(stitches)(x)
        for block, units in enumerate(self.decoder):
            if block > 0:
                x = next(stitches)(x)
            each = to_all(x, self.replicas.seeds, self.replicas.networks)
            x = self._stage(units, unpool(each, *pooled.pop()), task)
        return x.unflatten(1, (self.replicas.total, -1))


class Build(Method):
    """As in MTAN's public code, which the printed 75.3M for three tasks refer to [C].

    There, the mixture has one learned scalar for each task and place, initially one, and is the
    same for every task's network; the weights are drawn by Xavier's uniform rule (here but for the
    heads, which are SegNet's). Differs from Misra et al., who mix by a matrix a layer and channel
    near the identity, and start from trained single-task networks.
    """

    head_for_each_task = True

    @classmethod
    def networks(cls, n_tasks: int) -> int:
        return n_tasks

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        bound = math.sqrt(6 / (spec.kernel**2 * (spec.c_in + spec.c_out)))
        conv = Conv2d(
            context.replicas,
            spec.c_in,
            spec.c_out,
            spec.kernel,
            spec.stride,
            fill=uniform(bound),
            bias=True,
        )
        return ConvNorm(conv, norm_of(spec, context))

    def trunk(
        self, build: HostBuilder, unit: UnitFactory, width: int, size: tuple[int, int]
    ) -> StitchedSegNet:
        return StitchedSegNet(unit, self.context, width, size)
