"""Cityscapes as MTAN's authors released it: arrays by number, already scaled.

    [low_res/]{train,val}/{image,label_7,depth}/{i}.npy

`image` [H, W, 3] in [0, 1], `label_7` [H, W] with -1 for void, `depth` [H, W, 1]: the raw disparity
divided by 65535, 0 where invalid (inferred from its range; the code that made it is lost). LibMTL
calls the labels `label`. The types on disk are documented nowhere, so that every array is cast.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.arrays import numbered, read_array, read_classes
from mtl.data.layouts.cityscapes_classes import GROUPS
from mtl.errors import MtlError

SPLITS = ("train", "val")
_LABELS = ("label_7", "label")


@dataclass(frozen=True)
class Arrays:
    """The files of one frame.

    Attributes:
        name: its number.
        image, labels, depth: their paths.
    """

    name: str
    image: Path
    labels: Path
    depth: Path


def find_release(root: Path | str) -> Path | None:
    """The folder that holds `train/image`: the root, or `low_res` in it; None if neither does."""
    for candidate in (Path(root), Path(root) / "low_res"):
        if (candidate / "train" / "image").is_dir():
            return candidate
    return None


def arrays(release: Path, split: str) -> list[Arrays]:
    """The frames of a split by number; the files are paired by it.

    Raises:
        MtlError: naming the folder that is missing or empty, or a file whose name is no number.
    """
    folder = release / split
    names = [name for name in _LABELS if (folder / name).is_dir()]
    if not names:
        raise MtlError(f"{folder}: no folder of labels; expected {' or '.join(_LABELS)}")
    return [
        Arrays(
            path.stem,
            path,
            folder / names[0] / path.name,
            folder / "depth" / path.name,
        )
        for path in numbered(folder / "image")
    ]


def read_labels(path: Path) -> NDArray[np.uint8]:
    """uint8 [H, W]: the number of the group, `VOID` where the file says -1."""
    return read_classes(path, len(GROUPS))


def read_depth(path: Path) -> NDArray[np.float32]:
    """float32 [H, W]: raw disparity / 65535, 0 where invalid."""
    values = read_array(path, 1)[..., 0].astype(np.float32)
    if values.min() < 0 or values.max() > 1:
        raise MtlError(
            f"{path}: expected disparities / 65535, from 0 to 1, found {values.min():g} to "
            f"{values.max():g}"
        )
    return values
