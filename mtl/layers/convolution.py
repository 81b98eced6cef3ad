"""Convolution, batch normalisation and the two together, for replicas side by side."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.replicas import (
    Fill,
    Replicas,
    ReplicatedModule,
    constant,
    for_each_task,
    kaiming_normal,
)

FEW_CHANNELS = 8


def grouped_conv2d(x: Tensor, weight: Tensor, stride: int = 1, dilation: int = 1) -> Tensor:
    """Convolve every replica with its own kernels, zero padded to keep the size at stride 1.

    Equal to `F.conv2d(..., groups=R)` but for two detours around slow kernels of the CPU library:
    inputs of few channels are convolved one group at a time, and kernel rows or columns that only
    ever meet padding are cut off (a 3x3 kernel on a 1x1 map is its centre tap).

    Args:
        x: `[B, G*C_in, H, W]`; G is R, or a divisor of R when consecutive replicas share an input.
        weight: `[R, C_out, C_in, k, k]` with odd k.
        stride, dilation: of both dimensions.

    Returns:
        `[B, R*C_out, ceil(H / stride), ceil(W / stride)]`.
    """
    replicas, c_out, c_in, kernel, _ = weight.shape
    groups = x.shape[1] // c_in
    weight = weight.reshape(groups, replicas // groups * c_out, c_in, kernel, kernel)
    padding = [kernel // 2 * dilation, kernel // 2 * dilation]
    for axis in (0, 1):
        if kernel > 1 and x.shape[2 + axis] == 1:
            weight = weight.narrow(3 + axis, kernel // 2, 1)
            padding[axis] = 0
    if groups > 1 and c_in < FEW_CHANNELS:
        pieces = x.chunk(groups, dim=1)
        maps = [
            F.conv2d(piece, kernels, None, stride, padding, dilation)
            for piece, kernels in zip(pieces, weight, strict=True)
        ]
        return torch.cat(maps, dim=1)
    return F.conv2d(x, weight.flatten(0, 1), None, stride, padding, dilation, groups)


def depthwise_conv2d(x: Tensor, weight: Tensor, stride: int = 1) -> Tensor:
    """Convolve every channel with its own kernels, zero padded to keep the size at stride 1.

    Args:
        x: `[B, C, H, W]`.
        weight: `[C, m, k, k]` with odd k: m kernels for each channel.
        stride: of both dimensions.

    Returns:
        `[B, C*m, ceil(H / stride), ceil(W / stride)]`, the m maps of a channel adjacent.
    """
    channels, multiplier, kernel, _ = weight.shape
    weight = weight.reshape(channels * multiplier, 1, kernel, kernel)
    padding = [kernel // 2, kernel // 2]
    return F.conv2d(x, weight, None, stride, padding, 1, channels)


class Conv2d(ReplicatedModule):
    """A convolution with `[*lead, C_out, C_in, k, k]` weights.

    Given maps of every task, `[B, S*T*C_in, H, W]`, it convolves all with the same kernels.

    Args:
        fill: draws the weights of one replica; Kaiming fan-out normal if absent.
        bias: whether a bias `[*lead, C_out]`, first zero, is added.
        dilation: pixels between the kernel's taps.
    """

    weight: nn.Parameter
    bias: nn.Parameter | None

    def __init__(
        self,
        replicas: Replicas,
        c_in: int,
        c_out: int,
        kernel: int,
        stride: int = 1,
        *,
        fill: Fill | None = None,
        bias: bool = False,
        dilation: int = 1,
    ):
        super().__init__()
        self.stride, self.dilation = stride, dilation
        fill = kaiming_normal(c_out * kernel * kernel) if fill is None else fill
        shape = (c_out, c_in, kernel, kernel)
        self.declare("weight", replicas.lead, shape, fill, trained=True)
        if bias:
            self.declare("bias", replicas.lead, (c_out,), constant(0.0), trained=True)
        else:
            self.register_parameter("bias", None)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.reshape(-1, *self.weight.shape[-4:])
        times = max(1, x.shape[1] // (len(weight) * weight.shape[2]))
        maps = grouped_conv2d(x, for_each_task(weight, times), self.stride, self.dilation)
        if self.bias is None:
            return maps
        bias = for_each_task(self.bias.flatten(0, -2), times)
        return maps + bias.reshape(1, -1, 1, 1)


class DepthwiseConv2d(ReplicatedModule):
    """A bias-free depth-wise convolution, `[*lead, C, 1, k, k]` weights, Kaiming fan-out normal.

    Each output channel has a fan-out of k*k: that of its own kernel. (torch's rule counts all
    channels, which would make the outputs of wide layers tiny.)
    """

    weight: nn.Parameter

    def __init__(self, replicas: Replicas, channels: int, kernel: int, stride: int = 1):
        super().__init__()
        self.stride = stride
        fill = kaiming_normal(kernel * kernel)
        shape = (channels, 1, kernel, kernel)
        self.declare("weight", replicas.lead, shape, fill, trained=True)

    def forward(self, x: Tensor) -> Tensor:
        return depthwise_conv2d(x, self.weight.reshape(-1, *self.weight.shape[-3:]), self.stride)


class BatchNorm2d(ReplicatedModule):
    """Batch normalisation by the statistics of the batch, when training and when testing.

    As in Maximum Roaming's public code (`track_running_stats=False`): there are no running
    statistics, so that test results depend slightly on the batches (eval_batch_size, unshuffled).
    Maps of every task, `[B, S*T*C, H, W]`, are each normalised by their own statistics, as if the
    tasks passed one after another.
    """

    weight: nn.Parameter
    bias: nn.Parameter

    def __init__(self, replicas: Replicas, channels: int):
        super().__init__()
        self.declare("weight", replicas.lead, (channels,), constant(1.0), trained=True)
        self.declare("bias", replicas.lead, (channels,), constant(0.0), trained=True)

    def forward(self, x: Tensor) -> Tensor:
        times = max(1, x.shape[1] // self.weight.numel())
        weight, bias = (
            for_each_task(one.flatten(0, -2), times).flatten() for one in (self.weight, self.bias)
        )
        return F.batch_norm(x, None, None, weight, bias, training=True)


class RunningBatchNorm2d(BatchNorm2d):
    """Batch normalisation with running statistics, which are used when testing.

    PyTorch's own: momentum 0.1, the running variance unbiased. Maximum Roaming's public code uses
    it where all tasks share one forward pass of SegNet.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, replicas: Replicas, channels: int):
        super().__init__(replicas, channels)
        self.declare("running_mean", replicas.lead, (channels,), constant(0.0), trained=False)
        self.declare("running_var", replicas.lead, (channels,), constant(1.0), trained=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.batch_norm(
            x,
            self.running_mean.view(-1),
            self.running_var.view(-1),
            self.weight.flatten(),
            self.bias.flatten(),
            training=self.training,
        )


class ConvNorm(nn.Module):
    """A convolution and its optional batch normalisation: the unit that methods replace.

    Args of `forward`: `x` `[B, R*C_in, H, W]`; `task`, the active task, or None for all at once,
    which this unit ignores. Units that depend on the task give with None maps of every task.
    """

    def __init__(self, conv: nn.Module, norm: nn.Module | None):
        super().__init__()
        self.conv = conv
        self.norm = norm

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        x = self.conv(x)
        return x if self.norm is None else self.norm(x)
