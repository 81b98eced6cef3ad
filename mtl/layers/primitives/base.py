"""What every primitive is."""

from __future__ import annotations

import abc

from torch import Tensor

from mtl.layers.replicas import ReplicatedModule


class Primitive(ReplicatedModule, abc.ABC):
    """One map for every input channel, by an operation that never learns.

    Maps have the size of the input, which is padded; a stride keeps every second row and column
    of them. Two forms compute the same: `forward`, fast and strided, and `as_printed`, by the
    operation that the papers name, at stride 1.
    """

    @abc.abstractmethod
    def forward(self, x: Tensor, stride: int) -> Tensor:
        """`[B, R*C, H, W]` -> `[B, R*C, ceil(H / stride), ceil(W / stride)]`."""

    @abc.abstractmethod
    def as_printed(self, x: Tensor) -> Tensor:
        """`[B, R*C, H, W]` -> the same shape."""
