"""The `people` twin: drawn people and objects in the layout of PASCAL_MT, with exact labels.

Images are smaller than the real ones, which have about 500 pixels a side.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.pascal import IMAGES, LABELS, NORMALS, PARTS, SALIENCY, SEMSEG, SETS, SPLITS
from mtl.data.layouts.pascal_classes import CLASSES
from mtl.data.options import option, read_options
from mtl.data.store import VOID
from mtl.data.twins.crowd.scene import DRAWINGS, Picture, draw
from mtl.data.twins.folder import TwinFolder, chunks, twin_folder
from mtl.data.twins.matlab import mat_file

VERSION = 1
"""Raised when the images of equal dials change on purpose."""

NOTICE = "SYNTHETIC: drawn by a program; no photographs, nothing derived from PASCAL-Context"

CHUNK = 16
"""Pictures drawn from one generator."""

QUALITY = 95
"""Of the JPEG files."""


@dataclass(frozen=True)
class Dials:
    """What determines the twin.

    Attributes:
        train, val: the number of images to train and to evaluate.
        seed: of everything random.
        height, width: of the images, in pixels.
        categories: how many of VOC's classes there may be besides people, of those that are told
            apart most easily.
        noise: the standard deviation of pixel noise, on a scale of 0 to 1.
    """

    train: int = option(low=1)
    val: int = option(low=1)
    seed: int = option(0, low=0)
    height: int = option(96, low=24)
    width: int = option(96, low=24)
    categories: int = option(len(DRAWINGS), low=1, high=len(DRAWINGS))
    noise: float = option(0.02, low=0)


def draw_chunk(dials: Dials, split: int, chunk: int) -> list[Picture]:
    """Draw the pictures `CHUNK * chunk` and following of a split (0 train, 1 val)."""
    rng = np.random.default_rng([dials.seed, split, chunk])
    return [
        draw(rng, dials.height, dials.width, dials.categories, dials.noise) for _ in range(CHUNK)
    ]


def check_config(config: Mapping[str, Any]) -> None:
    """Check the dials without drawing anything.

    Raises:
        MtlError: for an unknown or missing dial, or a value out of range.
    """
    _dials(config)


def _dials(config: Mapping[str, Any]) -> Dials:
    return read_options(Dials, config, "twin 'people'")


def generate(config: Mapping[str, Any], out: Path | str) -> None:
    """Write a whole twin at `out`, or nothing.

    Equal dials give equal bytes on one machine with one version of NumPy, Pillow and SciPy.

    Args:
        config: the fields of `Dials`.
        out: the folder.

    Raises:
        MtlError: for an invalid configuration, a full disk or a folder that cannot be written.
    """
    dials = _dials(config)
    manifest = {
        "twin": "people",
        "notice": NOTICE,
        "version": VERSION,
        "dials": asdict(dials),
        "differs": "images are smaller than the real ones; objects other than people have no "
        "parts that are read",
    }
    counts = {"train": dials.train, "val": dials.val}
    with twin_folder(out, manifest) as folder:
        for number, split in enumerate(SPLITS):
            names = []
            for chunk, used in chunks(counts[split], CHUNK):
                drawn = draw_chunk(dials, number, chunk)
                for position in range(used):
                    names.append(f"{2008 + number}_{CHUNK * chunk + position + 1:06d}")
                    _write(folder, names[-1], drawn[position], voc=position % 2 == 0)
            lines = "".join(f"{name}\n" for name in names)
            folder.write(str(SETS / f"{split}.txt"), lines.encode())


def _write(folder: TwinFolder, name: str, picture: Picture, voc: bool) -> None:
    """The files of a picture; classes lie in VOC's folder or in the other one, in turns."""
    folder.write(str(IMAGES / f"{name}.jpg"), _encode(picture.image, "JPEG"))
    place = SEMSEG[0] if voc else SEMSEG[1]
    folder.write(str(place / f"{name}.png"), _encode(_with_contours(picture), "PNG"))
    annotation = {"anno": _annotation(name, picture)}
    folder.write(str(PARTS / f"{name}.mat"), mat_file(annotation))
    folder.write(str(LABELS / f"{name}.mat"), mat_file({"LabelMap": picture.label}))
    normals = np.rint((picture.normals + 1) / 2 * 255).astype(np.uint8).transpose(1, 2, 0)
    folder.write(str(NORMALS / f"{name}.png"), _encode(normals, "PNG"))
    salient = np.where(picture.salient, 255, 0).astype(np.uint8)
    folder.write(str(SALIENCY / f"{name}.png"), _encode(salient, "PNG"))


def _encode(pixels: NDArray[np.uint8], form: str) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.save(buffer, form, **({"quality": QUALITY} if form == "JPEG" else {}))
    return buffer.getvalue()


def _with_contours(picture: Picture) -> NDArray[np.uint8]:
    """VOC's maps are void where an object meets something else; here only outside of it."""
    padded = np.pad(picture.instance, 1, mode="edge")
    height, width = picture.instance.shape
    around = [
        padded[1 + down : 1 + down + height, 1 + right : 1 + right + width]
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1))
    ]
    beside = np.max(around, axis=0) > 0
    return np.where((picture.instance == 0) & beside, VOID, picture.category).astype(np.uint8)


def _annotation(name: str, picture: Picture) -> NDArray[np.void]:
    """The nested structs of PASCAL-Part; objects of which nothing is seen are left out."""
    numbers = [k for k in range(1, len(picture.objects) + 1) if (picture.instance == k).any()]
    fields = [(field, object) for field in ("class", "class_ind", "mask", "parts")]
    objects = np.zeros((1, len(numbers)), dtype=fields)
    for place, number in enumerate(numbers):
        category, inside = picture.objects[number - 1], picture.instance == number
        objects[0, place] = (
            CLASSES[category],
            np.uint8(category),
            inside.astype(np.uint8),
            _parts(picture, inside),
        )
    whole = np.zeros((1, 1), dtype=[("imname", object), ("objects", object)])
    whole[0, 0] = (name, objects)
    return whole


def _parts(picture: Picture, inside: NDArray[np.bool_]) -> NDArray[Any]:
    """Name and mask of each part that is seen; an empty array without any."""
    places = [int(place) for place in np.unique(picture.part[inside]) if place]
    if not places:
        return np.zeros((0, 0))
    parts = np.zeros((1, len(places)), dtype=[("part_name", object), ("mask", object)])
    for number, place in enumerate(places):
        mask = inside & (picture.part == place)
        parts[0, number] = (picture.parts[place], mask.astype(np.uint8))
    return parts
