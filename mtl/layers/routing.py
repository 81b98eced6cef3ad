"""Binary task masks on channels: task routing, and the roaming of the masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from mtl.layers.replicas import numpy_generator

# Cuts rounding noise when a share of channels is compared with a bound: 1 - 0.9 > 0.1 in floats.
TOLERANCE = 1e-9


def routing_masks(
    n_tasks: int, channels: int, gamma: float, generator: np.random.Generator
) -> np.ndarray:
    """Which channels each task uses.

    Maximum Roaming's rule, which it uses for task routing too: (1) channel u is active for task
    u mod T, so that every channel serves some task; (2) each task gets further channels at random
    until at most a share 1 - gamma of the channels is inactive for it. Strezoski's task routing
    has no covering step, and routes outside autograd.

    Args:
        n_tasks: T.
        channels: C.
        gamma: share of the channels that a task uses, in (0, 1].
        generator: numpy generator.

    Returns:
        bool `[T, C]`.
    """
    masks = np.zeros((n_tasks, channels), dtype=bool)
    masks[np.arange(channels) % n_tasks, np.arange(channels)] = True
    allowed_inactive = int(np.floor((1 - gamma) * channels + TOLERANCE))
    for mask in masks:
        inactive = np.flatnonzero(~mask)
        surplus = max(0, len(inactive) - allowed_inactive)
        mask[generator.permutation(inactive)[:surplus]] = True
    return masks


class RoutedConvNorm(nn.Module):
    """Convolution and batch normalisation, then the mask of the active task on the channels.

    The normalisation sees all channels; the mask is inside autograd, so that masked channels get
    no gradient.

    Args:
        unit: the convolution and normalisation.
        name: of the layer; names its random stream.
        seeds: the run seeds.
        n_tasks, channels, gamma: see `routing_masks`.
    """

    masks: Tensor
    visited: Tensor

    def __init__(
        self,
        unit: nn.Module,
        name: str,
        seeds: Sequence[int],
        n_tasks: int,
        channels: int,
        gamma: float,
    ):
        super().__init__()
        self.unit = unit
        self.name = name
        masks = np.stack(
            [
                routing_masks(n_tasks, channels, gamma, numpy_generator(seed, "routing", name))
                for seed in seeds
            ]
        )
        self.register_buffer("masks", torch.from_numpy(masks))  # [S, T, C]
        self.register_buffer("visited", torch.from_numpy(masks.copy()))

    def forward(self, x: Tensor, task: int | None) -> Tensor:
        """`[B, S*C_in, H, W]` -> `[B, S*C, H', W']` of the active task.

        With None, `[B, S*C_in, H, W]` or `[B, S*T*C_in, H, W]` -> `[B, S*T*C, H', W']`.
        """
        x = self.unit(x, task)
        if task is not None:
            return x * self.masks[:, task].reshape(1, -1, 1, 1).to(x.dtype)
        seeds, _, channels = self.masks.shape
        by_task = x.unflatten(1, (seeds, -1, channels))
        return (by_task * self.masks[..., None, None].to(x.dtype)).flatten(1, 3)

    def roam(self, seeds: Sequence[int], update: int) -> None:
        """One update of maximum roaming (Maximum Roaming, public code).

        In every seed in which each task still has a channel that it never used: every task takes
        up one such channel, drawn uniformly, and gives up one of those that it was using.

        Args:
            seeds: the run seeds.
            update: number of the update; names the random stream, so that no state is kept.
        """
        masks, visited = self.masks.cpu().numpy(), self.visited.cpu().numpy()
        for mask_of_task, visited_by_task, seed in zip(masks, visited, seeds, strict=True):
            if visited_by_task.all(axis=1).any():
                continue
            generator = numpy_generator(seed, "roaming", self.name, update)
            for mask, seen in zip(mask_of_task, visited_by_task, strict=True):
                new = generator.choice(np.flatnonzero(~seen))
                old = generator.choice(np.flatnonzero(mask))
                mask[old] = False
                mask[new] = seen[new] = True
        self.masks.copy_(torch.from_numpy(masks))
        self.visited.copy_(torch.from_numpy(visited))
