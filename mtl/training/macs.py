"""Counts multiply-accumulates of a forward pass, as torch's FlopCounterMode does, halved.

That counter works by a dispatch mode, for which torch imports its compiler: seconds in every
training process. This one watches the calls of the functions that the project's layers use; a
test compares the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode


def _convolution(out: Tensor, x: Tensor, weight: Tensor, *_: Any, **__: Any) -> int:
    return out.numel() * math.prod(weight.shape[1:])


def _product(out: Tensor, left: Tensor, right: Tensor, *_: Any, **__: Any) -> int:
    return out.numel() * left.shape[-1]


def _added_product(out: Tensor, bias: Tensor, left: Tensor, *_: Any, **__: Any) -> int:
    return out.numel() * left.shape[-1]


MACS: dict[Any, Callable[..., int]] = {
    F.conv2d: _convolution,
    torch.conv2d: _convolution,
    F.linear: _product,
    torch.bmm: _product,
    torch.matmul: _product,
    torch.baddbmm: _added_product,
    Tensor.matmul: _product,
    Tensor.__matmul__: _product,
}


class MacCounter(TorchFunctionMode):
    """Counts while it is active.

    Attributes:
        macs: multiply-accumulates of convolutions and matrix products; pooling, normalisation and
            elementwise work have none.
        normalised: elements that pass a batch normalisation.
    """

    def __init__(self) -> None:
        super().__init__()
        self.macs = self.normalised = 0

    @property
    def flops(self) -> int:
        """Two for each multiply-accumulate and each normalised element; all else is free.

        The convention that gives InterroGate's printed GFLOPs of PASCAL-Context (inferred).
        """
        return 2 * (self.macs + self.normalised)

    def __torch_function__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        if func in MACS:
            self.macs += MACS[func](out, *args, **(kwargs or {}))
        elif func is F.batch_norm:
            self.normalised += out.numel()
        return out
