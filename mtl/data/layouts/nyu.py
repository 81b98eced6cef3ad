"""NYU-v2 on disk: the official MATLAB file, image by image, with its splits and classes.

    nyu_depth_v2_labeled.mat   MATLAB 7.3, which is HDF5: every array has its axes reversed
    splits.mat                 trainNdxs, testNdxs: numbers of the images from 1 on
    classMapping40.mat         mapClass: the class of each of 894 labels

The large file holds images (N, 3, 640, 480) uint8, depths and rawDepths (N, 640, 480) float32 in
metres, labels (N, 640, 480) uint16, in h5py's order of axes. `depths` is filled in; `rawDepths` is
0 where the sensor saw nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtl.data.normals import Intrinsics
from mtl.errors import MtlError

if TYPE_CHECKING:
    import h5py

LABELED, SPLITS, MAPPING = "nyu_depth_v2_labeled.mat", "splits.mat", "classMapping40.mat"

WIDTH = 640
"""Pixels of an official image, for which `CAMERA` holds."""

CAMERA = Intrinsics(518.857901, 519.469611, 325.582449 - 1, 253.736166 - 1)
"""Of the colour camera, from the official toolbox, whose pixels count from 1."""

_FORMS = {
    "images": (np.uint8, 4),
    "depths": (np.float32, 3),
    "rawDepths": (np.float32, 3),
    "labels": (np.uint16, 3),
}


@dataclass(frozen=True)
class View:
    """One image with what is known of it.

    Attributes:
        image: uint8 [H, W, 3].
        depth: float32 [H, W], metres, filled in.
        raw_depth: float32 [H, W], metres, 0 where the sensor saw nothing.
        labels: uint16 [H, W], 0 to 894.
    """

    image: NDArray[np.uint8]
    depth: NDArray[np.float32]
    raw_depth: NDArray[np.float32]
    labels: NDArray[np.uint16]


class Labeled:
    """The open file; reads one image at a time."""

    def __init__(self, path: Path, file: h5py.File):
        self._path, self._file = path, file
        for name, (dtype, axes) in _FORMS.items():
            if name not in file:
                raise MtlError(f"{path}: the array '{name}' is missing")
            found = file[name]
            if found.dtype != dtype or found.ndim != axes:
                raise MtlError(
                    f"{path}: array '{name}': expected {np.dtype(dtype)} with {axes} axes, found "
                    f"{found.dtype} of shape {found.shape}"
                )
        count, channels, self.width, self.height = file["images"].shape
        self.count = int(count)
        if channels != 3:
            raise MtlError(f"{path}: array 'images': expected 3 channels, found {channels}")
        for name in ("depths", "rawDepths", "labels"):
            expected = (count, self.width, self.height)
            if file[name].shape != expected:
                raise MtlError(
                    f"{path}: array '{name}': expected the shape {expected} of the images, found "
                    f"{file[name].shape}"
                )

    def view(self, index: int) -> View:
        """An image by its position, from 0 on.

        Raises:
            MtlError: when its part of the file is damaged or holds impossible values.
        """
        try:
            image, depth, raw, labels = (self._file[name][index] for name in _FORMS)
        except OSError as error:
            raise MtlError(f"{self._path}: image {index + 1} cannot be read ({error})") from None
        for name, values in (("depths", depth), ("rawDepths", raw)):
            if not np.isfinite(values).all() or values.min() < 0:
                raise MtlError(
                    f"{self._path}: array '{name}', image {index + 1}: expected metres from 0 on"
                )
        return View(
            image=np.ascontiguousarray(image.transpose(2, 1, 0)),
            depth=np.ascontiguousarray(depth.T),
            raw_depth=np.ascontiguousarray(raw.T),
            labels=np.ascontiguousarray(labels.T),
        )


@contextmanager
def open_labeled(path: Path | str) -> Iterator[Labeled]:
    """Open `nyu_depth_v2_labeled.mat`.

    Raises:
        MtlError: when the file is missing, truncated, no HDF5, or lacks an array of the right type
            and shape, naming it.
    """
    import h5py

    path = Path(path)
    if not path.is_file():
        raise MtlError(f"{path}: the file of NYU-v2 does not exist")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise MtlError(f"{path}: truncated or no HDF5 file ({error})") from None
    with file:
        yield Labeled(path, file)


def read_splits(path: Path | str, count: int) -> dict[str, NDArray[np.intp]]:
    """The positions, from 0 on, of the images of "train" and "test", sorted.

    Args:
        path: splits.mat.
        count: the number of images.

    Raises:
        MtlError: when the file is missing or damaged, or names an image twice or one that is not
            there.
    """
    from scipy.io import loadmat

    path = Path(path)
    if not path.is_file():
        raise MtlError(f"{path}: the file of the splits does not exist")
    try:
        content = loadmat(path)
        splits = {
            name: np.sort(np.asarray(content[f"{name}Ndxs"]).ravel().astype(np.intp)) - 1
            for name in ("train", "test")
        }
    except (KeyError, ValueError, TypeError, OSError, NotImplementedError) as error:
        raise MtlError(f"{path}: no MATLAB file with trainNdxs and testNdxs ({error})") from None
    everything = np.concatenate(list(splits.values()))
    if len(np.unique(everything)) != len(everything):
        raise MtlError(f"{path}: an image is named twice in trainNdxs and testNdxs")
    if len(everything) and (everything.min() < 0 or everything.max() >= count):
        raise MtlError(
            f"{path}: expected images from 1 to {count}, found {everything.min() + 1} to "
            f"{everything.max() + 1}"
        )
    return splits


def scaled_camera(width: int, height: int, new_width: int, new_height: int) -> Intrinsics:
    """The camera of an image of `width` x `height`, scaled to the new size.

    The field of view is that of the official images whatever the size on disk.
    """
    across, down = new_width / WIDTH, new_height / (WIDTH * height / width)
    return Intrinsics(
        CAMERA.fx * across,
        CAMERA.fy * down,
        (CAMERA.cx + 0.5) * across - 0.5,
        (CAMERA.cy + 0.5) * down - 0.5,
    )
