"""Residual networks of basic blocks, as Maximum Roaming's public code builds them for CelebA."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.replicas import to_all
from mtl.models.unit import Context, Trunk, UnitFactory, UnitSpec, pooled_size


class BasicBlock(nn.Module):
    """Two 3x3 units and a shortcut; the shortcut's 1x1 convolution has no normalisation [C]."""

    def __init__(
        self,
        unit: UnitFactory,
        context: Context,
        name: str,
        c_in: int,
        c_out: int,
        stride: int,
        size: tuple[int, int],
        running_statistics: bool = False,
        dilation: tuple[int, int] = (1, 1),
        shortcut_norm: bool = False,
    ):
        super().__init__()
        self.seeds = context.replicas.seeds
        spec = partial(UnitSpec, running_statistics=running_statistics)
        first = spec(
            f"{name}.conv1", "conv", c_in, c_out, 3, stride, True, size, dilation=dilation[0]
        )
        second = spec(
            f"{name}.conv2", "conv", c_out, c_out, 3, 1, True, first.out_size, dilation=dilation[1]
        )
        self.out_size = first.out_size
        self.c_out = c_out
        self.conv1 = unit(first, context)
        self.conv2 = unit(second, context)
        self.shortcut: nn.Module | None = None
        if stride != 1 or c_in != c_out:
            place = f"{name}.shortcut"
            wanted = spec(place, "downsample", c_in, c_out, 1, stride, shortcut_norm, size)
            self.shortcut = unit(wanted, context)

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        y = self.conv2(F.relu(self.conv1(x, task)), task)
        x = x if self.shortcut is None else self.shortcut(x, task)
        if y.shape != x.shape:  # the first maps of each task's own
            x = to_all(x, self.seeds, y.shape[1] // x.shape[1])
        return F.relu(y + x)


class ResNet(Trunk):
    """The shared trunk: images to pooled features.

    Args:
        unit: makes each convolution with its normalisation; methods pass their own.
        context: seeds, replicas, tasks.
        width: channels of the first stage (64 in the paper); every further stage doubles them.
        blocks: basic blocks of each stage.
        size: `(H, W)` of the images.
        stem_kernel, stem_stride, stem_pool: the first convolution, and whether a 3x3/2 max
            pooling follows.
        running_statistics: whether the normalisations keep them for evaluation.
        shortcut_norm: whether the shortcuts' convolutions are normalised.
        dilations: of the stages; above 1 a stage dilates instead of striding, its first convolution
            by half as much. Strides of two if absent.
    """

    def __init__(
        self,
        unit: UnitFactory,
        context: Context,
        width: int,
        blocks: Sequence[int],
        size: tuple[int, int],
        *,
        stem_kernel: int,
        stem_stride: int,
        stem_pool: bool,
        running_statistics: bool = False,
        shortcut_norm: bool = False,
        dilations: Sequence[int] = (),
    ):
        super().__init__()
        self.stem_pool, self.running_statistics = stem_pool, running_statistics
        self.depths = tuple(blocks)
        stem = UnitSpec(
            "stem", "stem", 3, width, stem_kernel, stem_stride, True, size,
            running_statistics=running_statistics,
        )  # fmt: skip
        self.stem = unit(stem, context)
        size = pooled_size(stem.out_size, 3, 2, 1) if stem_pool else stem.out_size
        channels = width
        self.blocks = nn.ModuleList()
        for stage, count in enumerate(blocks):
            for position in range(count):
                dilation = dilations[stage] if dilations else 1
                stride = 2 if stage > 0 and position == 0 and dilation == 1 else 1
                first = max(1, dilation // 2) if position == 0 else dilation
                name = f"stage{stage + 1}.block{position + 1}"
                c_out = width * 2**stage
                block = BasicBlock(
                    unit,
                    context,
                    name,
                    channels,
                    c_out,
                    stride,
                    size,
                    running_statistics,
                    (first, dilation),
                    shortcut_norm,
                )
                self.blocks.append(block)
                channels, size = c_out, block.out_size
        self.features = channels

        self.out_size = size

    @property
    def stages(self) -> list[list[BasicBlock]]:
        """The blocks of each stage."""
        blocks = self.blocks.children()
        return [[cast(BasicBlock, next(blocks)) for _ in range(depth)] for depth in self.depths]

    def entry(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images of each seed, the active task -> the maps before the blocks."""
        x = F.relu(self.stem(x, task))
        return F.max_pool2d(x, 3, 2, 1) if self.stem_pool else x

    def output(self, maps: Tensor) -> Tensor:
        """`[B, R*F, h, w]` maps of the last block -> `[B, R, F]` features."""
        return maps.mean((2, 3)).unflatten(1, (-1, self.features))

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images of each seed, the active task -> its features."""
        x = self.entry(x, task)
        for block in self.blocks:
            x = block(x, task)
        return self.output(x)

    def last_shared_weight(self) -> nn.Parameter:
        """The second convolution of the last block [C]."""
        return self.blocks[-1].get_parameter("conv2.conv.weight")
