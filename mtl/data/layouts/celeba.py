"""CelebA on disk: where its copies keep the files, and the annotation files line by line.

Three layouts are in use (specifications of the official release, of torchvision and of Kaggle):

    official     Img/img_align_celeba/  Anno/list_attr_celeba.txt  Eval/list_eval_partition.txt
    torchvision  celeba/{img_align_celeba/, list_attr_celeba.txt, list_eval_partition.txt}
    kaggle       img_align_celeba/img_align_celeba/  list_attr_celeba.csv  list_eval_partition.csv

torchvision's own reader checks the MD5 of all text files, so that neither a subset nor a twin can
pass through it; this one reads any number of images.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mtl.errors import MtlError, unknown

ATTRIBUTES = (
    "5_o_Clock_Shadow",
    "Arched_Eyebrows",
    "Attractive",
    "Bags_Under_Eyes",
    "Bald",
    "Bangs",
    "Big_Lips",
    "Big_Nose",
    "Black_Hair",
    "Blond_Hair",
    "Blurry",
    "Brown_Hair",
    "Bushy_Eyebrows",
    "Chubby",
    "Double_Chin",
    "Eyeglasses",
    "Goatee",
    "Gray_Hair",
    "Heavy_Makeup",
    "High_Cheekbones",
    "Male",
    "Mouth_Slightly_Open",
    "Mustache",
    "Narrow_Eyes",
    "No_Beard",
    "Oval_Face",
    "Pale_Skin",
    "Pointy_Nose",
    "Receding_Hairline",
    "Rosy_Cheeks",
    "Sideburns",
    "Smiling",
    "Straight_Hair",
    "Wavy_Hair",
    "Wearing_Earrings",
    "Wearing_Hat",
    "Wearing_Lipstick",
    "Wearing_Necklace",
    "Wearing_Necktie",
    "Young",
)
"""The 40 official names in the order of list_attr_celeba.txt."""

IMAGE_SUFFIXES = (".jpg", ".png")
PARTITION_IDS = {"0": 0, "1": 1, "2": 2}

_ATTRIBUTE_FILE = "list_attr_celeba"
_PARTITION_FILE = "list_eval_partition"
_ALIGNED = ("img_align_celeba", "img_align_celeba_png")
_LAYOUTS = (
    # name, attribute file, partition file, folder of the image folders
    ("official", f"Anno/{_ATTRIBUTE_FILE}.txt", f"Eval/{_PARTITION_FILE}.txt", "Img"),
    ("torchvision", f"celeba/{_ATTRIBUTE_FILE}.txt", f"celeba/{_PARTITION_FILE}.txt", "celeba"),
    ("torchvision", f"{_ATTRIBUTE_FILE}.txt", f"{_PARTITION_FILE}.txt", ""),
    ("kaggle", f"{_ATTRIBUTE_FILE}.csv", f"{_PARTITION_FILE}.csv", ""),
)


@dataclass(frozen=True)
class CelebaFiles:
    """Where one copy of CelebA keeps what is read of it."""

    layout: str
    attributes: Path
    partition: Path
    images: Path


@dataclass(frozen=True)
class Annotations:
    """The annotations in the order of the attribute file.

    Attributes:
        names: file names as annotated; the images themselves may have another suffix.
        labels: uint8 [N, 40], columns in the order of `ATTRIBUTES`; 1 where the file says 1.
        partition: uint8 [N]; 0 train, 1 val, 2 test.
    """

    names: list[str]
    labels: NDArray[np.uint8]
    partition: NDArray[np.uint8]


def find_files(root: Path | str) -> CelebaFiles:
    """Locate the files of any of the three layouts, with one wrapping image folder allowed.

    Raises:
        MtlError: naming what is missing and where it was looked for.
    """
    root = Path(root)
    if not root.is_dir():
        raise MtlError(f"{root}: the folder of CelebA does not exist")
    for layout, attributes, partition, folder in _LAYOUTS:
        if not (root / attributes).is_file():
            continue
        if not (root / partition).is_file():
            raise MtlError(f"{root / partition}: missing, though {root / attributes} exists")
        return CelebaFiles(
            layout=layout,
            attributes=root / attributes,
            partition=root / partition,
            images=_image_folder(root / folder),
        )
    looked_for = ", ".join(attributes for _, attributes, _, _ in _LAYOUTS)
    raise MtlError(f"{root}: no CelebA annotation found; looked for {looked_for}")


def _image_folder(parent: Path) -> Path:
    for name in _ALIGNED:
        for folder in (parent / name / name, parent / name):
            if folder.is_dir():
                return folder
    raise MtlError(f"{parent}: no image folder found; looked for {' and '.join(_ALIGNED)}")


def image_sizes(folder: Path) -> dict[str, int]:
    """The size in bytes of every JPEG and PNG file of a folder, by file name."""
    with os.scandir(folder) as entries:
        return {
            entry.name: entry.stat().st_size
            for entry in entries
            if entry.name.lower().endswith(IMAGE_SUFFIXES) and entry.is_file()
        }


def image_paths(files: CelebaFiles, names: list[str]) -> list[Path]:
    """The image file of each annotated name: the name itself, or with the other suffix.

    The PNG release is annotated with the names of the JPEG files. Images that are not annotated
    are left aside, so that a subset can be taken by shortening the annotation files.

    Raises:
        MtlError: for an annotated image that has no file.
    """
    present = image_sizes(files.images)
    paths = []
    for name in names:
        stem = name.rpartition(".")[0] or name
        candidates = (name, *(f"{stem}{suffix}" for suffix in IMAGE_SUFFIXES))
        found = next((candidate for candidate in candidates if candidate in present), None)
        if found is None:
            raise MtlError(
                f"{files.images / name}: the image is missing, though {files.attributes} lists it"
            )
        paths.append(files.images / found)
    return paths


def read_annotations(files: CelebaFiles) -> Annotations:
    """Read both annotation files and match them by image name.

    Raises:
        MtlError: naming file and line of anything malformed, and the first image that only one of
            the two files lists.
    """
    attribute_lines, labels = _read_attributes(files.attributes)
    partition_lines, partition = _read_partition(files.partition)
    _check_listed(files.attributes, attribute_lines, files.partition, partition_lines)
    _check_listed(files.partition, partition_lines, files.attributes, attribute_lines)
    return Annotations(
        names=list(attribute_lines),
        labels=labels,
        partition=np.array([partition[name] for name in attribute_lines], np.uint8),
    )


def _check_listed(
    path: Path, lines: dict[str, int], other: Path, other_lines: dict[str, int]
) -> None:
    for name, line in lines.items():
        if name not in other_lines:
            raise MtlError(f"{path}:{line}: image '{name}' is not listed in {other}")


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of every line that is not blank; any line ends.

    Fields are separated by commas in a .csv file, otherwise by blanks.
    """
    separator = "," if path.suffix == ".csv" else None
    try:
        with open(path, encoding="utf-8-sig", newline=None) as file:
            for number, line in enumerate(file, start=1):
                fields = [field.strip() for field in line.split(separator)]
                if any(fields):
                    yield number, fields
    except UnicodeDecodeError:
        raise MtlError(f"{path}: not a text file") from None
    except OSError as error:
        raise MtlError(f"{path}: cannot be read ({error.strerror})") from None


