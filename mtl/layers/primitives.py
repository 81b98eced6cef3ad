"""Non-learnable primitives and the layer that recombines them (paper 3.1, Algorithm 1).

The layer follows the reading of the paper's parameter and MAC counts (inferred; the printed
`groups=C_in` contradicts them): average pooling, a fixed depth-wise convolution and a
perturbation act on every input channel; their maps are shuffled so that the maps of one channel
are adjacent; a bias-free 1x1 convolution in two groups recombines them, and is all that learns.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.grad import conv2d_input

from mtl.layers.replicas import Replicas, ReplicatedModule, kaiming_normal, uniform

PRIMITIVES = 3
# Up to this many pixels a map, one matrix product over batch and pixels beats one an image.
FEW_PIXELS = 16


class _FixedDepthwise(torch.autograd.Function):
    """A depth-wise convolution by kernels that never learn.

    Its backward pass at stride 1 is the same convolution by the flipped kernels, which is far
    faster on the CPU than the library's backward kernel for filters wider than 3.
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


class PrimitivesConv2d(ReplicatedModule):
    """Average pooling, fixed convolution and perturbation, recombined by a grouped 1x1.

    For input x of one replica, with p the pooling size and N fixed noise:
    `a = avgpool_p(x)`, `c = relu(depthwise3x3(x))`, `n = relu(x + N)`, all of x's size with zero
    padding; `z = conv1x1(shuffle([a, c, n]), groups=2)`; at stride 2 every second row and column
    of z is kept, as the paper's MACs imply (a strided 3x3 convolution gives the same size).

    The ReLUs are those of the ancestor code (pytorchnet) and of PNN; none follows the pooling.
    N is a buffer of the input's size, drawn once for each seed. The fixed kernels are real,
    Kaiming-normal by their fan-in of nine (the ancestor's network constructor overwrites its
    binary kernels with dense Gaussian ones by fan-out; not copied).

    Two forms compute the same: `plain=True` step by step as Algorithm 1 is printed, the oracle
    of the tests and of the MAC count; and the default, which strides before the 1x1 (exact: a
    quarter of the work), pools by a depth-wise box filter cut to the map's size, and never
    shuffles.

    Args:
        replicas: seeds side by side.
        c_in, c_out: even channel counts.
        size: `(H, W)` of the input maps.
        stride: 1 or 2.
        pool_size: p, odd.
        perturbation: N is uniform on +- this.
        plain: see above.
    """

    GROUPS = 2
    box: Tensor
    fixed: Tensor
    noise: Tensor
    weight: nn.Parameter

    def __init__(
        self,
        replicas: Replicas,
        c_in: int,
        c_out: int,
        size: tuple[int, int],
        stride: int,
        pool_size: int,
        perturbation: float,
        plain: bool = False,
    ):
        super().__init__()
        self.stride, self.pool_size, self.plain = stride, pool_size, plain
        self.channels = replicas.total * c_in
        lead = replicas.lead
        self.declare("fixed", lead, (c_in, 1, 3, 3), kaiming_normal(9), trained=False)
        self.declare("noise", lead, (c_in, *size), uniform(perturbation), trained=False)
        shape = (c_out, PRIMITIVES * c_in // self.GROUPS, 1, 1)
        self.declare("weight", lead, shape, kaiming_normal(c_out), trained=True)
        cut = [min(pool_size, 2 * side - 1) for side in size]
        box = torch.full((self.channels, 1, *cut), 1.0 / pool_size**2)
        self.register_buffer("box", box, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, R*C_in, H, W]` -> `[B, R*C_out, ceil(H / stride), ceil(W / stride)]`."""
        return self._as_printed(x) if self.plain else self._fast(x)

    def _as_printed(self, x: Tensor) -> Tensor:
        fixed, noise = self.fixed.reshape(-1, 1, 3, 3), self.noise.flatten(0, -3)
        replicas = math.prod(self.weight.shape[:-4])
        pooled = F.avg_pool2d(x, self.pool_size, 1, self.pool_size // 2)
        convolved = F.relu(F.conv2d(x, fixed, None, 1, 1, 1, self.channels))
        perturbed = F.relu(x + noise)
        per_replica = [maps.chunk(replicas, dim=1) for maps in (pooled, convolved, perturbed)]
        weights = self.weight.reshape(replicas, -1, *self.weight.shape[-3:])
        outputs = []
        for *maps, weight in zip(*per_replica, weights, strict=True):
            shuffled = F.channel_shuffle(torch.cat(maps, dim=1), PRIMITIVES)
            outputs.append(F.conv2d(shuffled, weight, None, 1, 0, 1, self.GROUPS))
        return torch.cat(outputs, dim=1)[:, :, :: self.stride, :: self.stride]

    def _fast(self, x: Tensor) -> Tensor:
        fixed, noise = self.fixed.reshape(-1, 1, 3, 3), self.noise.flatten(0, -3)
        step = self.stride
        pooled = _FixedDepthwise.apply(x, self.box, step)
        convolved = _FixedDepthwise.apply(x, fixed, step).relu()
        perturbed = (x[:, :, ::step, ::step] + noise[:, ::step, ::step]).relu()
        batch, _, height, width = pooled.shape
        *_, c_out, group_in, _, _ = self.weight.shape
        groups = self.channels * PRIMITIVES // group_in
        maps = torch.stack(
            [
                maps.view(batch, groups, group_in // PRIMITIVES, height * width)
                for maps in (pooled, convolved, perturbed)
            ],
            dim=3,
        ).flatten(2, 3)  # [B, groups, group_in, pixels], the maps of a channel adjacent
        weight = self.weight.reshape(groups, c_out // self.GROUPS, group_in)
        if height * width <= FEW_PIXELS:
            rows = maps.permute(1, 0, 3, 2).reshape(groups, -1, group_in)
            mixed = torch.bmm(rows, weight.transpose(1, 2))
            mixed = mixed.view(groups, batch, height * width, -1).permute(1, 0, 3, 2)
        else:
            mixed = torch.matmul(weight, maps)
        return mixed.reshape(batch, -1, height, width)
