"""Cross-stitch on SegNet, as in MTAN's public code."""

from __future__ import annotations

from torch import Tensor, nn

from mtl.layers.stitch import CrossStitch
from mtl.models.segnet import SegNet
from mtl.models.unit import Context, ExtendedTrunk


class StitchedSegNet(ExtendedTrunk[SegNet]):
    """T networks a seed, stitched behind the pooling of blocks 1 to 4 and before each unpooling.

    Each network keeps its own places of the maxima.
    """

    mixes_tasks = True
    joint_only = True

    def __init__(self, host: SegNet, context: Context):
        super().__init__(host)
        places = len(host.encoder) + len(host.decoder) - 1
        # In the order of the forward pass.
        self.stitches = nn.ModuleList(CrossStitch(context.replicas) for _ in range(places))

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images -> `[B, S*T, F, H, W]`, the features of each task."""
        stitches = iter(self.stitches)
        for _, maps in self.host.blocks(x, task, lambda mixed: next(stitches)(mixed)):
            x = maps
        return x.unflatten(1, (-1, self.features))
