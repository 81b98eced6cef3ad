"""The classes of NYU-v2: from the 894 labels on disk by 40 to 13.

894 to 40 is `mapClass` of classMapping40.mat, a file beside the data; the row from 40 to 13 is
short enough to stand here (class13Mapping.mat of nyuv2-meta-data, read in public data).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mtl.data.store import VOID
from mtl.errors import MtlError

CLASSES_13 = (
    "bed", "books", "ceiling", "chair", "floor", "furniture", "objects", "picture", "sofa",
    "table", "tv", "wall", "window",
)  # fmt: skip
"""The 13 classes in the order of their numbers."""

CLASSES_40 = (
    "wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf",
    "picture", "counter", "blinds", "desk", "shelves", "curtain", "dresser", "pillow", "mirror",
    "floormat", "clothes", "ceiling", "books", "refrigerator", "television", "paper", "towel",
    "showercurtain", "box", "whiteboard", "person", "nightstand", "toilet", "sink", "lamp",
    "bathtub", "bag", "otherstructure", "otherfurniture", "otherprop",
)  # fmt: skip
"""The 40 classes in the order of their numbers, which begin at 1 on disk."""

_13_OF_40 = (
    12, 5, 6, 1, 4, 9, 10, 12, 13, 6, 8, 6, 13, 10, 6, 13, 6, 7, 7, 5, 7, 3, 2, 6, 11, 7, 7, 7, 7,
    7, 7, 6, 7, 7, 7, 7, 7, 7, 6, 7,
)  # fmt: skip

LABELS = 894


def read_classes_40(path: Path | str) -> NDArray[np.uint8]:
    """The class of each of the labels 0 to 894 by `mapClass`; 0, unlabelled, stays 0.

    Returns:
        uint8 [895], from 0 to 40.

    Raises:
        MtlError: when the file is missing, damaged or holds another map, naming it.
    """
    from scipy.io import loadmat

    path = Path(path)
    if not path.is_file():
        raise MtlError(f"{path}: the map of the classes does not exist")
    try:
        found = np.asarray(loadmat(path)["mapClass"]).ravel()
    except (KeyError, ValueError, TypeError, OSError, NotImplementedError) as error:
        raise MtlError(f"{path}: no MATLAB file with 'mapClass' ({error})") from None
    if found.shape != (LABELS,) or found.min() < 1 or found.max() > len(CLASSES_40):
        raise MtlError(
            f"{path}: field 'mapClass': expected {LABELS} classes from 1 to {len(CLASSES_40)}, "
            f"found {found.size} from {found.min(initial=0)} to {found.max(initial=0)}"
        )
    return np.concatenate([[0], found]).astype(np.uint8)


def classes_13(classes_40: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The numbers 0 to 12 of `CLASSES_13` for classes 1 to 40; `VOID` for 0."""
    table = np.full(len(CLASSES_40) + 1, VOID, np.uint8)
    table[1:] = np.array(_13_OF_40) - 1
    return table[classes_40]
