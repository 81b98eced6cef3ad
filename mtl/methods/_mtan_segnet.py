"""MTAN on SegNet, as in its authors' public code."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.mtan import AttentionMask, SharedOverTasks, joined
from mtl.layers.replicas import to_all
from mtl.models.segnet import DECODER, ENCODER, SegNet
from mtl.models.unit import Context, ExtendedTrunk, UnitSpec


class AttendedSegNet(ExtendedTrunk[SegNet]):
    """The shared network and the tasks' attention beside it (MTAN, public code).

    In a block of the encoder, with u the maps of its first convolution and v those of its last:
    `feature = mask([u, previous]) * v`, then a convolution to the next block's channels and 2x2
    max pooling give `previous` (which the first block has not). In a block of the decoder, whose
    unpooled input is u: `previous` is up-sampled by two and convolved to the block's channels,
    then the same. The convolutions between the blocks are shared between tasks.
    """

    joint_only = True

    def __init__(self, host: SegNet, context: Context):
        super().__init__(host)
        self.lead = context.replicas.seeds, context.n_tasks
        self.encoder_masks, self.encoder_shared = nn.ModuleList(), nn.ModuleList()
        self.decoder_masks, self.decoder_shared = nn.ModuleList(), nn.ModuleList()
        width, size = host.features, host.size
        widths = [width * row[-1] for row in ENCODER]
        for block, c in enumerate(widths):
            name, c_in = f"encoder{block + 1}", c if block == 0 else 2 * c
            mask = _spec(context, f"{name}.mask", c_in, c, 1, size)
            self.encoder_masks.append(AttentionMask(context, mask, c))
            following = widths[min(block + 1, len(widths) - 1)]
            shared = _spec(context, f"{name}.shared", c, following, 3, size)
            self.encoder_shared.append(SharedOverTasks(context, shared))
            size = (size[0] // 2, size[1] // 2)
        c_in = widths[-1]
        for block, row in enumerate(DECODER):
            name, c = f"decoder{block + 1}", width * row[-1]
            size = (size[0] * 2, size[1] * 2)
            shared = _spec(context, f"{name}.shared", c_in, c, 3, size)
            self.decoder_shared.append(SharedOverTasks(context, shared))
            mask = _spec(context, f"{name}.mask", c_in + c, c, 1, size)
            self.decoder_masks.append(AttentionMask(context, mask, c))
            c_in = c

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images -> `[B, S*T, F, H, W]`, the features of each task."""
        blocks = self.host.blocks(x, task)
        previous: Tensor | None = None
        for mask, shared in zip(self.encoder_masks, self.encoder_shared, strict=True):
            u, v = next(blocks)
            feature = mask(joined(u, previous, *self.lead)) * to_all(v, *self.lead)
            previous = F.max_pool2d(shared(feature), 2)
        assert previous is not None
        for mask, shared in zip(self.decoder_masks, self.decoder_shared, strict=True):
            u, v = next(blocks)
            larger = F.interpolate(previous, scale_factor=2, mode="bilinear", align_corners=True)
            previous = mask(joined(u, shared(larger), *self.lead)) * to_all(v, *self.lead)
        return previous.unflatten(1, (-1, self.features))


def _spec(
    context: Context, name: str, c_in: int, c_out: int, kernel: int, size: tuple[int, int]
) -> UnitSpec:
    running = context.running_statistics
    return UnitSpec(
        name, "conv", c_in, c_out, kernel, 1, True, size, xavier=True, running_statistics=running
    )
