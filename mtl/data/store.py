"""The prepared store: one folder of plain NumPy arrays with a description that guards them.

store.json            what the data are, their columns, and the hash of every other file
images_<split>.npy    uint8 [N, 3, H, W]
labels_<split>.npy    uint8 [N, A], the class of each of the A columns
names_<split>.txt     one line an image: its name in the raw data
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.errors import MtlError, unknown
from mtl.io import (
    FINGERPRINT_LENGTH,
    atomic_directory,
    canonical_json,
    read_json,
    sha256,
    sha256_file,
)

SCHEMA = 1
SPLITS = ("train", "val", "test")
SOURCES = ("twin", "real")
DESCRIPTION = "store.json"
CHANNELS = 3

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Split:
    """The memory-mapped arrays of one split: images [N, 3, H, W] and labels [N, A], both uint8."""

    images: Bytes
    labels: Bytes


@dataclass(frozen=True)
class Store:
    """A prepared data set whose files have the sizes that its description states.

    Attributes:
        directory: where it lies.
        dataset: the registry name.
        fingerprint: the short hash of `identity`.
        identity: everything that determines the arrays.
        source: "twin" or "real".
        source_label: the words that tables and reports print about the source.
        columns: the names of the A label columns.
        classes: the number of classes of each column; 2 for a binary attribute.
        height, width: of every image, in pixels.
        sizes: the number of images of each split.
    """

    directory: Path
    dataset: str
    fingerprint: str
    identity: dict[str, Any]
    source: str
    source_label: str
    columns: tuple[str, ...]
    classes: tuple[int, ...]
    height: int
    width: int
    sizes: dict[str, int]

    def split(self, name: str) -> Split:
        """The arrays of a split, memory-mapped and read-only.

        Raises:
            MtlError: for an unknown split, or a file that is missing, truncated or of another
                shape, naming the file.
        """
        size = self._size(name)
        image_shape = (size, CHANNELS, self.height, self.width)
        return Split(
            images=_open_array(_file(self.directory, "images", name), image_shape),
            labels=_open_array(_file(self.directory, "labels", name), (size, len(self.columns))),
        )

    def names(self, split: str) -> list[str]:
        """The name in the raw data of each image of a split.

        Raises:
            MtlError: for an unknown split, or a file that is missing or of another length.
        """
        size = self._size(split)
        path = _file(self.directory, "names", split)
        try:
            names = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise _missing(path) from None
        except UnicodeDecodeError:
            raise MtlError(f"{path}: not UTF-8 text; prepare the data again") from None
        if len(names) != size:
            raise MtlError(
                f"{path}: expected {size} names, found {len(names)}; prepare the data again"
            )
        return names

    def _size(self, split: str) -> int:
        if split not in self.sizes:
            raise unknown("split", split, self.sizes, str(self.directory))
        return self.sizes[split]


@dataclass(frozen=True)
class SplitSource:
    """What `write_store` writes as one split.

    Attributes:
        names: one an image, without line ends.
        labels: uint8 [N, A].
        images: N arrays uint8 [3, H, W], consumed one at a time, so that they need not fit in
            memory together.
    """

    names: Sequence[str]
    labels: Bytes
    images: Iterable[Bytes]


def write_store(
    directory: Path | str,
    *,
    dataset: str,
    identity: Mapping[str, Any],
    fingerprint: str,
    source: str,
    source_label: str,
    columns: Sequence[str],
    classes: Sequence[int],
    height: int,
    width: int,
    splits: Mapping[str, SplitSource],
) -> None:
    """Write a whole store or nothing; see `Store` for the arguments.

    The images are written as they come rather than through a memory map: a full disk is then an
    error that can be reported, where a memory map would kill the process with SIGBUS.

    Raises:
        MtlError: when the disk is full or the folder cannot be written; whatever an iterator of
            images raises passes through. In either case nothing is left behind.
        ValueError: when the arguments contradict each other.
    """
    _check_arguments(source, columns, classes, splits)
    with atomic_directory(directory) as folder:
        facts = {}
        for name, content in splits.items():
            images = _file(folder, "images", name)
            labels = _file(folder, "labels", name)
            names = _file(folder, "names", name)
            shape = (len(content.names), CHANNELS, height, width)
            images_sha256 = _write_array(images, shape, content.images)
            labels_sha256 = _write_array(labels, content.labels.shape, content.labels)
            names.write_bytes("".join(f"{line}\n" for line in content.names).encode())
            facts[name] = {
                "n": len(content.names),
                "images_sha256": images_sha256,
                "labels_sha256": labels_sha256,
                "names_sha256": sha256_file(names),
            }
        description = {
            "schema": SCHEMA,
            "dataset": dataset,
            "fingerprint": fingerprint,
            "identity": dict(identity),
            "source": source,
            "source_label": source_label,
            "columns": list(columns),
            "classes": list(classes),
            "height": height,
            "width": width,
            "splits": facts,
        }
        sealed = {**description, "content": _content(description)}
        (folder / DESCRIPTION).write_text(canonical_json(sealed), encoding="utf-8")


def open_store(
    path: Path | str, expect_fingerprint: str | None = None, verify: bool = False
) -> Store:
    """Open a prepared store and check its files.

    The size and shape of every array is always checked, which is cheap; a truncated file is
    refused. An edit that keeps the size is found only by `verify`.

    Args:
        path: the folder.
        expect_fingerprint: refuse a store of any other identity.
        verify: hash every file as well.

    Raises:
        MtlError: naming the file that is missing, truncated, edited, or of another identity.
    """
    directory = Path(path)
    description = _read_description(directory / DESCRIPTION)
    if expect_fingerprint is not None and description["fingerprint"] != expect_fingerprint:
        raise MtlError(
            f"{directory / DESCRIPTION}: expected the data of fingerprint {expect_fingerprint}, "
            f"found {description['fingerprint']}; prepare the data again"
        )
    store = Store(
        directory=directory,
        dataset=description["dataset"],
        fingerprint=description["fingerprint"],
        identity=description["identity"],
        source=description["source"],
        source_label=description["source_label"],
        columns=tuple(description["columns"]),
        classes=tuple(description["classes"]),
        height=description["height"],
        width=description["width"],
        sizes={name: description["splits"][name]["n"] for name in SPLITS},
    )
    for name in store.sizes:
        store.split(name)
        store.names(name)
    if verify:
        _verify(directory, description["splits"])
    return store


def _file(directory: Path, kind: str, split: str) -> Path:
    return directory / f"{kind}_{split}.{'txt' if kind == 'names' else 'npy'}"


def _missing(path: Path) -> MtlError:
    return MtlError(f"{path}: the file of the prepared data is missing; prepare the data again")


def _content(description: Mapping[str, Any]) -> str:
    return sha256(canonical_json(description))[:FINGERPRINT_LENGTH]


def _read_description(path: Path) -> dict[str, Any]:
    description = read_json(path, "description of the prepared data")
    if not isinstance(description, dict) or description.get("schema") != SCHEMA:
        found = description.get("schema") if isinstance(description, dict) else None
        raise MtlError(
            f"{path}: field 'schema': expected {SCHEMA}, found {found!r}; prepare the data again"
        )
    content = description.pop("content", None)
    if content != _content(description):
        raise MtlError(
            f"{path}: field 'content' does not match the rest: the file was edited; "
            "prepare the data again"
        )
    return description


def _open_array(path: Path, shape: tuple[int, ...]) -> Bytes:
    """Memory-map a uint8 array of exactly this shape that fills its file."""
    try:
        array = np.lib.format.open_memmap(path, mode="r")
    except FileNotFoundError:
        raise _missing(path) from None
    except (ValueError, EOFError) as error:
        raise MtlError(
            f"{path}: truncated or not a NumPy array ({error}); prepare the data again"
        ) from None
    if array.dtype != np.uint8 or array.shape != shape:
        raise MtlError(
            f"{path}: expected uint8 of shape {shape}, found {array.dtype} of shape "
            f"{array.shape}; prepare the data again"
        )
    expected, found = array.offset + array.nbytes, path.stat().st_size
    if found != expected:
        raise MtlError(f"{path}: expected {expected} bytes, found {found}; prepare the data again")
    return array


def _verify(directory: Path, splits: Mapping[str, Mapping[str, str]]) -> None:
    for name, facts in splits.items():
        for kind in ("images", "labels", "names"):
            path = _file(directory, kind, name)
            if sha256_file(path) != facts[f"{kind}_sha256"]:
                raise MtlError(
                    f"{path}: its hash is not the one in {DESCRIPTION}: the file was edited; "
                    "prepare the data again"
                )


def _write_array(path: Path, shape: tuple[int, ...], rows: Iterable[Bytes]) -> str:
    """Write a uint8 array row by row and return the SHA-256 of the file."""
    count = 0
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "|u1", "fortran_order": False, "shape": shape}
        )
        for row in rows:
            if row.shape != shape[1:] or row.dtype != np.uint8:
                raise ValueError(f"row {count} of {path.name} is {row.dtype} {row.shape}")
            file.write(row.tobytes())
            count += 1
    if count != shape[0]:
        raise ValueError(f"{path.name} needs {shape[0]} rows, got {count}")
    return sha256_file(path)


def _check_arguments(
    source: str,
    columns: Sequence[str],
    classes: Sequence[int],
    splits: Mapping[str, SplitSource],
) -> None:
    if source not in SOURCES:
        raise ValueError(f"source must be one of {SOURCES}, found {source!r}")
    if len(columns) != len(classes) or len(set(columns)) != len(columns):
        raise ValueError("columns must be distinct, with one number of classes each")
    if set(splits) != set(SPLITS):
        raise ValueError(f"splits must be {SPLITS}, found {tuple(splits)}")
    for name, content in splits.items():
        labels = content.labels
        if labels.dtype != np.uint8 or labels.shape != (len(content.names), len(columns)):
            raise ValueError(f"labels of '{name}' are {labels.dtype} of shape {labels.shape}")
        if not len(labels) or np.any(labels >= np.asarray(classes)):
            raise ValueError(f"'{name}' is empty or holds labels beyond the number of classes")
        if any(line.splitlines() != [line] for line in content.names):
            raise ValueError(f"a name of '{name}' is empty or holds a line end")
