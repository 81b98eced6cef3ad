"""Grid shift, and the two layers that public code and printed counts know by the name Shift."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.convolution import BatchNorm2d, Conv2d
from mtl.layers.primitives.depthwise import fixed_depthwise
from mtl.layers.primitives.shift import shifted
from mtl.layers.replicas import Replicas

CENTRE = 4
"""Number of the offset (0, 0) among the nine, row by row."""


def grid_offsets(channels: int) -> Tensor:
    """Which of the nine offsets in {-1, 0, 1}^2 each channel is moved by; int64 `[C]`.

    Equal groups of `C // 9` channels, one an offset; the remainder stays (Wu et al., CVPR 2018).
    Differs below nine channels, where all would stay: they take the eight moves in turn.
    """
    size = channels // 9
    if size == 0:
        moves = [offset for offset in range(9) if offset != CENTRE]
        return torch.tensor(moves[:channels])
    offsets = torch.full((channels,), CENTRE)
    offsets[: 9 * size] = torch.arange(9).repeat_interleave(size)
    return offsets


class GridShift(nn.Module):
    """Moves groups of channels by the nine offsets of a 3x3 grid; zeros move in.

    Args:
        replicas: seeds side by side.
        channels: C of one replica.
        plain: move without the multiplications that are faster on the CPU (oracle, MAC count).
    """

    kernel: Tensor

    def __init__(self, replicas: Replicas, channels: int, plain: bool = False):
        super().__init__()
        self.plain = plain
        kernel = F.one_hot(grid_offsets(channels), 9).view(channels, 1, 3, 3)
        repeated = kernel.repeat(replicas.total, 1, 1, 1).to(torch.get_default_dtype())
        self.register_buffer("kernel", repeated, persistent=False)

    def forward(self, x: Tensor, stride: int = 1) -> Tensor:
        """`[B, R*C, H, W]` -> `[B, R*C, ceil(H / stride), ceil(W / stride)]`."""
        if self.plain:
            return shifted(x, self.kernel)[:, :, ::stride, ::stride]
        return fixed_depthwise(x, self.kernel, stride)


class ShiftConv2d(nn.Module):
    """Shift, then one 1x1 convolution: the printed counts of VGG16 fit this one (inferred).

    Args:
        replicas: seeds side by side.
        c_in, c_out: channels.
        stride: 1 or 2, of the 1x1 convolution.
        plain: see `GridShift`.
    """

    def __init__(self, replicas: Replicas, c_in: int, c_out: int, stride: int, plain: bool = False):
        super().__init__()
        self.stride = stride
        self.shift = GridShift(replicas, c_in, plain)
        self.pointwise = Conv2d(replicas, c_in, c_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, R*C_in, H, W]` -> `[B, R*C_out, ceil(H / stride), ceil(W / stride)]`."""
        return self.pointwise(self.shift(x, self.stride))


class ConvShiftConv2d(nn.Module):
    """1x1 convolution, normalisation, ReLU, shift, 1x1 convolution (ShiftResNet, public code).

    The printed counts of ResNet18 fit this one (inferred). Differs from the public code, whose
    second 1x1 convolution carries the stride: the printed MACs fit the first.

    Args:
        replicas: seeds side by side.
        c_in, c_out: channels; the first 1x1 convolution has c_out outputs.
        stride: 1 or 2.
        plain: see `GridShift`.
    """

    def __init__(self, replicas: Replicas, c_in: int, c_out: int, stride: int, plain: bool = False):
        super().__init__()
        self.expand = Conv2d(replicas, c_in, c_out, 1, stride)
        self.norm = BatchNorm2d(replicas, c_out)
        self.shift = GridShift(replicas, c_out, plain)
        self.pointwise = Conv2d(replicas, c_out, c_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, R*C_in, H, W]` -> `[B, R*C_out, ceil(H / stride), ceil(W / stride)]`."""
        return self.pointwise(self.shift(self.norm(self.expand(x)).relu()))
