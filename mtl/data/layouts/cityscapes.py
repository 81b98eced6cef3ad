"""Cityscapes on disk: the official files, frame by frame.

    {type}/{split}/{city}/{city}_{seq}_{frame}_{type}{ext}

with the types leftImg8bit (PNG, RGB), gtFine (`_gtFine_labelIds.png`, 8 bits), disparity (PNG of 16
bits) and camera (JSON). Unpacked archives may have one folder around each type, for example
`leftImg8bit_trainvaltest/leftImg8bit`.

Frames are found by one sorted walk over the images; the other files are derived from an image's
name. (Public code that lists each type by itself, unsorted, pairs images with the labels of other
scenes where the file system lists them in another order.)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mtl.errors import MtlError
from mtl.io import read_json

IMAGES, LABELS, DISPARITY, CAMERA = "leftImg8bit", "gtFine", "disparity", "camera"
_ENDINGS = {
    IMAGES: "leftImg8bit.png",
    LABELS: "gtFine_labelIds.png",
    DISPARITY: "disparity.png",
    CAMERA: "camera.json",
}
PACKAGES = {
    IMAGES: "leftImg8bit_trainvaltest.zip",
    LABELS: "gtFine_trainvaltest.zip",
    DISPARITY: "disparity_trainvaltest.zip",
    CAMERA: "camera_trainvaltest.zip",
}
"""The archives that hold the types."""


@dataclass(frozen=True)
class Frame:
    """The files of one frame; only the image is known to exist.

    Attributes:
        name: `{city}_{seq}_{frame}`.
        image, labels, disparity, camera: their paths.
    """

    name: str
    image: Path
    labels: Path
    disparity: Path
    camera: Path


@dataclass(frozen=True)
class Camera:
    """What turns a disparity into a distance, of one frame.

    Attributes:
        baseline: metres between the two cameras.
        fx, fy: focal lengths in pixels of the full width and height.
        u0, v0: the principal point in pixels of the full image.
    """

    baseline: float
    fx: float
    fy: float
    u0: float
    v0: float


def find_folder(root: Path | str, kind: str) -> Path | None:
    """The folder of a type, directly under the root or in one folder around it; None if absent."""
    root = Path(root)
    for candidate in (root / kind, *sorted(root.glob(f"*/{kind}"))):
        if candidate.is_dir():
            return candidate
    return None


def frames(root: Path | str, split: str) -> list[Frame]:
    """The frames of a split in the order of their cities and names.

    Args:
        root: the copy.
        split: "train", "val" or "test".

    Raises:
        MtlError: naming what is missing and where it was looked for, or a file whose name does not
            say its city, sequence and frame.
    """
    root = Path(root)
    if not root.is_dir():
        raise MtlError(f"{root}: the folder of Cityscapes does not exist")
    folders = {kind: find_folder(root, kind) for kind in _ENDINGS}
    for kind in (IMAGES, LABELS, DISPARITY):
        if folders[kind] is None:
            raise MtlError(
                f"{root}: no folder '{kind}' in it or one level below; unpack {PACKAGES[kind]}"
            )
    images = folders[IMAGES]
    assert images is not None
    found = sorted((images / split).glob(f"*/*_{_ENDINGS[IMAGES]}"))
    if not found:
        raise MtlError(f"{images / split}: no image '<city>/*_{_ENDINGS[IMAGES]}'")
    return [_frame(path, split, folders) for path in found]


def _frame(path: Path, split: str, folders: dict[str, Path | None]) -> Frame:
    name = path.name.removesuffix(f"_{_ENDINGS[IMAGES]}")
    city, *numbers = name.rsplit("_", 2)
    if city != path.parent.name or len(numbers) != 2 or not all(n.isdigit() for n in numbers):
        raise MtlError(
            f"{path}: expected the name '{path.parent.name}_<sequence>_<frame>_{_ENDINGS[IMAGES]}'"
        )
    others = {
        # Without the package of cameras, the path where one would be looked for.
        kind: (folders[kind] or path.parents[3] / kind) / split / city / f"{name}_{ending}"
        for kind, ending in _ENDINGS.items()
        if kind != IMAGES
    }
    return Frame(name, path, others[LABELS], others[DISPARITY], others[CAMERA])


def read_camera(path: Path | str) -> Camera:
    """The camera of one frame; it differs from city to city.

    Raises:
        MtlError: naming the file and the field that is missing or not a positive number.
    """
    content = read_json(path, "camera of the frame")
    values = {}
    for part, names in (("extrinsic", ("baseline",)), ("intrinsic", ("fx", "fy", "u0", "v0"))):
        for name in names:
            fields = content.get(part) if isinstance(content, dict) else None
            value = fields.get(name) if isinstance(fields, dict) else None
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                raise MtlError(
                    f"{path}: field '{part}.{name}': expected a positive number, found {value!r}"
                )
            values[name] = float(value)
    return Camera(**values)


def distance(disparity: NDArray[np.uint16], camera: Camera) -> NDArray[np.float64]:
    """Metres along the optical axis: baseline * fx / ((p - 1) / 256).

    Args:
        disparity: the raw values p, at any resolution, since they count pixels of the full width.
        camera: of the frame.

    Returns:
        The same shape; nan where p = 0 (invalid), inf where p = 1 (no disparity).
    """
    pixels = (disparity.astype(np.float64) - 1) / 256
    metres = np.full(disparity.shape, np.inf)
    np.divide(camera.baseline * camera.fx, pixels, out=metres, where=pixels > 0)
    metres[disparity == 0] = np.nan
    return metres
