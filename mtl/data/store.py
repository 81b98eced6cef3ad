"""The prepared store: one folder of plain NumPy arrays with a description that guards them.

store.json               what the data are, their columns, and the hash of every other file
images_<split>.npy       uint8 [N, 3, H, W]
<target>_<split>.npy     what is known of the images, one file for each of the store's targets
names_<split>.txt        one line an image: its name in the raw data

Targets of whole images:
labels          uint8 [N, A], the class of each of the A columns
Targets of every pixel, where the columns are the classes of the segmentation in the order of their
numbers, then "depth" and "normals" as far as the store has them; or one column for each target, of
its name and with the number of its classes:
segmentation    uint8 [N, 1, H, W], the number of the class; 255 is void
parts           uint8 [N, 1, H, W], the number of the part of a person; 255 is void
saliency        uint8 [N, 1, H, W], 1 is salient
edges           uint8 [N, 1, H, W], 1 is an edge
depth           float32 [N, 1, H, W], in the data set's unit; 0 is invalid
normals         float32 [N, 3, H, W], unit vectors (right, down, forward); 0 0 0 is invalid
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mtl.errors import MtlError, unknown
from mtl.io import (
    FINGERPRINT_LENGTH,
    atomic_directory,
    canonical_json,
    read_json,
    sha256,
    sha256_file,
)

SCHEMA = 2
SPLITS = ("train", "val", "test")
NEEDED = ("train", "val")
"""The splits that every store has."""

SOURCES = ("twin", "real")
DESCRIPTION = "store.json"
CHANNELS = 3
IMAGES, LABELS = "images", "labels"
DEPTH, NORMALS, SEGMENTATION = "depth", "normals", "segmentation"
PARTS, SALIENCY, EDGES = "parts", "saliency", "edges"
VOID = 255
"""The number of no class in a map of classes."""

_PIXELWISE: dict[str, tuple[DTypeLike, int]] = {
    SEGMENTATION: (np.uint8, 1),
    PARTS: (np.uint8, 1),
    SALIENCY: (np.uint8, 1),
    EDGES: (np.uint8, 1),
    DEPTH: (np.float32, 1),
    NORMALS: (np.float32, 3),
}
"""Type and channels of the targets of every pixel."""

TARGETS = (LABELS, *_PIXELWISE)

Bytes = NDArray[np.uint8]
Item = Mapping[str, NDArray[Any]]
"""An image and its targets, by name."""


@dataclass(frozen=True)
class Split:
    """The memory-mapped arrays of one split: images [N, 3, H, W], and the targets by name."""

    images: Bytes
    targets: dict[str, NDArray[Any]]

    @property
    def labels(self) -> Bytes:
        """uint8 [N, A]; a store of maps has none."""
        return self.targets[LABELS]


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
        columns: the names of what is known of an image or a pixel.
        classes: the number of classes of each column; 2 for a binary attribute or a class of a
            segmentation, 0 for what is measured.
        targets: the names of the target arrays, of `TARGETS`.
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
    targets: tuple[str, ...]
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
        arrays = {
            array: _open_array(_file(self.directory, array, name), size, form)
            for array, form in _forms(
                self.targets, len(self.columns), self.height, self.width
            ).items()
        }
        return Split(images=arrays.pop(IMAGES), targets=arrays)

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
        items: N images uint8 [3, H, W] with their targets, consumed one at a time, so that they
            need not fit in memory together.
    """

    names: Sequence[str]
    items: Iterable[Item]


def labelled(names: Sequence[str], labels: Bytes, images: Iterable[Bytes]) -> SplitSource:
    """A split of images uint8 [3, H, W] with labels uint8 [N, A]."""
    pairs = zip(images, labels, strict=True)
    return SplitSource(names, ({IMAGES: image, LABELS: label} for image, label in pairs))


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
    targets: Sequence[str] = (LABELS,),
) -> None:
    """Write a whole store or nothing; see `Store` for the arguments.

    The arrays are written as they come rather than through a memory map: a full disk is then an
    error that can be reported, where a memory map would kill the process with SIGBUS.

    Raises:
        MtlError: when the disk is full or the folder cannot be written; whatever an iterator of
            items raises passes through. In either case nothing is left behind.
        ValueError: when the arguments contradict each other.
    """
    _check_arguments(source, columns, classes, targets, splits)
    forms = _forms(targets, len(columns), height, width)
    checks = _checks(targets, columns, classes)
    with atomic_directory(directory) as folder:
        facts: dict[str, dict[str, Any]] = {}
        for name, content in splits.items():
            paths = {array: _file(folder, array, name) for array in forms}
            _write_arrays(paths, forms, len(content.names), content.items, checks)
            names = _file(folder, "names", name)
            names.write_bytes("".join(f"{line}\n" for line in content.names).encode())
            facts[name] = {
                "n": len(content.names),
                **{f"{array}_sha256": sha256_file(path) for array, path in paths.items()},
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
            "targets": list(targets),
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
        targets=tuple(description["targets"]),
        height=description["height"],
        width=description["width"],
        sizes={
            name: description["splits"][name]["n"]
            for name in SPLITS
            if name in description["splits"]
        },
    )
    for name in store.sizes:
        store.split(name)
        store.names(name)
    if verify:
        _verify(store, description["splits"])
    return store


Form = tuple[np.dtype[Any], tuple[int, ...]]
"""The type of an array and the shape of one image's part of it."""


def _forms(targets: Sequence[str], columns: int, height: int, width: int) -> dict[str, Form]:
    """The form of each array of a store by name, the images first."""
    forms: dict[str, Form] = {IMAGES: (np.dtype(np.uint8), (CHANNELS, height, width))}
    for target in targets:
        if target == LABELS:
            forms[target] = (np.dtype(np.uint8), (columns,))
        else:
            dtype, channels = _PIXELWISE[target]
            forms[target] = (np.dtype(dtype), (channels, height, width))
    return forms


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


