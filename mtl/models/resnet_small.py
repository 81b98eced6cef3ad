"""A small ResNet for small images: the host of the digits example."""

from __future__ import annotations

from mtl.models.resnet import ResNet
from mtl.models.unit import Context, UnitFactory


def build(unit: UnitFactory, context: Context, width: int, size: tuple[int, int]) -> ResNet:
    """A 3x3 stem without pooling, then three stages of one basic block (our own layout)."""
    return ResNet(
        unit, context, width, (1, 1, 1), size, stem_kernel=3, stem_stride=1, stem_pool=False
    )
