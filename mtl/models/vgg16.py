"""VGG16, the second host of ETR-NLP's Table 2."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from mtl.models.unit import Context, Role, Trunk, UnitFactory, UnitSpec

# Channels of each 3x3 convolution relative to the first; max pooling ends every row.
CONFIGURATION_D = ((1, 1), (2, 2), (4, 4, 4), (8, 8, 8), (8, 8, 8))


class VGG(Trunk):
    """Configuration D with batch normalisation and global average pooling before the heads.

    The heads on pooled features, without the 4096-wide layers, are inferred from the paper's
    14.7M parameters and 1.25G MACs, which no other reading gives.
    """

    def __init__(self, unit: UnitFactory, context: Context, width: int, size: tuple[int, int]):
        super().__init__()
        self.stages = nn.ModuleList()
        channels = 3
        for stage, row in enumerate(CONFIGURATION_D):
            units = nn.ModuleList()
            for position, factor in enumerate(row):
                role: Role = "stem" if channels == 3 else "conv"
                name = f"stage{stage + 1}.conv{position + 1}"
                spec = UnitSpec(name, role, channels, width * factor, 3, 1, True, size)
                units.append(unit(spec, context))
                channels = width * factor
            self.stages.append(units)
            size = (size[0] // 2, size[1] // 2)
        self.features = channels

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images of each seed, the active task -> `[B, R, F]` features."""
        for units in self.stages:
            assert isinstance(units, nn.ModuleList)
            for unit in units:
                x = F.relu(unit(x, task))
            x = F.max_pool2d(x, 2)
        return x.mean((2, 3)).unflatten(1, (-1, self.features))

    def last_shared_weight(self) -> nn.Parameter:
        """The last convolution."""
        *_, last = self.stages[-1].children()
        return last.get_parameter("conv.weight")


def build(unit: UnitFactory, context: Context, width: int, size: tuple[int, int]) -> VGG:
    """VGG16 of the given width (64 in the paper) for images of `(H, W)`, at least 32x32."""
    return VGG(unit, context, width, size)
