"""Perturbation: fixed noise is added."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mtl.layers.primitives.base import Primitive
from mtl.layers.replicas import Replicas, uniform


class Perturbation(Primitive):
    """`relu(x + N)`, N drawn once for every channel and pixel, uniform on +-level (PNN).

    N is a buffer of the input's size. In the lab's code it is made at the first forward pass, and
    lost when a checkpoint is read.

    Args:
        replicas: seeds side by side.
        channels: C.
        size: `(H, W)` of the maps.
        level: bound of the noise, in the unit of the maps.
    """

    noise: Tensor

    def __init__(self, replicas: Replicas, channels: int, size: tuple[int, int], level: float):
        super().__init__()
        self.declare("noise", replicas.lead, (channels, *size), uniform(level), trained=False)

    def forward(self, x: Tensor, stride: int) -> Tensor:
        noise = self.noise.flatten(0, -3)
        return (x[:, :, ::stride, ::stride] + noise[:, ::stride, ::stride]).relu()

    def as_printed(self, x: Tensor) -> Tensor:
        return F.relu(x + self.noise.flatten(0, -3))
