"""Painted faces in CelebA's official layout: what the twins of faces have in common.

Images are JPEG files of 178 x 218 pixels, numbered in contiguous blocks of train, val and test.
TWIN.json beside them holds what made them and the hash of all files.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.twins import attributes as table
from mtl.data.twins import official_celeba as official
from mtl.data.twins.folder import TwinFolder, chunks, twin_folder
from mtl.data.twins.painter.portrait import Portraits

WIDTH, HEIGHT = 178, 218
JPEG_QUALITY = 92
CHUNK = 16
"""Faces painted together from one generator: large enough to be fast, small enough for a cache."""

_FACES_PER_IDENTITY = 20


@dataclass(frozen=True)
class Chunk:
    """Some faces with what is written about them.

    Attributes:
        portraits: their images, landmarks and bounds.
        labels: bool [B, 40], the columns of the attribute file.
        person: float [B] in [0, 1), which of the split's people each is said to be.
    """

    portraits: Portraits
    labels: NDArray[np.bool_]
    person: NDArray[np.float64]


Draw = Callable[[int, int], Chunk]
"""The `CHUNK` faces of a split (0 train, 1 val, 2 test) and the number of a chunk."""


def write(out: Path | str, sizes: Sequence[int], draw: Draw, manifest: Mapping[str, Any]) -> None:
    """Write a whole copy at `out`, or nothing.

    Args:
        out: the folder.
        sizes: the number of images of train, val and test.
        draw: gives the chunks of a split, of which a smaller split uses the first.
        manifest: what TWIN.json says beside the number and the hash of the files.

    Raises:
        MtlError: for a full disk or a folder that cannot be written.
    """
    with twin_folder(out, manifest) as folder:
        written = _Writer(folder)
        for split, size in enumerate(sizes):
            for chunk, used in chunks(size, CHUNK):
                written.add(split, draw(split, chunk), used)
        written.finish()


class _Writer:
    """Writes images as they come and, at the end, the files that list them."""

    def __init__(self, folder: TwinFolder) -> None:
        self._folder = folder
        self._names: list[str] = []
        self._partition: list[int] = []
        self._labels: list[NDArray[np.bool_]] = []
        self._person: list[NDArray[np.float64]] = []
        self._landmarks: list[NDArray[np.float32]] = []
        self._bounds: list[NDArray[np.float32]] = []

    def add(self, split: int, chunk: Chunk, used: int) -> None:
        """Write the images of the first `used` faces of a chunk."""
        for image in chunk.portraits.images[:used]:
            name = official.image_name(len(self._names) + 1)
            self._folder.write(f"Img/img_align_celeba/{name}", _jpeg(image))
            self._names.append(name)
            self._partition.append(split)
        self._labels.append(chunk.labels[:used])
        self._person.append(chunk.person[:used])
        self._landmarks.append(chunk.portraits.landmarks[:used])
        self._bounds.append(chunk.portraits.bounds[:used])

    def finish(self) -> None:
        """Write the annotation files."""
        names = self._names
        corners = _pixels(np.concatenate(self._bounds).reshape(-1, 2, 2))
        boxes = np.concatenate([corners[:, 0], corners[:, 1] - corners[:, 0]], axis=1)
        texts = {
            "Anno/list_attr_celeba.txt": official.attribute_text(
                names, table.NAMES, np.concatenate(self._labels)
            ),
            "Eval/list_eval_partition.txt": official.partition_text(names, self._partition),
            "Anno/identity_CelebA.txt": official.identity_text(names, self._identities()),
            "Anno/list_bbox_celeba.txt": official.box_text(names, boxes),
            "Anno/list_landmarks_align_celeba.txt": official.landmark_text(
                names, _pixels(np.concatenate(self._landmarks))
            ),
        }
        for path, text in texts.items():
            self._folder.write(path, text.encode())

    def _identities(self) -> NDArray[np.int64]:
        """Numbers of people from 1 upwards, about twenty images each, none in two splits."""
        partition = np.array(self._partition)
        people = np.maximum(1, np.bincount(partition) // _FACES_PER_IDENTITY)
        before = np.cumsum(people) - people
        drawn = np.floor(np.concatenate(self._person) * people[partition]).astype(np.int64)
        return 1 + before[partition] + drawn


def _pixels(points: NDArray[np.float32]) -> NDArray[np.int64]:
    """Points [N, P, 2] in image heights, x from the middle, as pixels of the written image."""
    scaled = points * HEIGHT + np.array([WIDTH / 2, 0])
    return np.rint(scaled).astype(np.int64)


def _jpeg(image: NDArray[np.uint8]) -> bytes:
    """The painted image at CelebA's size, as a JPEG file."""
    from PIL import Image

    scaled = Image.fromarray(image).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    scaled.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
