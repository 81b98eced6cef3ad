"""Initialised layers in float64, for the tests of the layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from mtl.layers.primitives.average import AveragePooling
from mtl.layers.replicas import Replicas, initialise

Layer = TypeVar("Layer", bound=nn.Module)


def ready(layer: Layer, seeds: Sequence[int] = (0,)) -> Layer:
    """Draw the layer's tensors for these seeds and make it float64 throughout.

    The box filter of average pooling is a float32 constant by then; it is filled anew, so that a
    comparison in float64 is not one of 1/81 with its rounded value.
    """
    initialise(layer, seeds)
    layer.double()
    exact_boxes(layer)
    return layer


def exact_boxes(module: nn.Module) -> None:
    """Give every box filter the value that its type can hold best."""
    for part in module.modules():
        if isinstance(part, AveragePooling):
            part.box.fill_(1 / part.window**2)


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


def assert_seeds_as_alone(
    make: Callable[[Replicas], nn.Module], channels: int, size: tuple[int, int]
) -> None:
    """Three seeds side by side give each what it gives alone, gradients at the input included.

    Args:
        make: the layer for these replicas.
        channels: C_in of one seed.
        size: `(H, W)` of the maps.
    """
    seeds = (3, 11, 5)
    x = normal(2, len(seeds), channels, *size).requires_grad_()
    together = ready(make(Replicas(3)), seeds)(x.flatten(1, 2)).unflatten(1, (3, -1))
    alone = [ready(make(Replicas(1)), (s,))(x[:, i]) for i, s in enumerate(seeds)]
    assert not torch.equal(alone[0], alone[1])
    assert_same_function(together, torch.stack(alone, dim=1), [x])
