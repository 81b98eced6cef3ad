"""Several networks side by side in one: the layout, and how each is initialised.

The seeds of a configuration train together. Their feature maps lie side by side in the channel
dimension, `[B, R*C, H, W]` with the replica-major order, and every convolution has one group a
replica, so that no replica sees another. A replica is a seed, or a (seed, network) pair where a
method trains one network a task.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

Fill = Callable[[Tensor, torch.Generator], None]
Draw = Callable[[int, int], Fill]
"""A host's rule for the weights of a convolution, by its fan-in and fan-out."""


@dataclass(frozen=True)
class Replicas:
    """How many networks lie side by side.

    Attributes:
        seeds: number of seeds that train together.
        networks: independent networks a seed (1, or the number of tasks for single-task learning).
    """

    seeds: int
    networks: int = 1

    @property
    def total(self) -> int:
        """Number of replicas R."""
        return self.seeds * self.networks

    @property
    def lead(self) -> tuple[int, ...]:
        """Leading dimensions of every parameter: `(S,)`, or `(S, networks)`."""
        return (self.seeds,) if self.networks == 1 else (self.seeds, self.networks)


def stream(seed: int, *key: object) -> int:
    """A 63-bit seed for one named stream of random numbers of one run seed.

    The streams of a seed are named by what they are for (a parameter's name, an epoch), never by
    the method, so that runs of different methods are paired: the same initial weights wherever
    name and shape agree, the same order of the images.
    """
    text = "/".join(str(part) for part in (seed, *key))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def numpy_generator(seed: int, *key: object) -> np.random.Generator:
    """A numpy generator on the named stream of a seed."""
    return np.random.default_rng(stream(seed, *key))


def kaiming_normal(fan: int) -> Fill:
    """Normal with standard deviation sqrt(2 / fan): Kaiming's rule for ReLU networks."""

    def fill(tensor: Tensor, generator: torch.Generator) -> None:
        tensor.normal_(0.0, math.sqrt(2.0 / fan), generator=generator)

    return fill


def kaiming_fan_out(fan_in: int, fan_out: int) -> Fill:
    """Kaiming's rule by the fan-out: the residual networks' and VGG's."""
    return kaiming_normal(fan_out)


def xavier_normal(fan_in: int, fan_out: int) -> Fill:
    """Normal with standard deviation sqrt(2 / (fan_in + fan_out)): Xavier's rule."""

    def fill(tensor: Tensor, generator: torch.Generator) -> None:
        tensor.normal_(0.0, math.sqrt(2.0 / (fan_in + fan_out)), generator=generator)

    return fill


def uniform(bound: float) -> Fill:
    """Uniform on [-bound, bound]."""

    def fill(tensor: Tensor, generator: torch.Generator) -> None:
        tensor.uniform_(-bound, bound, generator=generator)

    return fill


def constant(value: float) -> Fill:
    """The same value everywhere."""

    def fill(tensor: Tensor, generator: torch.Generator) -> None:
        tensor.fill_(value)

    return fill


def for_each_task(tensor: Tensor, times: int) -> Tensor:
    """`[S, ...]` -> `[S*times, ...]`: what all tasks share, once for each task's maps.

    Where one pass serves all tasks with maps of their own, these lie side by side like networks:
    `[B, S*T*C, H, W]`. The gradient sums over the tasks.
    """
    if times == 1:
        return tensor
    return tensor.unsqueeze(1).expand(-1, times, *tensor.shape[1:]).flatten(0, 1)


def to_all(x: Tensor, seeds: int, tasks: int) -> Tensor:
    """`[B, S*C, H, W]` -> `[B, S*T*C, H, W]`: the same for every task of a seed."""
    return x.unflatten(1, (seeds, 1, -1)).expand(-1, -1, tasks, -1, -1, -1).flatten(1, 3)


class ReplicatedModule(nn.Module):
    """A module whose tensors hold one independently drawn slice for each replica.

    Subclasses declare tensors with `declare`; `initialise` then draws every slice from the stream
    that its seed, its name and its further leading indices name. So a replica's values do not
    depend on which others it trains beside, nor on the order of construction.
    """

    unused_parameters = 0
    """Of one replica: weights that the public code of a layer registers, but never uses."""

    def __init__(self) -> None:
        super().__init__()
        self.declared: dict[str, tuple[int, Fill]] = {}

    def declare(
        self, name: str, lead: Sequence[int], shape: Sequence[int], fill: Fill, *, trained: bool
    ) -> None:
        """Add a tensor of shape `lead + shape`; each index into `lead` is drawn by itself.

        Args:
            name: attribute name.
            lead: leading dimensions, the seeds first.
            shape: shape of one slice.
            fill: draws one slice.
            trained: a parameter if true; else a buffer that never changes by gradient.
        """
        tensor = torch.empty(*lead, *shape)
        if trained:
            self.register_parameter(name, nn.Parameter(tensor))
        else:
            self.register_buffer(name, tensor)
        self.declared[name] = (len(lead), fill)


def initialise(model: nn.Module, seeds: Sequence[int]) -> None:
    """Draw every declared tensor of `model`, in float64 and then rounded to its own type.

    A tensor's stream has its path in the model, without the step `unit` by which a method's wrapper
    holds the host's own unit: wrapped or not, the unit starts from the same weights.

    Args:
        model: holds `ReplicatedModule`s; the first leading dimension of each of their tensors is
            the position of the seed in `seeds`.
        seeds: the run seeds.
    """
    generator = torch.Generator()
    for prefix, module in model.named_modules():
        if not isinstance(module, ReplicatedModule):
            continue
        for name, (leading, fill) in module.declared.items():
            tensor = getattr(module, name).data
            full_name = f"{prefix}.{name}".replace(".unit.", ".")
            for index in np.ndindex(tensor.shape[:leading]):
                generator.manual_seed(stream(seeds[index[0]], full_name, *index[1:]))
                piece = torch.empty(tensor.shape[leading:], dtype=torch.float64)
                fill(piece, generator)
                tensor[index] = piece.to(tensor)
