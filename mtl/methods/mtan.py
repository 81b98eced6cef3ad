"""MTAN: one shared SegNet, whose feature maps each task weighs by its own attention."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.mtan import AttentionMask, SharedOverTasks
from mtl.layers.replicas import to_all
from mtl.methods.base import HostBuilder, Method
from mtl.methods.info import MethodInfo
from mtl.models.segnet import DECODER, ENCODER, SegNet, unpool
from mtl.models.unit import Context, UnitFactory

INFO = MethodInfo(
    name="mtan",
    label="MTAN",
    paper="Liu et al., End-to-End Multi-Task Learning with Attention, CVPR",
    year=2019,
    summary="A shared SegNet and, for each task, attention masks on the maps of every block.",
    needs="architecture",
    regimes=("joint",),
    hosts=("segnet",),
)


class AttendedSegNet(SegNet):
    """The shared network and the tasks' attention beside it (MTAN, public code).

    In a block of the encoder, with u the maps of its first convolution and v those of its last:
    `feature = mask([u, previous]) * v`, then a convolution to the next block's channels and 2x2
    max pooling give `previous` (which the first block has not). In a block of the decoder, whose
    unpooled input is u: `previous` is up-sampled by two and convolved to the block's channels,
    then the same. The convolutions between the blocks are shared between tasks.
    """

    joint_only = True

    def __init__(self, unit: UnitFactory, context: Context, width: int, size: tuple[int, int]):
        super().__init__(unit, context, width, size)
        self.lead = context.replicas.seeds, context.n_tasks
        self.encoder_masks, self.encoder_shared = nn.ModuleList(), nn.ModuleList()
        self.decoder_masks, self.decoder_shared = nn.ModuleList(), nn.ModuleList()
        widths = [width * row[-1] for row in ENCODER]
        for block, c in enumerate(widths):
            name, c_in = f"encoder{block + 1}", c if block == 0 else 2 * c
            self.encoder_masks.append(AttentionMask(context, f"{name}.mask", c_in, c, size))
            following = widths[min(block + 1, len(widths) - 1)]
            shared = SharedOverTasks(context, f"{name}.shared", c, following, size)
            self.encoder_shared.append(shared)
            size = (size[0] // 2, size[1] // 2)
        c_in = widths[-1]
        for block, row in enumerate(DECODER):
            name, c = f"decoder{block + 1}", width * row[-1]
            size = (size[0] * 2, size[1] * 2)
            self.decoder_shared.append(SharedOverTasks(context, f"{name}.shared", c_in, c, size))
            self.decoder_masks.append(AttentionMask(context, f"{name}.mask", c_in + c, c, size))
            c_in = c

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images -> `[B, S*T, F, H, W]`, the features of each task."""
        pooled: list[tuple[Tensor, tuple[int, int]]] = []
        previous: Tensor | None = None
        blocks = zip(self.encoder, self.encoder_masks, self.encoder_shared, strict=True)
        for units, mask, shared in blocks:
            first, *rest = units.children()
            u = v = torch.relu(first(x, task))
            for unit in rest:
                v = torch.relu(unit(v, task))
            feature = mask(self._joined(u, previous)) * to_all(v, *self.lead)
            previous = F.max_pool2d(shared(feature), 2)
            x, places = F.max_pool2d(v, 2, return_indices=True)
            pooled.append((places, (v.shape[2], v.shape[3])))
        assert previous is not None
        blocks = zip(self.decoder, self.decoder_masks, self.decoder_shared, strict=True)
        for units, mask, shared in blocks:
            u = unpool(x, *pooled.pop())
            x = self._stage(units, u, task)
            larger = F.interpolate(previous, scale_factor=2, mode="bilinear", align_corners=True)
            previous = mask(self._joined(u, shared(larger))) * to_all(x, *self.lead)
        return previous.unflatten(1, (-1, self.features))

    def _joined(self, shared: Tensor, own: Tensor | None) -> Tensor:
        """The shared maps, and behind them each task's own where there are some."""
        if own is None:
            return shared
        parts = [part.unflatten(1, (*self.lead, -1)) for part in (to_all(shared, *self.lead), own)]
        return torch.cat(parts, dim=3).flatten(1, 3)


class Build(Method):
    """As in MTAN's public code, for any number of tasks; the printed 44.4M are of three [C].

    Xavier's normal rule, and running statistics in the normalisations. Whether the bilinear
    up-sampling aligns corners is unspecified; it does here. Differs from the paper in the tasks:
    there, segmentation is one task of all classes by softmax.
    """

    head_for_each_task = True

    def trunk(
        self, build: HostBuilder, unit: UnitFactory, width: int, size: tuple[int, int]
    ) -> AttendedSegNet:
        return AttendedSegNet(unit, self.context, width, size)
