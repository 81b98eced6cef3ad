"""CelebA: 40 binary attributes of aligned faces, as tasks by facial region or one by one.

Liu, Luo, Wang, Tang: Deep Learning Face Attributes in the Wild, ICCV 2015. Preparation follows
the public code of Maximum Roaming, whose protocol ETR-NLP states: the official partition, labels
1 where the file says 1 and 0 otherwise, images scaled and nothing else (no normalisation, crop,
flip or augmentation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.images import read_rgb, resize, short_side_size
from mtl.data.layouts.celeba import (
    ATTRIBUTES,
    Annotations,
    find_files,
    image_paths,
    image_sizes,
    read_annotations,
)
from mtl.data.store import SPLITS, SplitSource, write_store
from mtl.errors import MtlError, unknown
from mtl.io import sha256, sha256_file

COLUMNS = ATTRIBUTES
CLASSES = (2,) * len(COLUMNS)

Task = dict[str, Any]

_GROUPS = {
    "global": (2, 10, 13, 14, 18, 20, 25, 26, 39),
    "eyes": (3, 15, 23, 1, 12),
    "hair": (4, 5, 8, 9, 11, 17, 28, 32, 33),
    "mouth": (6, 21, 31, 36),
    "nose": (7, 27),
    "beard": (0, 16, 22, 24, 30),
    "cheek": (19, 29),
    "wearings": (34, 35, 37, 38),
}


def groups8() -> list[Task]:
    """Eight tasks by facial region.

    The sets are Table 1 of ETR-NLP's supplement; the order within a group is that of the public
    code of Maximum Roaming.
    """
    return [
        {"name": name, "kind": "attributes", "columns": [ATTRIBUTES[index] for index in indices]}
        for name, indices in _GROUPS.items()
    ]


def attributes40() -> list[Task]:
    """Forty tasks of one attribute each, in the official order."""
    return [{"name": name, "kind": "attributes", "columns": [name]} for name in ATTRIBUTES]


PARTITIONS: dict[str, Callable[[], list[Task]]] = {
    "groups8": groups8,
    "attributes40": attributes40,
}


def raw_manifest(root: Path | str) -> dict[str, Any]:
    """What identifies a raw copy without decoding its images.

    Returns:
        The layout, the hashes of the two annotation files, the number of image files and the
        hash over their sorted (name, size) pairs.

    Raises:
        MtlError: when the files cannot be found.
    """
    files = find_files(root)
    sizes = image_sizes(files.images)
    return {
        "layout": files.layout,
        "attributes_sha256": sha256_file(files.attributes),
        "partition_sha256": sha256_file(files.partition),
        "images": len(sizes),
        "images_sha256": sha256([[name, size] for name, size in sorted(sizes.items())]),
    }


def check_config(config: Mapping[str, Any]) -> None:
    """Check the options of `prepare` without any data.

    Raises:
        MtlError: unless the only option is a valid `short_side` or `size`.
    """
    for name in config:
        if name not in ("short_side", "size"):
            raise unknown("option", name, ("short_side", "size"), "celeba")
    if len(config) != 1:
        raise MtlError("celeba: expected one of the options 'short_side' and 'size'")
    size = config["size"] if "size" in config else [config["short_side"]] * 2
    if (
        not isinstance(size, (list, tuple))
        or len(size) != 2
        or any(not isinstance(side, int) or isinstance(side, bool) or side < 1 for side in size)
    ):
        raise MtlError(
            "celeba: expected 'short_side' as pixels or 'size' as [height, width] in pixels, "
            f"found {dict(config)}"
        )


def prepare(
    root: Path | str,
    config: Mapping[str, Any],
    out: Path | str,
    identity: Mapping[str, Any],
    fingerprint: str,
    source: str,
    source_label: str,
) -> None:
    """Decode, scale and store every annotated image of a raw copy, or of a twin, at `out`.

    Args:
        root: the raw copy, in any layout that `layouts.celeba` finds.
        config: one of `{"short_side": N}`, torchvision's `Resize(N)` that Maximum Roaming uses
            (64 gives 64 x 78 pixels), and `{"size": [height, width]}`.
        out: the folder of the store; it appears whole or not at all.
        identity, fingerprint, source, source_label: written to the store as they are.

    Raises:
        MtlError: for anything missing, malformed or damaged, naming the file and the line.
    """
    check_config(config)
    files = find_files(root)
    annotations = read_annotations(files)
    paths = image_paths(files, annotations.names)
    members = _members(annotations, files.partition)
    source_width, source_height = read_rgb(paths[0]).size
    height, width = _target_size(config, source_height, source_width)

    def images(indices: NDArray[np.intp]) -> Iterator[NDArray[np.uint8]]:
        for index in indices:
            image = read_rgb(paths[index])
            if image.size != (source_width, source_height):
                raise MtlError(
                    f"{paths[index]}: the image has {image.width} x {image.height} pixels, but "
                    f"{paths[0].name} has {source_width} x {source_height}; all must be equal "
                    "(aligned CelebA has 178 x 218)"
                )
            yield resize(image, height, width)

    write_store(
        out,
        dataset="celeba",
        identity=identity,
        fingerprint=fingerprint,
        source=source,
        source_label=source_label,
        columns=COLUMNS,
        classes=CLASSES,
        height=height,
        width=width,
        splits={
            split: SplitSource(
                names=[annotations.names[index] for index in indices],
                labels=annotations.labels[indices],
                images=images(indices),
            )
            for split, indices in members.items()
        },
    )


def _members(annotations: Annotations, partition: Path) -> dict[str, NDArray[np.intp]]:
    """The images of each split, as positions in the attribute file."""
    members = {
        split: np.flatnonzero(annotations.partition == number)
        for number, split in enumerate(SPLITS)
    }
    for number, (split, indices) in enumerate(members.items()):
        if not len(indices):
            raise MtlError(f"{partition}: no image of the split '{split}' (partition {number})")
    return members


def _target_size(config: Mapping[str, Any], height: int, width: int) -> tuple[int, int]:
    if "short_side" in config:
        return short_side_size(height, width, config["short_side"])
    return config["size"][0], config["size"][1]
