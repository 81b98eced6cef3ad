"""Depth-wise separable convolutions."""

from __future__ import annotations

from torch import Tensor, nn

from mtl.layers.convolution import BatchNorm2d, Conv2d, DepthwiseConv2d
from mtl.layers.replicas import Replicas


class TwoSeparableConv2d(nn.Module):
    """Two depth-wise separable units one after the other, in the place of one convolution.

    `dw3x3(stride)`, `1x1 C_in -> C_out`, `dw3x3`, `1x1 C_out -> C_out`, each but the last followed
    by normalisation and ReLU. The printed counts fit two units; one has half of them (inferred).

    Args:
        replicas: seeds side by side.
        c_in, c_out: channels.
        kernel: odd size of the depth-wise convolutions.
        stride: 1 or 2, of the first.
    """

    def __init__(self, replicas: Replicas, c_in: int, c_out: int, kernel: int, stride: int):
        super().__init__()
        self.stages = nn.ModuleList(
            [
                DepthwiseConv2d(replicas, c_in, kernel, stride),
                Conv2d(replicas, c_in, c_out, 1),
                DepthwiseConv2d(replicas, c_out, kernel),
            ]
        )
        self.norms = nn.ModuleList(
            [BatchNorm2d(replicas, channels) for channels in (c_in, c_out, c_out)]
        )
        self.last = Conv2d(replicas, c_out, c_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, R*C_in, H, W]` -> `[B, R*C_out, ceil(H / stride), ceil(W / stride)]`."""
        for stage, norm in zip(self.stages, self.norms, strict=True):
            x = norm(stage(x)).relu()
        return self.last(x)
