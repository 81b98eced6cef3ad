"""MTAN on residual networks, as in Vandenhende et al.'s public code."""

from __future__ import annotations

import itertools

import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.mtan import AttentionMask, SharedBottleneck, joined
from mtl.layers.replicas import to_all
from mtl.models.resnet import ResNet
from mtl.models.unit import Context, ExtendedTrunk, UnitSpec


class AttendedResNet(ExtendedTrunk[ResNet]):
    """The shared network and the tasks' attention beside it.

    In a stage, with u the maps before its last block and v those behind it:
    `feature = mask([u, previous]) * v`, where the mask has a quarter of the stage's channels
    within. A bottleneck, which the tasks share, brings the features to the next stage's channels,
    and 2x2 max pooling to its size where it strides: that is `previous` (which the first stage has
    not). On the dilated network only the second stage strides.
    """

    joint_only = True

    def __init__(self, host: ResNet, context: Context):
        super().__init__(host)
        self.lead = context.replicas.seeds, context.n_tasks
        running = host.running_statistics
        self.masks, self.refinements = nn.ModuleList(), nn.ModuleList()
        lasts = [blocks[-1] for blocks in host.stages]
        for stage, last in enumerate(lasts, 1):
            c, c_in = last.c_out, last.c_out * min(stage, 2)
            name = f"stage{stage}.mask"
            spec = UnitSpec(
                name, "conv", c_in, c, 1, 1, True, last.out_size,
                xavier=True, running_statistics=running,
            )  # fmt: skip
            self.masks.append(AttentionMask(context, spec, max(1, c // 4)))
        for stage, (last, following) in enumerate(itertools.pairwise(lasts), 1):
            name = f"stage{stage}.refinement"
            spec = UnitSpec(
                name, "conv", last.c_out, following.c_out, 1, 1, True, last.out_size,
                running_statistics=running,
            )  # fmt: skip
            self.refinements.append(SharedBottleneck(context, spec))

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images -> `[B, S*T, F, ...]`, the features of each task."""
        v = self.host.entry(x, task)
        feature: Tensor | None = None
        refinements = iter(self.refinements)
        for (*blocks, last), mask in zip(self.host.stages, self.masks, strict=True):
            for block in blocks:
                v = block(v, task)
            u, v = v, last(v, task)
            previous = None if feature is None else next(refinements)(feature)
            if previous is not None and previous.shape[2:] != u.shape[2:]:
                previous = F.max_pool2d(previous, 2, ceil_mode=True)
            feature = mask(joined(u, previous, *self.lead)) * to_all(v, *self.lead)
        assert feature is not None
        return self.host.output(feature)
