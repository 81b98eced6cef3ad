"""NumPy files as MTAN's authors released them: one array an image, named by its number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mtl.data.store import VOID
from mtl.errors import MtlError


def numbered(folder: Path) -> list[Path]:
    """The files `<number>.npy` of a folder by their numbers.

    Raises:
        MtlError: naming a folder without any, or a file whose name is no number.
    """
    files = list(folder.glob("*.npy"))
    for path in files:
        if not path.stem.isdigit():
            raise MtlError(f"{path}: expected a number as its name")
    if not files:
        raise MtlError(f"{folder}: no array '<number>.npy'")
    return sorted(files, key=lambda path: int(path.stem))


def read_image(path: Path) -> NDArray[np.uint8]:
    """uint8 [3, H, W]: the values in [0, 1] times 255, rounded."""
    values = read_array(path, 3)
    if values.min() < 0 or values.max() > 1 + 1e-6:
        raise MtlError(
            f"{path}: expected values from 0 to 1, found {values.min():g} to {values.max():g}"
        )
    return np.ascontiguousarray(np.rint(values * 255).astype(np.uint8).transpose(2, 0, 1))


def read_classes(path: Path, count: int) -> NDArray[np.uint8]:
    """uint8 [H, W]: the number of the class, below `count`, and `VOID` where the file says -1."""
    values = np.rint(read_array(path)).astype(np.int64)
    if values.min() < -1 or values.max() >= count:
        raise MtlError(
            f"{path}: expected labels from -1 to {count - 1}, found {values.min()} to "
            f"{values.max()}"
        )
    return np.where(values < 0, VOID, values).astype(np.uint8)


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
