"""Write a pruned network so that it runs without this project."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.export import ExportedProgram

from mtl.errors import MtlError
from mtl.io import atomic_write


def _torch_program(program: ExportedProgram) -> bytes:
    """For `torch.export.load`: it runs with torch alone."""
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    return buffer.getvalue()


def _onnx_model(program: ExportedProgram) -> bytes:
    """For ONNX Runtime and others: input `images`, output `logits`."""
    missing = [name for name in ("onnx", "onnxscript") if importlib.util.find_spec(name) is None]
    if missing:
        raise MtlError(
            f"files .onnx need the package {' and '.join(missing)}, which is not installed; "
            "expected `pip install mtl-tables[onnx]`, or a file .pt2"
        )
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    made = torch.onnx.export(
        program,
        input_names=["images"],
        output_names=["logits"],
        dynamic_shapes=({0: "batch"},),
        verbose=False,
    )
    assert made is not None
    # Each node has notes of the code that it comes from, with the paths of this machine.
    ClearMetadataAndDocStringPass()(made.model)
    data: bytes = made.model_proto.SerializeToString(deterministic=True)
    return data


FORMATS: dict[str, Callable[[ExportedProgram], bytes]] = {
    ".pt2": _torch_program,
    ".onnx": _onnx_model,
}
"""By the ending of the file's name."""


def check_format(path: Path) -> None:
    """Refuse files of a kind that is not written.

    Raises:
        MtlError: naming those that are.
    """
    if path.suffix not in FORMATS:
        raise MtlError(f"{path}: expected a name that ends in {' or '.join(FORMATS)}")


def export(network: nn.Module, size: tuple[int, int], path: Path) -> None:
    """Write the program of a network in evaluation, weights included.

    It runs on batches of any number of images. Hosts without running statistics normalise by those
    of the batch there too.

    Args:
        network: images `[B, 3, H, W]` to logits, without gates: `mtl.pruning.prune`.
        size: `(H, W)` of its images.
        path: of the file, whose ending chooses the format; it appears whole or not at all.

    Raises:
        MtlError: for another ending, without the packages that a format needs, or when the file
            cannot be written.
    """
    check_format(path)
    network = network.eval()
    reference = next(network.parameters())
    example = torch.zeros(2, 3, *size, dtype=reference.dtype, device=reference.device)
    batch = torch.export.Dim("batch", min=1)
    program = torch.export.export(network, (example,), dynamic_shapes=({0: batch},))
    atomic_write(path, FORMATS[path.suffix](program))
