"""Average pooling."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mtl.layers.primitives.base import Primitive
from mtl.layers.primitives.depthwise import fixed_depthwise


class AveragePooling(Primitive):
    """The mean of a window around each pixel; the zeros of the padding count (ancestor code).

    Args:
        channels: R*C.
        window: odd width of the window in pixels.
    """

    box: Tensor

    def __init__(self, channels: int, window: int):
        super().__init__()
        self.window = window
        box = torch.full((channels, 1, window, window), 1.0 / window**2)
        self.register_buffer("box", box, persistent=False)

    def forward(self, x: Tensor, stride: int) -> Tensor:
        return fixed_depthwise(x, self.box, stride)

    def as_printed(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, self.window, 1, self.window // 2)
