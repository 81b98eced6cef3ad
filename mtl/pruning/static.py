"""The plain network that is left when gates are pruned: it knows nothing of gates."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtl.layers.convolution import grouped_conv2d


def _constant(tensor: Tensor) -> nn.Parameter:
    """A parameter of its own memory that no longer learns."""
    own = tensor.clone(memory_format=torch.contiguous_format)
    return nn.Parameter(own, requires_grad=False)


class StaticUnit(nn.Module):
    """A convolution and its normalisation, of some filters of one branch.

    Args:
        weight: `[K, C_in, k, k]`.
        norm: weight and bias `[K]`, and the running mean and variance or None twice; None for none.
        stride, dilation: of the convolution.
    """

    scale: Tensor | None
    shift: Tensor | None
    mean: Tensor | None
    variance: Tensor | None

    def __init__(
        self, weight: Tensor, norm: Sequence[Tensor | None] | None, stride: int, dilation: int
    ):
        super().__init__()
        self.weight = _constant(weight)
        self.stride, self.dilation = stride, dilation
        scale, shift, mean, variance = norm or [None] * 4
        for name, tensor in (("scale", scale), ("shift", shift)):
            self.register_parameter(name, None if tensor is None else _constant(tensor))
        for name, tensor in (("mean", mean), ("variance", variance)):
            self.register_buffer(name, None if tensor is None else tensor.clone())

    def forward(self, x: Tensor) -> Tensor:
        x = grouped_conv2d(x, self.weight[None], self.stride, self.dilation)
        if self.scale is None:
            return x
        # Without running statistics the host normalises by those of the batch.
        return F.batch_norm(
            x, self.mean, self.variance, self.scale, self.shift, training=self.mean is None
        )


class Choice(nn.Module):
    """Puts together each task's channels behind a unit, and the mixture for the shared branch.

    A channel that no task has of its own is its own mixture; each other costs a multiply-accumulate
    a task and place, as a 1x1 convolution with a group for each channel.

    Args:
        own: `[T, C]` bool, where a task has a filter of its own.
        mixture: `[T, C]` weights of the tasks' channels; None where nothing reads the mixture.
    """

    places: Tensor
    mixed: Tensor
    order: Tensor
    mixture: nn.Parameter | None

    def __init__(self, own: Tensor, mixture: Tensor | None):
        super().__init__()
        kept = (~own).any(0)
        places = []
        for chosen in own:
            count = int(chosen.sum())
            of_own = chosen.cumsum(0) - 1
            of_shared = count + kept.cumsum(0) - 1
            places.append(torch.where(chosen, of_own, of_shared))
        self.register_buffer("places", torch.stack(places))
        any_own = own.any(0)
        self.is_read = mixture is not None
        weights = None
        if mixture is not None and any_own.any():
            weights = _constant(mixture[:, any_own].t()[..., None, None])
        self.register_parameter("mixture", weights)
        self.register_buffer("mixed", any_own.nonzero()[:, 0])
        alone = int(any_own.sum()) + torch.arange(len(any_own), device=own.device)
        self.register_buffer("order", torch.where(any_own, any_own.cumsum(0) - 1, alone))

    def forward(self, own: Sequence[Tensor | None], shared: Tensor | None) -> list[Tensor | None]:
        """Maps of the kept filters -> `[B, C, H, W]` of each task, then the mixture or None."""
        full: list[Tensor] = []
        for maps, places in zip(own, self.places, strict=True):
            found = [part for part in (maps, shared) if part is not None]
            full.append(torch.cat(found, dim=1).index_select(1, places))
        if not self.is_read:
            return [*full, None]
        if self.mixture is None:
            return [*full, full[0]]
        parts = torch.stack([maps.index_select(1, self.mixed) for maps in full], dim=2)
        mixed = F.conv2d(parts.flatten(1, 2), self.mixture, groups=len(self.mixture))
        return [*full, torch.cat([mixed, full[0]], dim=1).index_select(1, self.order)]


class Stage(nn.Module):
    """The units of all branches at one place, the last one the shared branch's, and the choice.

    Args:
        units: of each branch; None where it has no filter left.
        choice: in the place of the gate; None where there was none.
        shortcuts: of each branch; empty for units without one. A shortcut is a `StaticUnit`, or the
            places of the channels that an identity keeps.
    """

    def __init__(
        self,
        units: Sequence[StaticUnit | None],
        choice: Choice | None = None,
        shortcuts: Sequence[StaticUnit | Tensor | None] = (),
    ):
        super().__init__()
        self.units = nn.ModuleDict({str(k): u for k, u in enumerate(units) if u is not None})
        self.branches, self.choice = len(units), choice
        self.convolved = nn.ModuleDict()
        for branch, shortcut in enumerate(shortcuts):
            if isinstance(shortcut, StaticUnit):
                self.convolved[str(branch)] = shortcut
            elif shortcut is not None:
                self.register_buffer(f"identity{branch}", shortcut)

    def forward(
        self, inputs: Sequence[Tensor | None], skipped: Sequence[Tensor | None]
    ) -> list[Tensor | None]:
        """Inputs of each branch, and those of its shortcut -> the next inputs."""
        maps: list[Tensor | None] = []
        for branch in range(self.branches):
            if str(branch) not in self.units:
                maps.append(None)
                continue
            y = self.units[str(branch)](inputs[branch])
            if str(branch) in self.convolved:
                y = y + self.convolved[str(branch)](skipped[branch])
            elif (places := getattr(self, f"identity{branch}", None)) is not None:
                skip = skipped[branch]
                assert skip is not None
                y = y + skip.index_select(1, places)
            maps.append(F.relu(y))
        if self.choice is None:
            return maps
        chosen: list[Tensor | None] = self.choice(maps[:-1], maps[-1])
        return chosen


class StaticResNet(nn.Module):
    """Images `[B, 3, H, W]` -> logits `[B, O, ...]` of all tasks; no gate is computed.

    Made by `mtl.pruning.prune`.

    Args:
        stages: the stem's, then two for each block.
        stem_pool: whether the host pools behind the stem.
        heads: of each task, from its last maps `[B, F, h, w]`.
    """

    def __init__(self, stages: Sequence[Stage], stem_pool: bool, heads: Sequence[nn.Module]):
        super().__init__()
        self.stages, self.heads = nn.ModuleList(stages), nn.ModuleList(heads)
        self.stem_pool = stem_pool

    def forward(self, x: Tensor) -> Tensor:
        stem, *rest = (stage for stage in self.stages if isinstance(stage, Stage))
        maps: list[Tensor | None] = stem([x] * stem.branches, ())
        if self.stem_pool:
            maps = [None if m is None else F.max_pool2d(m, 3, 2, 1) for m in maps]
        for inner, outer in zip(rest[::2], rest[1::2], strict=True):
            maps = outer(inner(maps, ()), maps)
        features = [of_task for of_task in maps[:-1] if of_task is not None]
        logits = [head(of_task) for head, of_task in zip(self.heads, features, strict=True)]
        return torch.cat(logits, dim=1)
