"""Convolution with fixed random weights."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from mtl.layers.convolution import grouped_conv2d
from mtl.layers.primitives.base import Primitive
from mtl.layers.primitives.depthwise import fixed_depthwise
from mtl.layers.replicas import Fill, Replicas


def fixed_kernels(fan_in: int, binary: bool, density: float | None) -> Fill:
    """Draws weights of variance `2 / fan_in`, Kaiming's by the fan-in of one output.

    Args:
        fan_in: weights of one output channel.
        binary: two values of either sign instead of normal numbers.
        density: all weights but those at `floor(density * n)` positions, drawn with replacement,
            are zero, as in the code of LBCNN and its ancestors, which call it sparsity; the share
            that stays is about 1 - exp(-density). None keeps all.

    The variance holds with zeros too: the others are larger. The ancestor code does not scale; a
    scale changes nothing behind a normalisation, but it does beside other primitives.
    """

    def fill(tensor: Tensor, generator: torch.Generator) -> None:
        if binary:
            tensor.bernoulli_(0.5, generator=generator).mul_(2).sub_(1)
        else:
            tensor.normal_(generator=generator)
        kept = 1.0
        if density is not None:
            n = tensor.numel()
            draws = int(density * n)
            chosen = torch.randint(n, (draws,), generator=generator)
            mask = torch.zeros(n, dtype=tensor.dtype)
            mask[chosen] = 1
            tensor.mul_(mask.view(tensor.shape))
            kept = 1 - (1 - 1 / n) ** draws
        tensor.mul_(math.sqrt(2 / (fan_in * kept)))

    return fill


class FixedConvolution(Primitive):
    """A convolution whose random weights never learn, then ReLU (ancestor code and LBCNN).

    The ancestor's network constructor overwrites its binary kernels with dense Gaussian ones by
    fan-out; not copied.

    Args:
        replicas: seeds side by side.
        channels: C, in and out.
        kernel: odd size.
        full: each output sees all channels; else only its own (depth-wise).
        binary, density: see `fixed_kernels`.

    Raises:
        ValueError: when so small a density leaves no weight.
    """

    weight: Tensor

    def __init__(
        self,
        replicas: Replicas,
        channels: int,
        kernel: int,
        full: bool = False,
        binary: bool = False,
        density: float | None = None,
    ):
        super().__init__()
        self.full = full
        inputs = channels if full else 1
        shape = (channels, inputs, kernel, kernel)
        if density is not None and int(density * math.prod(shape)) == 0:
            raise ValueError(f"a share of {density} leaves none of {math.prod(shape)} weights")
        fill = fixed_kernels(inputs * kernel**2, binary, density)
        self.declare("weight", replicas.lead, shape, fill, trained=False)

    def forward(self, x: Tensor, stride: int) -> Tensor:
        *_, channels, inputs, kernel, _ = self.weight.shape
        if self.full:
            weight = self.weight.reshape(-1, channels, inputs, kernel, kernel)
            return grouped_conv2d(x, weight, stride).relu()
        return fixed_depthwise(x, self.weight.reshape(-1, 1, kernel, kernel), stride).relu()

    def as_printed(self, x: Tensor) -> Tensor:
        *_, inputs, kernel, _ = self.weight.shape
        weight = self.weight.reshape(-1, inputs, kernel, kernel)
        groups = len(weight) // inputs if self.full else len(weight)
        return F.relu(F.conv2d(x, weight, None, 1, kernel // 2, 1, groups))
