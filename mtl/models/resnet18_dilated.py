"""Dilated ResNet18 with DeepLabV3 heads, the host of InterroGate's PASCAL-Context table."""

from __future__ import annotations

from torch import Tensor

from mtl.layers.deeplab import DeepLabHeads
from mtl.layers.heads import Heads
from mtl.models.resnet import ResNet
from mtl.models.unit import Context, UnitFactory

DENSE = True
"""It predicts something of every pixel, and serves dense tasks alone."""


class DilatedResNet(ResNet):
    """The trunk's maps as they are, an eighth of the image's size.

    Stages three and four dilate by two and four instead of striding.
    """

    predicts_maps = True

    def __init__(self, unit: UnitFactory, context: Context, width: int, size: tuple[int, int]):
        super().__init__(
            unit,
            context,
            width,
            (2, 2, 2, 2),
            size,
            stem_kernel=7,
            stem_stride=2,
            stem_pool=True,
            running_statistics=True,
            shortcut_norm=True,
            dilations=(1, 1, 2, 4),
        )
        self.width, self.size = width, size

    def make_heads(self, context: Context) -> Heads:
        return DeepLabHeads(
            context.replicas,
            self.features,
            context.outputs,
            [[task] for task in range(context.n_tasks)],
            4 * self.width,
            self.size,
        )

    def output(self, maps: Tensor) -> Tensor:
        """`[B, R*F, h, w]` maps of the last block -> `[B, R, F, h, w]`."""
        return maps.unflatten(1, (-1, self.features))


def build(unit: UnitFactory, context: Context, width: int, size: tuple[int, int]) -> DilatedResNet:
    """As in the code base that reproduces InterroGate's printed GFLOPs (inferred).

    Differs from it by random first weights instead of ImageNet's, and no dropout in the heads.
    """
    return DilatedResNet(unit, context, width, size)
