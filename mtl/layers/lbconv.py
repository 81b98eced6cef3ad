"""Local binary convolution: a fixed sparse binary convolution, then a learned 1x1."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mtl.errors import MtlError
from mtl.layers.convolution import grouped_conv2d
from mtl.layers.replicas import Fill, Replicas, ReplicatedModule, kaiming_normal, uniform


def sparse_signs(density: float) -> Fill:
    """Zeros but for +-1 at `floor(density * n)` positions that are drawn with replacement."""

    def fill(tensor: Tensor, generator: torch.Generator) -> None:
        n = tensor.numel()
        chosen = torch.randint(n, (int(density * n),), generator=generator)
        mask = torch.zeros(n, dtype=tensor.dtype)
        mask[chosen] = 1
        # A sign for every position: which of two draws of one position wins would be undefined.
        tensor.bernoulli_(0.5, generator=generator).mul_(2).sub_(1).mul_(mask.view(tensor.shape))

    return fill


class LocalBinaryConv2d(ReplicatedModule):
    """`conv1x1(relu(fixed3x3(x))) + bias` (Juefei-Xu et al., CVPR 2017; the lab's PyTorch port).

    The fixed weights are ternary and dense over channels, the 1x1 convolution has a bias, which
    the normalisation behind it cancels, and the stride is the fixed convolution's. Differs from
    the original LBCNN, which normalises before the fixed convolution and adds a shortcut around
    the layer: the port and the printed counts have neither.

    Args:
        replicas: seeds side by side.
        c_in, c_out: channels.
        kernel: odd size of the fixed convolution.
        stride: 1 or 2.
        density: share of the positions that are drawn; the code calls it sparsity.

    Raises:
        MtlError: when so small a density leaves no weight.
    """

    fixed: Tensor
    weight: nn.Parameter
    bias: nn.Parameter

    def __init__(
        self, replicas: Replicas, c_in: int, c_out: int, kernel: int, stride: int, density: float
    ):
        super().__init__()
        self.stride = stride
        lead = replicas.lead
        shape = (c_out, c_in, kernel, kernel)
        if int(density * math.prod(shape)) == 0:
            raise MtlError(
                f"method.options.density: {density} leaves none of the {math.prod(shape)} fixed "
                f"weights of a layer of {c_in} and {c_out} channels"
            )
        self.declare("fixed", lead, shape, sparse_signs(density), trained=False)
        self.declare("weight", lead, (c_out, c_out, 1, 1), kaiming_normal(c_out), trained=True)
        self.declare("bias", lead, (c_out,), uniform(c_out**-0.5), trained=True)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, R*C_in, H, W]` -> `[B, R*C_out, ceil(H / stride), ceil(W / stride)]`."""
        fixed = self.fixed.reshape(-1, *self.fixed.shape[-4:])
        mixed = grouped_conv2d(
            grouped_conv2d(x, fixed, self.stride).relu(),
            self.weight.reshape(-1, *self.weight.shape[-4:]),
        )
        return mixed + self.bias.reshape(1, -1, 1, 1)