def _open_array(path: Path, size: int, form: Form) -> NDArray[Any]:
    """Memory-map an array of exactly this size and form that fills its file."""
    dtype, shape = form[0], (size, *form[1])
    try:
        array = np.lib.format.open_memmap(path, mode="r")
    except FileNotFoundError:
        raise _missing(path) from None
    except (ValueError, EOFError) as error:
        raise MtlError(
            f"{path}: truncated or not a NumPy array ({error}); prepare the data again"
        ) from None
    if array.dtype != dtype or array.shape != shape:
        raise MtlError(
            f"{path}: expected {dtype} of shape {shape}, found {array.dtype} of shape "
            f"{array.shape}; prepare the data again"
        )
    expected, found = array.offset + array.nbytes, path.stat().st_size
    if found != expected:
        raise MtlError(f"{path}: expected {expected} bytes, found {found}; prepare the data again")
    return array


def _verify(store: Store, splits: Mapping[str, Mapping[str, str]]) -> None:
    for name, facts in splits.items():
        for kind in (IMAGES, *store.targets, "names"):
            path = _file(store.directory, kind, name)
            if sha256_file(path) != facts[f"{kind}_sha256"]:
                raise MtlError(
                    f"{path}: its hash is not the one in {DESCRIPTION}: the file was edited; "
                    "prepare the data again"
                )


def _write_arrays(
    paths: Mapping[str, Path],
    forms: Mapping[str, Form],
    size: int,
    items: Iterable[Item],
    checks: Mapping[str, Check],
) -> None:
    """Write the arrays of a split side by side, item by item."""
    with contextlib.ExitStack() as stack:
        files = {array: stack.enter_context(open(path, "wb")) for array, path in paths.items()}
        for array, (dtype, shape) in forms.items():
            descr = np.lib.format.dtype_to_descr(dtype)
            np.lib.format.write_array_header_1_0(
                files[array], {"descr": descr, "fortran_order": False, "shape": (size, *shape)}
            )
        count = 0
        for item in items:
            for array, form in forms.items():
                row = item[array]
                where = f"row {count} of {paths[array].name}"
                _check_row(where, array, row, form, checks.get(array))
                files[array].write(np.ascontiguousarray(row).tobytes())
            count += 1
    if count != size:
        raise ValueError(f"{paths[IMAGES].name} needs {size} rows, got {count}")


def _check_row(where: str, array: str, row: NDArray[Any], form: Form, check: Check | None) -> None:
    if (row.dtype, row.shape) != form:
        raise ValueError(f"{where} is {row.dtype} {row.shape}, expected {form[0]} {form[1]}")
    if check is not None and not check(row):
        raise ValueError(f"{where} holds values that '{array}' cannot have")


Check = Callable[[NDArray[Any]], bool]


def _checks(
    targets: Sequence[str], columns: Sequence[str], classes: Sequence[int]
) -> dict[str, Check]:
    """What the values of each target must pass."""
    of_column = dict(zip(columns, classes, strict=True))
    # Without a column of its own, a segmentation has the binary ones, which come first.
    binary = sum(count == 2 for count in classes)
    return {
        target: _CHECKS[target](classes if target == LABELS else of_column.get(target) or binary)
        for target in targets
    }


def _labels_below(classes: Sequence[int]) -> Check:
    limits = np.asarray(classes)
    return lambda row: bool(np.all(row < limits))


def _classes_below(count: int) -> Check:
    """Numbers of classes, or void."""
    return lambda row: bool(np.all((row < count) | (row == VOID)))


def _whole_below(count: int) -> Check:
    return lambda row: bool(np.all(row < count))


def _depths(_: int) -> Check:
    return lambda row: bool(np.isfinite(row).all() and (row >= 0).all())


def _unit_vectors(_: int) -> Check:
    """Unit vectors, to the rounding of stored images, or zeros."""

    def check(row: NDArray[Any]) -> bool:
        length = np.linalg.norm(row, axis=0)
        return bool(np.all((length == 0) | (np.abs(length - 1) < _ROUNDING)))

    return check


_ROUNDING = 0.02
_CHECKS: dict[str, Callable[[Any], Check]] = {
    LABELS: _labels_below,
    SEGMENTATION: _classes_below,
    PARTS: _classes_below,
    SALIENCY: _whole_below,
    EDGES: _whole_below,
    DEPTH: _depths,
    NORMALS: _unit_vectors,
}
"""From the number of classes, or those of all columns, to the check."""


def _check_arguments(
    source: str,
    columns: Sequence[str],
    classes: Sequence[int],
    targets: Sequence[str],
    splits: Mapping[str, SplitSource],
) -> None:
    if source not in SOURCES:
        raise ValueError(f"source must be one of {SOURCES}, found {source!r}")
    if len(columns) != len(classes) or len(set(columns)) != len(columns):
        raise ValueError("columns must be distinct, with one number of classes each")
    if not targets or not set(targets) <= set(TARGETS):
        raise ValueError(f"targets must be of {TARGETS}, found {tuple(targets)}")
    if not set(NEEDED) <= set(splits) <= set(SPLITS):
        raise ValueError(f"splits must be {SPLITS}, or {NEEDED}, found {tuple(splits)}")
    for name, content in splits.items():
        if not len(content.names):
            raise ValueError(f"'{name}' is empty")
        if any(line.splitlines() != [line] for line in content.names):
            raise ValueError(f"a name of '{name}' is empty or holds a line end")
