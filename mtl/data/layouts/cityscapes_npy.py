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

from mtl.data.layouts.cityscapes_classes import GROUPS
from mtl.data.store import VOID
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
    files = list((folder / "image").glob("*.npy"))
    for path in files:
        if not path.stem.isdigit():
            raise MtlError(f"{path}: expected a number as its name")
    if not files:
        raise MtlError(f"{folder / 'image'}: no array '<number>.npy'")
    return [
        Arrays(
            path.stem,
            path,
            folder / names[0] / path.name,
            folder / "depth" / path.name,
        )
        for path in sorted(files, key=lambda path: int(path.stem))
    ]


def read_image(path: Path) -> NDArray[np.uint8]:
    """uint8 [3, H, W]: the values in [0, 1] times 255, rounded."""
    values = read_array(path, 3)
    if values.min() < 0 or values.max() > 1 + 1e-6:
        raise MtlError(
            f"{path}: expected values from 0 to 1, found {values.min():g} to {values.max():g}"
        )
    return np.ascontiguousarray(np.rint(values * 255).astype(np.uint8).transpose(2, 0, 1))


def read_labels(path: Path) -> NDArray[np.uint8]:
    """uint8 [H, W]: the number of the group, `VOID` where the file says -1."""
    values = np.rint(read_array(path)).astype(np.int64)
    if values.min() < -1 or values.max() >= len(GROUPS):
        raise MtlError(
            f"{path}: expected labels from -1 to {len(GROUPS) - 1}, found {values.min()} to "
            f"{values.max()}"
        )
    return np.where(values < 0, VOID, values).astype(np.uint8)


def read_depth(path: Path) -> NDArray[np.float32]:
    """float32 [H, W]: raw disparity / 65535, 0 where invalid."""
    values = read_array(path, 1)[..., 0].astype(np.float32)
    if values.min() < 0 or values.max() > 1:
        raise MtlError(
            f"{path}: expected disparities / 65535, from 0 to 1, found {values.min():g} to "
            f"{values.max():g}"
        )
    return values


def read_array(path: Path, channels: int | None = None) -> NDArray[np.float64]:
    """A finite array [H, W], or [H, W, channels].

    Raises:
        MtlError: naming the file that is missing, truncated, of another shape or not finite.
    """
    try:
        values = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise MtlError(f"{path}: the file does not exist") from None
    except (ValueError, EOFError, OSError) as error:
        raise MtlError(f"{path}: truncated or not a NumPy array ({error})") from None
    expected = "[H, W]" if channels is None else f"[H, W, {channels}]"
    if values.ndim != (2 if channels is None else 3) or (channels or 0) not in (
        0,
        values.shape[-1],
    ):
        raise MtlError(f"{path}: expected the shape {expected}, found {list(values.shape)}")
    if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise MtlError(f"{path}: expected finite numbers, found {values.dtype}")
    return values.astype(np.float64)
