"""The `faces` twin: painted portraits with CelebA's 40 attributes, in CelebA's official layout.

Every attribute changes something visible, so that multi-task methods can be compared without a
photograph. The reader, the preparation and the training treat the twin as they treat CelebA.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.options import option, read_options
from mtl.data.twins import attributes as table
from mtl.data.twins import official_celeba as official
from mtl.data.twins.painter.portrait import Portraits, render
from mtl.io import atomic_directory, canonical_json, sha256

VERSION = 1
"""Raised when the images of equal dials change on purpose."""

MANIFEST = "TWIN.json"
NOTICE = "SYNTHETIC: painted by a program; no photographs, nothing derived from CelebA"

WIDTH, HEIGHT = 178, 218
JPEG_QUALITY = 92
CHUNK = 16
"""Faces painted together from one generator: large enough to be fast, small enough for a cache."""

_SPLITS = ("train", "val", "test")
_FACES_PER_IDENTITY = 20


@dataclass(frozen=True)
class Dials:
    """What determines the twin.

    Attributes:
        train, val, test: the number of images of each split.
        seed: of everything random.
        rho: the strength of the correlations between attributes; 0 makes them independent.
        sigma: the individual deviation of every painted parameter: the difficulty.
        noise: the standard deviation of pixel noise, on a scale of 0 to 1.
        label_noise: the probability that a written label is wrong.
    """

    train: int = option(low=1)
    val: int = option(low=1)
    test: int = option(low=1)
    seed: int = option(0, low=0)
    rho: float = option(1.0, low=0, high=1)
    sigma: float = option(1.0, low=0)
    noise: float = option(0.035, low=0)
    label_noise: float = option(0.0, low=0, high=0.5)


@dataclass(frozen=True)
class Chunk:
    """Some faces with what is written about them.

    Attributes:
        portraits: their images, landmarks and bounds.
        present: bool [B, 40], the attributes as painted.
        labels: bool [B, 40], the attributes as written, with label noise.
        person: float [B] in [0, 1), which of the split's people each is said to be.
    """

    portraits: Portraits
    present: NDArray[np.bool_]
    labels: NDArray[np.bool_]
    person: NDArray[np.float64]


def draw_chunk(dials: Dials, split: int, chunk: int) -> Chunk:
    """Draw the faces `CHUNK * chunk` and following of a split.

    Each chunk has its own generator and is always drawn whole, so that chunks can be drawn in any
    order and a smaller split is the beginning of a larger one.

    Args:
        dials: of the twin.
        split: 0 train, 1 val, 2 test.
        chunk: counts from 0.
    """
    rng = np.random.default_rng([dials.seed, split, chunk])
    present = table.sample(CHUNK, rng, dials.rho)
    flipped = rng.random(present.shape) < dials.label_noise
    person = rng.random(CHUNK)
    portraits = render(present, rng, dials.sigma, dials.noise)
    return Chunk(portraits, present, present ^ flipped, person)


def check_config(config: Mapping[str, Any]) -> None:
    """Check the dials without painting anything.

    Raises:
        MtlError: for an unknown or missing dial, or a value out of range.
    """
    _dials(config)


def _dials(config: Mapping[str, Any]) -> Dials:
    return read_options(Dials, config, "twin 'faces'")


def generate(config: Mapping[str, Any], out: Path | str) -> None:
    """Write a whole twin at `out`, or nothing.

    The official layout with JPEG images of 178 x 218 pixels, numbered in contiguous blocks of
    train, val and test, and TWIN.json with the version, the dials and the hash of all files.

    The people of the splits are disjoint, as CelebA's are, but have no looks of their own. Equal
    dials give equal bytes on one machine with one version of NumPy and Pillow; another may round
    the sine of a float or compress a block differently.

    Args:
        config: the fields of `Dials`.
        out: the folder.

    Raises:
        MtlError: for an invalid configuration, a full disk or a folder that cannot be written.
    """
    dials = _dials(config)
    with atomic_directory(out) as folder:
        written = _Writer(folder)
        for split, name in enumerate(_SPLITS):
            for chunk, used in _chunks(getattr(dials, name)):
                written.add(split, draw_chunk(dials, split, chunk), used)
        written.finish(dials)


def _chunks(count: int) -> Iterator[tuple[int, int]]:
    """Each chunk of a split and how many of its faces are used."""
    for first in range(0, count, CHUNK):
        yield first // CHUNK, min(CHUNK, count - first)


class _Writer:
    """Writes images as they come and, at the end, the files that list them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes: dict[str, str] = {}
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
            self._write(f"Img/img_align_celeba/{name}", _jpeg(image))
            self._names.append(name)
            self._partition.append(split)
        self._labels.append(chunk.labels[:used])
        self._person.append(chunk.person[:used])
        self._landmarks.append(chunk.portraits.landmarks[:used])
        self._bounds.append(chunk.portraits.bounds[:used])

    def finish(self, dials: Dials) -> None:
        """Write the annotation files and the manifest."""
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
            self._write(path, text.encode())
        manifest = {
            "schema": 1,
            "twin": "faces",
            "notice": NOTICE,
            "version": VERSION,
            "dials": asdict(dials),
            "files": len(self._hashes),
            "files_sha256": sha256(sorted(self._hashes.items())),
        }
        (self._folder / MANIFEST).write_text(canonical_json(manifest), encoding="utf-8")

    def _identities(self) -> NDArray[np.int64]:
        """Numbers of people from 1 upwards, about twenty images each, none in two splits."""
        partition = np.array(self._partition)
        people = np.maximum(1, np.bincount(partition) // _FACES_PER_IDENTITY)
        before = np.cumsum(people) - people
        drawn = np.floor(np.concatenate(self._person) * people[partition]).astype(np.int64)
        return 1 + before[partition] + drawn

    def _write(self, path: str, data: bytes) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self._hashes[path] = sha256(data)


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