def _next(rows: Iterator[tuple[int, list[str]]], path: Path, what: str) -> tuple[int, list[str]]:
    try:
        return next(rows)
    except StopIteration:
        raise MtlError(f"{path}: ends before {what}") from None


def _check_image_name(name: str, lines: dict[str, int], path: Path, line: int) -> None:
    if name in lines:
        raise MtlError(
            f"{path}:{line}: image '{name}' is listed again, first in line {lines[name]}"
        )
    if not name or "/" in name or "\\" in name:
        raise MtlError(f"{path}:{line}: expected the file name of an image, found '{name}'")


def _read_attributes(path: Path) -> tuple[dict[str, int], NDArray[np.uint8]]:
    """Line number of each image, in file order, and the labels [N, 40] in official column order."""
    rows = _rows(path)
    if path.suffix == ".csv":
        line, fields = _next(rows, path, "the line of attribute names")
        header = _without_image_column(fields, path, line)
    else:
        _check_count(path, *_next(rows, path, "the number of images"))
        line, header = _next(rows, path, "the line of attribute names")
    columns = _official_order(header, path, line)
    lines: dict[str, int] = {}
    values = bytearray()
    for line, (name, *row) in rows:
        _check_image_name(name, lines, path, line)
        lines[name] = line
        values += _binary(row, len(header), path, line)
    if not lines:
        raise MtlError(f"{path}: lists no image")
    return lines, np.frombuffer(values, np.uint8).reshape(len(lines), len(header))[:, columns]


