"""The Ghost module: a small convolution, and cheap maps made from its outputs."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mtl.layers.convolution import depthwise_conv2d, grouped_conv2d
from mtl.layers.replicas import Replicas, ReplicatedModule, kaiming_normal, uniform


class GhostConv2d(ReplicatedModule):
    """A convolution with `C_out / ratio` outputs, and `ratio - 1` depth-wise maps of each.

    As the public module of Ghost-ResNet (Efficient-AI-Backbones, ghost_resnet.py): both parts have
    biases, neither normalisation nor ReLU is inside. Outputs: the convolution's, then the
    depth-wise maps. That module also registers a second copy of both weights, and a normalisation
    of both parts, that its forward pass never uses; the paper's #P counts them (inferred). Here
    they do not exist: `unused_parameters` is their number. Differs in the initial depth-wise
    weights, whose fan-out is that of their own kernel (see `DepthwiseConv2d`).

    Args:
        replicas: seeds side by side.
        c_in, c_out: channels; c_out a multiple of the ratio.
        kernel: odd size of both parts.
        stride: 1 or 2, of the convolution.
        ratio: outputs for each output of the convolution.
    """

    primary: nn.Parameter
    primary_bias: nn.Parameter
    cheap: nn.Parameter
    cheap_bias: nn.Parameter

    def __init__(
        self, replicas: Replicas, c_in: int, c_out: int, kernel: int, stride: int, ratio: int
    ):
        super().__init__()
        self.stride = stride
        lead, own, area = replicas.lead, c_out // ratio, kernel * kernel
        cheap = own * (ratio - 1)
        shapes = (own, c_in, kernel, kernel), (own, ratio - 1, kernel, kernel)
        primary_bias = uniform(1 / math.sqrt(c_in * area))
        self.declare("primary", lead, shapes[0], kaiming_normal(own * area), trained=True)
        self.declare("primary_bias", lead, (own,), primary_bias, trained=True)
        self.declare("cheap", lead, shapes[1], kaiming_normal(area), trained=True)
        self.declare("cheap_bias", lead, (cheap,), uniform(1 / math.sqrt(area)), trained=True)
        self.unused_parameters = sum(map(math.prod, shapes)) + 2 * c_out

    def forward(self, x: Tensor) -> Tensor:
        """`[B, R*C_in, H, W]` -> `[B, R*C_out, ceil(H / stride), ceil(W / stride)]`."""
        primary = self.primary.reshape(-1, *self.primary.shape[-4:])
        maps = grouped_conv2d(x, primary, self.stride) + self.primary_bias.reshape(1, -1, 1, 1)
        cheap = depthwise_conv2d(maps, self.cheap.reshape(-1, *self.cheap.shape[-3:]))
        cheap = cheap + self.cheap_bias.reshape(1, -1, 1, 1)
        parts = [part.unflatten(1, (len(primary), -1)) for part in (maps, cheap)]
        return torch.cat(parts, dim=2).flatten(1, 2)
