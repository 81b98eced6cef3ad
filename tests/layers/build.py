"""Initialised layers in float64, for the tests of the layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from mtl.layers.primitives import PrimitivesConv2d
from mtl.layers.replicas import initialise

Layer = TypeVar("Layer", bound=nn.Module)


def ready(layer: Layer, seeds: Sequence[int] = (0,)) -> Layer:
    """Draw the layer's tensors for these seeds and make it float64 throughout.

    The box filter of the primitives is a float32 constant by then; it is filled anew, so that a
    comparison in float64 is not one of 1/81 with its rounded value.
    """
    initialise(layer, seeds)
    layer.double()
    exact_boxes(layer)
    return layer


def exact_boxes(module: nn.Module) -> None:
    """Give every box filter the value that its type can hold best."""
    for part in module.modules():
        if isinstance(part, PrimitivesConv2d):
            part.box.fill_(1 / part.pool_size**2)


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Standard normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def gradients(output: Tensor, inputs: Sequence[Tensor]) -> list[Tensor | None]:
    """The gradients of a fixed random projection of `output`; None where it does not depend."""
    direction = normal(*output.shape, seed=99, dtype=output.dtype)
    return list(torch.autograd.grad((output * direction).sum(), inputs, allow_unused=True))


def assert_same_function(
    first: Tensor, second: Tensor, inputs: Sequence[Tensor], tolerance: float = 1e-12
) -> None:
    """Both tensors, and their gradients with respect to `inputs`, agree absolutely."""
    torch.testing.assert_close(first, second, rtol=0, atol=tolerance)
    for one, other in zip(gradients(first, inputs), gradients(second, inputs), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=tolerance)
