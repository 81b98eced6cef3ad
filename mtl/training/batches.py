"""The images of a split in memory, and the batches of every seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from mtl.data.store import Split
from mtl.layers.replicas import numpy_generator
from mtl.objectives.base import Labels


class Images:
    """A split on the device: images as bytes, scaled to [0, 1] batch by batch.

    No normalisation and no augmentation, as in Maximum Roaming's public code.

    Args:
        split: from the prepared store; its arrays are read into memory once.
        device: where the batches are wanted.
        dtype: of the batches.
    """

    def __init__(self, split: Split, device: torch.device, dtype: torch.dtype):
        self.images = torch.from_numpy(np.array(split.images)).to(device)
        self.targets = {
            name: torch.from_numpy(np.array(values)).to(device)
            for name, values in split.targets.items()
        }
        self.dtype = dtype

    def __len__(self) -> int:
        return len(self.images)

    def gather(self, indices: Tensor) -> tuple[Tensor, Labels]:
        """Each seed's own images.

        Args:
            indices: `[S, B]`.

        Returns:
            images `[B, S*3, H, W]` in [0, 1] and the store's targets, each `[S, B, ...]`.
        """
        seeds, batch = indices.shape
        picked = self.images[indices.flatten()].unflatten(0, (seeds, batch))
        side_by_side = picked.transpose(0, 1).flatten(1, 2)
        labels = {name: values[indices] for name, values in self.targets.items()}
        return side_by_side.to(self.dtype).div_(255), labels

    def in_order(self, seeds: int, batch_size: int) -> Iterator[tuple[Tensor, Labels]]:
        """The same images for every seed, unshuffled: `[B, S*3, H, W]` and targets `[B, ...]`."""
        for start in range(0, len(self), batch_size):
            piece = slice(start, start + batch_size)
            images = self.images[piece].to(self.dtype).div_(255)
            labels = {name: values[piece] for name, values in self.targets.items()}
            yield images.repeat(1, seeds, 1, 1), labels


def epoch_order(seeds: Sequence[int], epoch: int, n: int, purpose: str = "order") -> Tensor:
    """`[S, n]`: each seed's own order of the images, the same for every method.

    Args:
        seeds: the run seeds.
        epoch: from 0.
        n: number of images.
        purpose: names the stream of random numbers; another one gives another order.
    """
    orders = [numpy_generator(seed, purpose, epoch).permutation(n) for seed in seeds]
    return torch.from_numpy(np.stack(orders))
