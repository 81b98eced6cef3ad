"""CelebA's official text files, byte for byte as the release writes them.

CRLF line ends; a blank after the last attribute name; values right-aligned in two characters,
but for the first of a row. This reproduces 20,000 of 20,000 compared rows of the real attribute
file, and the sizes of the whole attribute and partition files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

LINE_END = "\r\n"

_BOX_COLUMNS = "image_id x_1 y_1 width height"
_LANDMARK_COLUMNS = (
    "lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y "
    "leftmouth_x leftmouth_y rightmouth_x rightmouth_y"
)


def image_name(number: int) -> str:
    """The file name of the image of a number that counts from 1."""
    return f"{number:06d}.jpg"


def attribute_text(
    names: Sequence[str], attributes: Sequence[str], flags: NDArray[np.bool_]
) -> str:
    """list_attr_celeba.txt: the count, the attribute names, and -1 or 1 for each image.

    Args:
        names: of the N images.
        attributes: of the A columns.
        flags: bool [N, A].
    """
    rows = (
        f"{name} {' '.join(' 1' if flag else '-1' for flag in row).lstrip()}"
        for name, row in zip(names, flags.tolist(), strict=True)
    )
    return _lines((str(len(names)), f"{' '.join(attributes)} ", *rows))


def partition_text(names: Sequence[str], partition: Sequence[int]) -> str:
    """list_eval_partition.txt: 0 train, 1 val or 2 test for each image."""
    return _lines(f"{name} {part}" for name, part in zip(names, partition, strict=True))


def identity_text(names: Sequence[str], identities: NDArray[np.int64]) -> str:
    """identity_CelebA.txt: the number of the person in each image."""
    rows = zip(names, identities.tolist(), strict=True)
    return _lines(f"{name} {identity}" for name, identity in rows)


def box_text(names: Sequence[str], boxes: NDArray[np.int64]) -> str:
    """list_bbox_celeba.txt: left, top, width and height in pixels, [N, 4]."""
    rows = zip(names, boxes.tolist(), strict=True)
    lines = (f"{name}  {' '.join(f'{value:4d}' for value in box)}" for name, box in rows)
    return _lines((str(len(names)), _BOX_COLUMNS, *lines))


def landmark_text(names: Sequence[str], landmarks: NDArray[np.int64]) -> str:
    """list_landmarks_align_celeba.txt: x and y of five points in pixels, [N, 5, 2]."""
    rows = zip(names, landmarks.reshape(len(names), -1).tolist(), strict=True)
    lines = (f"{name} {' '.join(f'{value:3d}' for value in points)}" for name, points in rows)
    return _lines((str(len(names)), _LANDMARK_COLUMNS, *lines))


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}{LINE_END}" for line in lines)
