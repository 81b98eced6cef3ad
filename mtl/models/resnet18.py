"""ResNet18, the host of ETR-NLP's CelebA tables."""

from __future__ import annotations

from mtl.models.resnet import ResNet
from mtl.models.unit import Context, UnitFactory


def build(unit: UnitFactory, context: Context, width: int, size: tuple[int, int]) -> ResNet:
    """torchvision's layout: 7x7/2 stem, 3x3/2 max pooling, four stages of two basic blocks.

    Differs from torchvision as Maximum Roaming's public code does: batch statistics in every
    normalisation, none after the 1x1 shortcuts. 11,195,240 parameters with heads of 40 outputs
    at width 64, which the paper prints as 11.2M.
    """
    return ResNet(
        unit, context, width, (2, 2, 2, 2), size, stem_kernel=7, stem_stride=2, stem_pool=True
    )
