"""Cross-stitch on residual networks, as in Vandenhende et al.'s public code."""

from __future__ import annotations

from torch import Tensor, nn

from mtl.layers.stitch import ChannelStitch
from mtl.models.resnet import ResNet
from mtl.models.unit import Context, ExtendedTrunk


class StitchedResNet(ExtendedTrunk[ResNet]):
    """T networks a seed, stitched behind every stage.

    Args:
        host: its layers hold the networks side by side.
        context: of them.
        own, rate: as of `ChannelStitch`.
    """

    mixes_tasks = True
    joint_only = True

    def __init__(self, host: ResNet, context: Context, own: float, rate: float):
        super().__init__(host)
        self.stitches = nn.ModuleList(
            ChannelStitch(context.replicas, blocks[-1].c_out, own, rate) for blocks in host.stages
        )

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images -> `[B, S*T, F, ...]`, the features of each task."""
        x = self.host.entry(x, task)
        for blocks, stitch in zip(self.host.stages, self.stitches, strict=True):
            for block in blocks:
                x = block(x, task)
            x = stitch(x)
        return self.host.output(x)
