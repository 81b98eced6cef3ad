"""The folder PASCAL_MT, in which ASTMT's authors released PASCAL-Context with its five tasks.

JPEGImages/<id>.jpg
ImageSets/Context/{train,val}.txt       one id a line
semseg/VOC12/<id>.png                   class 0 to 20, 255 void; else semseg/pascal-context/<id>.png
human_parts/<id>.mat                    `anno`: objects, their masks and those of their parts
pascal-context/trainval/<id>.mat        `LabelMap`, 1 to 459
normals_distill/<id>.png                RGB: 255 (n + 1) / 2
sal_distill/<id>.png                    salient above 127.5

Names and meanings are those of the public code that reads it [C]. Sizes differ between images, and
agree within one; that code would scale what does not to the image. Which ways the axes of the
normals point is unspecified; the angles that are scored do not depend on it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.edges import edges
from mtl.data.images import read_map, read_rgb
from mtl.data.layouts.pascal_classes import (
    CLASSES,
    CONTEXT_LABELS,
    PART_NUMBERS,
    PERSON,
    WITH_NORMALS,
)
from mtl.data.store import VOID
from mtl.errors import MtlError, unknown

if TYPE_CHECKING:
    from PIL.Image import Image

SETS = Path("ImageSets/Context")
IMAGES = Path("JPEGImages")
SEMSEG = (Path("semseg/VOC12"), Path("semseg/pascal-context"))
"""The first that has an image's file counts."""

PARTS = Path("human_parts")
LABELS = Path("pascal-context/trainval")
NORMALS = Path("normals_distill")
SALIENCY = Path("sal_distill")
SPLITS = ("train", "val")

Map = NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """An image with what is known of its pixels, all at the size of the files.

    Attributes:
        segmentation: uint8 [H, W], 0 to 20, or void.
        parts: uint8 [H, W], 0 to 6; void everywhere in an image without a person's parts.
        saliency, edges: uint8 [H, W], 0 or 1.
        normals: float32 [3, H, W], unit vectors; 0 0 0 where they do not count.
    """

    image: Image
    segmentation: Map
    parts: Map
    saliency: Map
    edges: Map
    normals: NDArray[np.float32]


