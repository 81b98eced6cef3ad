"""Cross-stitch: one network a task, whose features are mixed between the blocks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from mtl.layers.convolution import Conv2d, ConvNorm
from mtl.layers.replicas import uniform
from mtl.methods._stitched_resnet import StitchedResNet
from mtl.methods._stitched_segnet import StitchedSegNet
from mtl.methods.base import HostBuilder, Method
from mtl.methods.info import MethodInfo, Option
from mtl.models.resnet import ResNet
from mtl.models.segnet import SegNet
from mtl.models.unit import Context, Trunk, UnitFactory, UnitSpec, norm_of

INFO = MethodInfo(
    name="cross_stitch",
    label="Cross-stitch",
    paper="Misra et al., Cross-stitch Networks for Multi-task Learning, CVPR",
    year=2016,
    summary="One network a task; between the blocks each goes on from a learned mixture of all.",
    needs="architecture",
    regimes=("joint",),
    options={
        "own": Option(
            0.8,
            paper=0.8,
            low=0.0,
            high=1.0,
            hosts=("resnet18", "resnet18_dilated", "resnet20"),
            doc="A task's first weight of its own features on residual networks; the others share "
            "the rest. The public code has 0.8 for five tasks and 0.9 for two.",
        ),
        "stitch_rate": Option(
            100.0,
            paper=100.0,
            low=0.001,
            hosts=("resnet18", "resnet18_dilated", "resnet20"),
            doc="Learning rate of the mixtures on residual networks by that of the weights.",
        ),
    },
    hosts=("segnet", "resnet18", "resnet18_dilated", "resnet20"),
    starts_from="single_task",
    starts_on=("resnet18", "resnet18_dilated", "resnet20"),
)


class Build(Method):
    """On SegNet as in MTAN's public code, which the printed 75.3M for three tasks refer to [C].

    There, the mixture has one learned scalar for each task and place, initially one, and is the
    same for every task's network; the weights are drawn by Xavier's uniform rule (here but for the
    heads, which are SegNet's). Differs from Misra et al., who mix by a matrix a layer and channel
    near the identity, and start from trained single-task networks.

    On residual networks so as they do, as in the public code of Vandenhende et al.'s survey: a
    matrix a channel behind every stage, from the trained single-task networks. Differs from that
    code in the optimiser: there SGD, and the note that Adam seems to fail; here Adam, as for every
    method.
    """

    head_for_each_task = True

    @classmethod
    def networks(cls, n_tasks: int) -> int:
        return n_tasks

    def unit(self, spec: UnitSpec, context: Context) -> nn.Module:
        if not spec.xavier:
            return super().unit(spec, context)
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
    ) -> Trunk:
        host = build(unit, self.context, width, size)
        if isinstance(host, SegNet):
            return StitchedSegNet(host, self.context)
        assert isinstance(host, ResNet)
        own, rate = float(self.options["own"]), float(self.options["stitch_rate"])
        return StitchedResNet(host, self.context, own, rate)

    @torch.no_grad()
    def start(self, model: nn.Module, weights: Sequence[Mapping[str, Tensor]]) -> None:
        """Networks and heads are the single-task ones; the mixtures stay as drawn."""
        tensors = model.state_dict()
        for name in weights[0]:
            tensors[name].copy_(torch.stack([own[name] for own in weights]))