def _check_count(path: Path, line: int, fields: list[str]) -> None:
    """The count itself is not trusted: subsets keep the 202599 of the whole."""
    if len(fields) != 1 or not fields[0].isdecimal():
        raise MtlError(
            f"{path}:{line}: expected the number of images as an integer, "
            f"found '{' '.join(fields)[:60]}'"
        )


def _without_image_column(fields: list[str], path: Path, line: int) -> list[str]:
    if fields[0] != "image_id":
        raise MtlError(f"{path}:{line}: expected the first column 'image_id', found '{fields[0]}'")
    return fields[1:]


def _official_order(header: list[str], path: Path, line: int) -> list[int]:
    """For each official attribute, its position in the header."""
    for position, name in enumerate(header):
        if name not in ATTRIBUTES:
            raise unknown("attribute", name, ATTRIBUTES, f"{path}:{line}")
        if name in header[:position]:
            raise MtlError(f"{path}:{line}: attribute '{name}' is named twice")
    missing = [name for name in ATTRIBUTES if name not in header]
    if missing:
        raise MtlError(
            f"{path}:{line}: expected {len(ATTRIBUTES)} attribute names, found {len(header)}; "
            f"missing {', '.join(missing)}"
        )
    return [header.index(name) for name in ATTRIBUTES]


def _binary(row: list[str], expected: int, path: Path, line: int) -> bytes:
    """The values -1 and 1 of a row as bytes 0 and 1."""
    if len(row) != expected:
        raise MtlError(
            f"{path}:{line}: expected {expected} values after the image name, found {len(row)}"
        )
    if not {"-1", "1"}.issuperset(row):
        wrong = next(value for value in row if value not in ("-1", "1"))
        raise MtlError(f"{path}:{line}: expected values -1 or 1, found '{wrong}'")
    return bytes(value == "1" for value in row)


def _read_partition(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Line number and partition id of each image, in file order."""
    rows = _rows(path)
    if path.suffix == ".csv":
        line, fields = _next(rows, path, "the line of column names")
        if _without_image_column(fields, path, line) != ["partition"]:
            raise MtlError(
                f"{path}:{line}: expected the columns image_id,partition, "
                f"found {','.join(fields)[:60]}"
            )
    lines: dict[str, int] = {}
    partition: dict[str, int] = {}
    for line, (name, *row) in rows:
        _check_image_name(name, lines, path, line)
        if len(row) != 1:
            raise MtlError(
                f"{path}:{line}: expected one value after the image name, found {len(row)}"
            )
        if row[0] not in PARTITION_IDS:
            raise MtlError(
                f"{path}:{line}: expected partition 0 (train), 1 (val) or 2 (test), "
                f"found '{row[0]}'"
            )
        lines[name] = line
        partition[name] = PARTITION_IDS[row[0]]
    return lines, partition
