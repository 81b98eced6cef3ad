"""Write a pruned network so that it runs without this project."""

from __future__ import annotations

import io
from pathlib import Path

import torch
from torch import nn

from mtl.io import atomic_write


def export(network: nn.Module, size: tuple[int, int], path: Path) -> None:
    """Write the program of a network in evaluation, weights included, for `torch.export.load`.

    It runs with torch alone, on batches of any number of images.

    Args:
        network: images `[B, 3, H, W]` to logits, without gates: `mtl.pruning.prune`.
        size: `(H, W)` of its images.
        path: of the file, by custom `.pt2`; it appears whole or not at all.

    Raises:
        MtlError: when the file cannot be written.
    """
    network = network.eval()
    reference = next(network.parameters())
    example = torch.zeros(2, 3, *size, dtype=reference.dtype, device=reference.device)
    batch = torch.export.Dim("batch", min=1)
    program = torch.export.export(network, (example,), dynamic_shapes=({0: batch},))
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    atomic_write(path, buffer.getvalue())
