"""ResNet-20, the host of InterroGate's CelebA table."""

from __future__ import annotations

from mtl.models.resnet import ResNet
from mtl.models.unit import Context, UnitFactory


def build(unit: UnitFactory, context: Context, width: int, size: tuple[int, int]) -> ResNet:
    """A 3x3 stem without pooling, then three stages of three basic blocks (He et al., CIFAR-10).

    Widths 16, 32 and 64 in the paper, or half and a quarter of them. Normalisations keep running
    statistics. Shortcuts that change the width are 1x1 convolutions without normalisation, as in
    the other residual hosts; He et al. pad with zeros. The paper does not say.
    """
    return ResNet(
        unit,
        context,
        width,
        (3, 3, 3),
        size,
        stem_kernel=3,
        stem_stride=1,
        stem_pool=False,
        running_statistics=True,
    )
