"""The layer of non-learnable primitives (paper 3.1, Algorithm 1).

It follows the reading of the paper's parameter and MAC counts (inferred; the printed
`groups=C_in` contradicts them): primitives act on every input channel; their maps are shuffled so
that the maps of one channel are adjacent; a bias-free 1x1 convolution in a few groups recombines
them, and is all that learns.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.primitives.words import primitives
from mtl.layers.replicas import Draw, Replicas, ReplicatedModule, kaiming_fan_out

# Up to this many pixels a map, one matrix product over batch and pixels beats one an image.
FEW_PIXELS = 16


def recombination_groups(n_primitives: int) -> int:
    """Groups of the 1x1 convolution: those that give it `1.5 * C_in * C_out` weights, or 2.

    The printed counts fit that number of weights, with two groups for three primitives (inferred).
    Other numbers of primitives that three does not divide have two groups, and so other counts.
    """
    return 2 * n_primitives // 3 if n_primitives % 3 == 0 else 2


class PrimitivesConv2d(ReplicatedModule):
    """Primitives side by side, recombined by a grouped 1x1 convolution.

    `z = conv1x1(shuffle([p(x) for p in primitives]), groups)`, all of x's size; at stride 2 every
    second row and column of z is kept, as the paper's MACs imply (a strided 3x3 convolution gives
    the same size).

    Two forms compute the same: `plain=True` step by step as Algorithm 1 is printed, the oracle
    of the tests and of the MAC count; and the default, which strides before the 1x1 (exact: a
    quarter of the work) and never shuffles.

    Args:
        replicas: seeds side by side.
        c_in, c_out: channel counts, multiples of the groups.
        size: `(H, W)` of the input maps.
        stride: 1 or 2.
        text: names the primitives, see `mtl.layers.primitives.words`.
        plain: see above.
        draw: the host's rule for the weights, by the fans of the 1x1 convolution.
    """

    weight: nn.Parameter

    def __init__(
        self,
        replicas: Replicas,
        c_in: int,
        c_out: int,
        size: tuple[int, int],
        stride: int,
        text: str,
        plain: bool = False,
        draw: Draw = kaiming_fan_out,
    ):
        super().__init__()
        self.stride, self.plain, self.c_in = stride, plain, c_in
        self.primitives = primitives(text, replicas, c_in, size)
        self.groups = recombination_groups(len(self.primitives))
        shape = (c_out, len(self.primitives) * c_in // self.groups, 1, 1)
        self.declare("weight", replicas.lead, shape, draw(shape[1], c_out), trained=True)

    @property
    def c_out(self) -> int:
        """Output channels of one replica."""
        return self.weight.shape[-4]

    def forward(self, x: Tensor) -> Tensor:
        """`[B, R*C_in, H, W]` -> `[B, R*C_out, ceil(H / stride), ceil(W / stride)]`."""
        return self._as_printed(x) if self.plain else self._fast(x)

    def _as_printed(self, x: Tensor) -> Tensor:
        replicas = math.prod(self.weight.shape[:-4])
        maps_of = [
            primitive.as_printed(x).chunk(replicas, dim=1)  # type: ignore[operator]
            for primitive in self.primitives.values()
        ]
        weights = self.weight.reshape(replicas, -1, *self.weight.shape[-3:])
        outputs = []
        for *maps, weight in zip(*maps_of, weights, strict=True):
            shuffled = F.channel_shuffle(torch.cat(maps, dim=1), len(maps))
            outputs.append(F.conv2d(shuffled, weight, None, 1, 0, 1, self.groups))
        return torch.cat(outputs, dim=1)[:, :, :: self.stride, :: self.stride]

    def _fast(self, x: Tensor) -> Tensor:
        found = [primitive(x, self.stride) for primitive in self.primitives.values()]
        batch, _, height, width = found[0].shape
        *_, c_out, group_in, _, _ = self.weight.shape
        groups = x.shape[1] * len(found) // group_in
        maps = torch.stack(
            [maps.view(batch, groups, group_in // len(found), height * width) for maps in found],
            dim=3,
        ).flatten(2, 3)  # [B, groups, group_in, pixels], the maps of a channel adjacent
        weight = self.weight.reshape(groups, c_out // self.groups, group_in)
        if height * width <= FEW_PIXELS:
            rows = maps.permute(1, 0, 3, 2).reshape(groups, -1, group_in)
            mixed = torch.bmm(rows, weight.transpose(1, 2))
            mixed = mixed.view(groups, batch, height * width, -1).permute(1, 0, 3, 2)
        else:
            mixed = torch.matmul(weight, maps)
        return mixed.reshape(batch, -1, height, width)
