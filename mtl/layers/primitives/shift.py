"""Shift: each channel is moved by a fixed offset."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mtl.layers.primitives.base import Primitive
from mtl.layers.primitives.depthwise import fixed_depthwise
from mtl.layers.replicas import Replicas


def _offsets(reach: int) -> int:
    """Number of the offsets of at most `reach` rows and columns, without the one of no move."""
    return (2 * reach + 1) ** 2 - 1


def shifted(x: Tensor, kernel: Tensor) -> Tensor:
    """Each channel moved to where the only 1 of its kernel says.

    Args:
        x: `[B, R*C, H, W]`.
        kernel: `[..., k, k]`, R*C kernels with odd k.
    """
    width = kernel.shape[-1]
    height, columns = x.shape[2:]
    padded = F.pad(x, (width // 2,) * 4)
    moved = []
    for channel, tap in enumerate(kernel.reshape(-1, width**2).argmax(1).tolist()):
        top, left = divmod(tap, width)
        moved.append(padded[:, channel, top : top + height, left : left + columns])
    return torch.stack(moved, dim=1)


class Shift(Primitive):
    """Every channel moved by an offset of its own, which is drawn once; zeros move in.

    Offsets are uniform among those of at most `reach` rows and columns, but for (0, 0). That they
    are random, and not the nine of a grid, is our choice (unspecified).

    Args:
        replicas: seeds side by side.
        channels: C.
        reach: the farthest move in pixels, along rows and along columns.
    """

    kernel: Tensor

    def __init__(self, replicas: Replicas, channels: int, reach: int):
        super().__init__()
        width = 2 * reach + 1
        count = _offsets(reach)

        def fill(tensor: Tensor, generator: torch.Generator) -> None:
            drawn = torch.randint(count, (channels,), generator=generator)
            taps = drawn + (drawn >= count // 2)  # skips the centre
            tensor.zero_().view(channels, -1).scatter_(1, taps[:, None], 1.0)

        self.declare("kernel", replicas.lead, (channels, 1, width, width), fill, trained=False)

    def forward(self, x: Tensor, stride: int) -> Tensor:
        return fixed_depthwise(x, self.kernel.reshape(-1, 1, *self.kernel.shape[-2:]), stride)

    def as_printed(self, x: Tensor) -> Tensor:
        return shifted(x, self.kernel)
