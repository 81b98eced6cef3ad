"""NYU-v2 as MTAN's authors released it: arrays by number, already scaled.

    {train,val}/{image,label,depth,normal}/{i}.npy

`image` [H, W, 3] in [0, 1], `label` [H, W] with -1 for void and 0 to 12, `depth` [H, W, 1] metres,
0 where invalid, `normal` [H, W, 3], 0 0 0 where invalid. The real ones have 288 x 384 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.arrays import numbered, read_array
from mtl.errors import MtlError

SPLITS = ("train", "val")

_ROUNDING = 0.02


@dataclass(frozen=True)
class Arrays:
    """The files of one image; `name` is its number."""

    name: str
    image: Path
    label: Path
    depth: Path
    normal: Path


def is_release(root: Path | str) -> bool:
    """Whether a folder holds the release."""
    return (Path(root) / "train" / "image").is_dir()


def arrays(root: Path | str, split: str) -> list[Arrays]:
    """The images of a split by number; the files are paired by it.

    Raises:
        MtlError: naming the folder that is empty, or a file whose name is no number.
    """
    folder = Path(root) / split
    return [
        Arrays(
            path.stem, path, *(folder / kind / path.name for kind in ("label", "depth", "normal"))
        )
        for path in numbered(folder / "image")
    ]


def read_depth(path: Path) -> NDArray[np.float32]:
    """float32 [H, W], metres, 0 where invalid."""
    values = read_array(path, 1)[..., 0].astype(np.float32)
    if values.min() < 0:
        raise MtlError(f"{path}: expected metres from 0 on, found {values.min():g}")
    return values


def read_normals(path: Path) -> NDArray[np.float32]:
    """float32 [3, H, W], made unit once more; 0 0 0 where invalid.

    Raises:
        MtlError: also for vectors whose length is neither about 1 nor 0, naming the file.
    """
    values = read_array(path, 3).transpose(2, 0, 1)
    length = np.linalg.norm(values, axis=0)
    valid = length > _ROUNDING
    if np.any(valid & (np.abs(length - 1) > _ROUNDING)):
        raise MtlError(f"{path}: expected unit vectors or zeros, found lengths to {length.max():g}")
    return np.where(valid, values / np.where(valid, length, 1), 0).astype(np.float32)
