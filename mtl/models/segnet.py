"""SegNet, the host of ETR-NLP's dense tables: an encoder and a decoder that unpools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.errors import MtlError
from mtl.layers.heads import DenseHeads, Heads
from mtl.layers.replicas import to_all
from mtl.models.unit import Context, Role, Trunk, UnitFactory, UnitSpec

# Channels of each 3x3 convolution relative to the first. Max pooling ends a row of the encoder,
# unpooling begins one of the decoder.
ENCODER = ((1, 1), (2, 2), (4, 4, 4), (8, 8, 8), (8, 8, 8))
DECODER = ((8, 8, 8), (4, 4, 4), (2, 2, 2), (1, 1), (1, 1))

_STEPS = 2 ** len(ENCODER)

DENSE = True
"""It predicts something of every pixel, and serves dense tasks alone."""


def unpool(x: Tensor, places: Tensor, size: tuple[int, int]) -> Tensor:
    """Put each value back to where it was the maximum, with zeros elsewhere.

    As `F.max_unpool2d`, which has no deterministic form on GPUs.

    Args:
        x: `[B, C, h, w]`.
        places: int64 of the same shape, as `F.max_pool2d` returns them.
        size: `(H, W)` before the pooling.
    """
    flat = x.new_zeros(*x.shape[:2], size[0] * size[1])
    return flat.scatter(2, places.flatten(2), x.flatten(2)).unflatten(2, size)


class SegNet(Trunk):
    """Thirteen convolutions down, thirteen up, as in Maximum Roaming's public code [C].

    Every 3x3 convolution has a bias, batch normalisation and a ReLU; weights are Xavier-normal;
    nothing is pre-trained. 25,017,672 parameters with hard sharing of Cityscapes' tasks at width 64
    and 25,055,185 with NYU-v2's, which the paper prints as 25.1M.
    """

    tasks_together = True

    predicts_maps = True

    def __init__(self, unit: UnitFactory, context: Context, width: int, size: tuple[int, int]):
        super().__init__()
        if size[0] % _STEPS or size[1] % _STEPS:
            raise MtlError(
                f"model.host: segnet needs images whose sides are multiples of {_STEPS} pixels, "
                f"found {size[0]} x {size[1]} (height x width)"
            )
        self.replicas, self.size = context.replicas, size
        channels = 3
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
        for part, name, rows in (
            (self.encoder, "encoder", ENCODER),
            (self.decoder, "decoder", DECODER),
        ):
            for stage, row in enumerate(rows):
                if name == "decoder":
                    size = (size[0] * 2, size[1] * 2)
                units = nn.ModuleList()
                for position, factor in enumerate(row):
                    role: Role = "stem" if channels == 3 else "conv"
                    place = f"{name}{stage + 1}.conv{position + 1}"
                    spec = UnitSpec(
                        place,
                        role,
                        channels,
                        width * factor,
                        3,
                        1,
                        True,
                        size,
                        xavier=True,
                        running_statistics=context.running_statistics,
                    )
                    units.append(unit(spec, context))
                    channels = width * factor
                part.append(units)
                if name == "encoder":
                    size = (size[0] // 2, size[1] // 2)
        self.features = channels

    def make_heads(self, context: Context) -> Heads:
        return DenseHeads(context.replicas, self.features, context.outputs, context.heads)

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*3, H, W]` images of each seed, the active task -> `[B, R, F, H, W]` maps."""
        for _, maps in self.blocks(x, task):
            x = maps
        return x.unflatten(1, (-1, self.features))

    def blocks(
        self, x: Tensor, task: int | None, between: Callable[[Tensor], Tensor] | None = None
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """The forward pass, block by block.

        Args:
            x, task: as of `forward`.
            between: what happens to the pooled maps of every block of the encoder, and to the maps
                of every block of the decoder but the last.

        Yields:
            Of each block, the maps of its first convolution, or what a block of the decoder has
            unpooled; and those of its last convolution.
        """
        pooled: list[tuple[Tensor, tuple[int, int]]] = []
        for units in self.encoder:
            first, *rest = units.children()
            opening = torch.relu(first(x, task))
            maps = _through(rest, opening, task)
            yield opening, maps
            x, places = F.max_pool2d(maps, 2, return_indices=True)
            pooled.append((places, (maps.shape[2], maps.shape[3])))
            x = x if between is None else between(x)
        for block, units in enumerate(self.decoder):
            if block > 0 and between is not None:
                x = between(x)
            places, size = pooled.pop()
            if places.shape != x.shape:  # one mixture of networks that each have their places
                x = to_all(x, self.replicas.seeds, places.shape[1] // x.shape[1])
            opening = unpool(x, places, size)
            x = _through(units.children(), opening, task)
            yield opening, x

    def last_shared_weight(self) -> nn.Parameter:
        """The last convolution of the decoder [C]."""
        *_, last = self.decoder[-1].children()
        return last.get_parameter("conv.weight")


def _through(units: Iterable[nn.Module], x: Tensor, task: int | None) -> Tensor:
    for unit in units:
        x = torch.relu(unit(x, task))
    return x


def build(unit: UnitFactory, context: Context, width: int, size: tuple[int, int]) -> SegNet:
    """SegNet of the given width (64 in the paper); the sides of the images divide by 32."""
    return SegNet(unit, context, width, size)