def read_ids(root: Path, split: str) -> list[str]:
    """The names of a split's images, in the order of the file.

    Raises:
        MtlError: when the file is missing, empty, or names an image twice.
    """
    path = root / SETS / f"{split}.txt"
    try:
        ids = path.read_text(encoding="utf-8").split()
    except OSError as error:
        raise MtlError(f"{path}: the list of images cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise MtlError(f"{path}: not UTF-8 text") from None
    if not ids:
        raise MtlError(f"{path}: the list of images is empty")
    if len(set(ids)) != len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise MtlError(f"{path}: '{twice}' is named twice")
    return ids


def read_scene(root: Path, name: str) -> Scene:
    """Read everything of an image.

    Raises:
        MtlError: for a file that is missing, damaged, of another size than the image, or holds
            values that it cannot have, naming it.
    """
    image = read_rgb(root / IMAGES / f"{name}.jpg")
    size = (image.height, image.width)
    labels = _read_labels(root / LABELS / f"{name}.mat", size)
    saliency = _sized(root / SALIENCY / f"{name}.png", size)
    return Scene(
        image=image,
        segmentation=_read_classes(root, name, size),
        parts=_read_parts(root / PARTS / f"{name}.mat", size),
        saliency=(saliency > 127).astype(np.uint8),
        edges=edges(labels).astype(np.uint8),
        normals=_read_normals(root / NORMALS / f"{name}.png", labels),
    )


def _sized(path: Path, size: tuple[int, int]) -> Map:
    found: Map = read_map(path, np.uint8)
    _check_size(path, found.shape, size)
    return found


def _check_size(path: Path, found: tuple[int, ...], size: tuple[int, int]) -> None:
    if found != size:
        expected = f"{size[0]} x {size[1]}"
        raise MtlError(
            f"{path}: expected the image's {expected} pixels (height x width), found "
            f"{' x '.join(map(str, found))}"
        )


def _read_classes(root: Path, name: str, size: tuple[int, int]) -> Map:
    paths = [root / folder / f"{name}.png" for folder in SEMSEG]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise MtlError(f"{paths[0]}: the file does not exist, and neither does {paths[1]}")
    classes: Map = read_map(path, np.uint8, palette=True)  # VOC's have a palette
    _check_size(path, classes.shape, size)
    wrong = classes[(classes >= len(CLASSES)) & (classes != VOID)]
    if wrong.size:
        raise MtlError(
            f"{path}: expected classes from 0 to {len(CLASSES) - 1}, or {VOID}, found {wrong[0]}"
        )
    return classes


def _load_mat(path: Path, variable: str) -> Any:
    from scipy.io import loadmat

    try:
        data = path.read_bytes()
    except OSError as error:
        raise MtlError(f"{path}: the file cannot be read ({error.strerror})") from None
    try:
        content = loadmat(io.BytesIO(data))  # type: ignore[arg-type]  # its stubs omit open files
    except Exception as error:  # its reader raises whatever the bytes lead to
        raise MtlError(f"{path}: truncated or not a MATLAB file ({error})") from None
    if variable not in content:
        names = [name for name in content if not name.startswith("__")]
        raise unknown("variable", variable, names, str(path))
    return content[variable]


def _read_labels(path: Path, size: tuple[int, int]) -> NDArray[np.int64]:
    labels = np.asarray(_load_mat(path, "LabelMap"))
    _check_size(path, labels.shape, size)
    whole = labels.dtype.kind in "iu" or (
        labels.dtype.kind == "f" and np.array_equal(labels, np.rint(labels))
    )
    if not whole:
        raise MtlError(f"{path}: 'LabelMap': expected whole numbers, found {labels.dtype}")
    # 0 is no label, but harmless: it is an edge, and has no normals.
    if labels.min() < 0 or labels.max() > CONTEXT_LABELS:
        raise MtlError(
            f"{path}: 'LabelMap': expected labels from 0 to {CONTEXT_LABELS}, found "
            f"{labels.min()} to {labels.max()}"
        )
    return labels.astype(np.int64)


def _read_normals(path: Path, labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Unit vectors where the label is one of `WITH_NORMALS`."""
    pixels = np.asarray(read_rgb(path), dtype=np.float64)
    _check_size(path, pixels.shape[:2], (labels.shape[0], labels.shape[1]))
    normals = (2 * pixels / 255 - 1).transpose(2, 0, 1)
    length = np.linalg.norm(normals, axis=0)
    counted = np.isin(labels, sorted(WITH_NORMALS)) & (length > 0)
    return np.where(counted, normals / np.where(counted, length, 1), 0).astype(np.float32)


def _read_parts(path: Path, size: tuple[int, int]) -> Map:
    """The parts of all people; of overlapping ones the later object's, and its later part's.

    An image in which no person has parts says nothing of them, and neither does one whose masks are
    all empty: it is void.
    """
    parts = np.zeros(size, dtype=np.uint8)
    for name, mask in _part_masks(path):
        if name not in PART_NUMBERS:
            raise unknown("part of a person", name, PART_NUMBERS, str(path))
        _check_size(path, mask.shape, size)
        if mask.dtype.kind not in "biuf":
            raise MtlError(f"{path}: mask of '{name}': expected numbers, found {mask.dtype}")
        parts[mask.astype(bool)] = PART_NUMBERS[name]
    return parts if parts.any() else np.full(size, VOID, dtype=np.uint8)


def _part_masks(path: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    """Name and mask of each part of each person."""
    annotation = _load_mat(path, "anno")
    try:
        for item in annotation[0, 0]["objects"].flat:
            if int(item["class_ind"].item()) == PERSON:
                # An object without parts has an empty array, which MATLAB gives no fields.
                for part in item["parts"].flat:
                    yield str(part["part_name"].item()), part["mask"]
    except (IndexError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise MtlError(
            f"{path}: 'anno': expected objects with class_ind, parts, part_name and mask ({error})"
        ) from None
