"""A depth-wise convolution by kernels that never learn."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.grad import conv2d_input


class _FixedDepthwise(torch.autograd.Function):
    """Its backward pass at stride 1 is the same convolution by the flipped kernels.

    That is far faster on the CPU than the library's backward kernel for filters wider than 3.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, kernel: Tensor, stride: int) -> Tensor:
        padding = [kernel.shape[2] // 2, kernel.shape[3] // 2]
        ctx.save_for_backward(kernel)
        ctx.stride, ctx.padding, ctx.input_shape = stride, padding, x.shape
        return F.conv2d(x, kernel, None, stride, padding, 1, kernel.shape[0])

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (gradient,) = gradients
        (kernel,) = ctx.saved_tensors
        if ctx.stride == 1:
            flipped = kernel.flip(2, 3)
            gradient = F.conv2d(
                gradient.contiguous(), flipped, None, 1, ctx.padding, 1, kernel.shape[0]
            )
        else:
            gradient = conv2d_input(
                ctx.input_shape, kernel, gradient, ctx.stride, ctx.padding, 1, kernel.shape[0]
            )
        return gradient, None, None


def fixed_depthwise(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """Convolve each channel with its own fixed kernel, zero padded.

    Kernel rows and columns that only ever meet padding are cut off first: the library has no fast
    kernel for filters larger than the map.

    Args:
        x: `[B, C, H, W]`.
        kernel: `[C, 1, k, k]` with odd k, without gradient.
        stride: of both dimensions.

    Returns:
        `[B, C, ceil(H / stride), ceil(W / stride)]`.
    """
    for axis in (2, 3):
        useful = 2 * x.shape[axis] - 1
        surplus = kernel.shape[axis] - useful
        if surplus > 0:
            kernel = kernel.narrow(axis, surplus // 2, useful)
    result: Tensor = _FixedDepthwise.apply(x, kernel, stride)
    return result
