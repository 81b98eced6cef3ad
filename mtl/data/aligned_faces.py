"""Data sets in CelebA's layout: aligned faces with 40 binary columns, prepared alike.

Preparation follows the public code of Maximum Roaming: labels 1 where the file says 1 and 0
otherwise, images scaled and nothing else (no normalisation, crop, flip or augmentation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    read_annotations,
)
from mtl.data.store import SPLITS, labelled, write_store
from mtl.errors import MtlError, unknown

COLUMNS = ATTRIBUTES
CLASSES = (2,) * len(COLUMNS)


def check_config(dataset: str, config: Mapping[str, Any]) -> None:
    """Check the options of `prepare` without any data.

    Raises:
        MtlError: unless the only option is a valid `short_side` or `size`.
    """
    for name in config:
        if name not in ("short_side", "size"):
            raise unknown("option", name, ("short_side", "size"), dataset)
    if len(config) != 1:
        raise MtlError(f"{dataset}: expected one of the options 'short_side' and 'size'")
    size = config["size"] if "size" in config else [config["short_side"]] * 2
    if (
        not isinstance(size, (list, tuple))
        or len(size) != 2
        or any(not isinstance(side, int) or isinstance(side, bool) or side < 1 for side in size)
    ):
        raise MtlError(
            f"{dataset}: expected 'short_side' as pixels or 'size' as [height, width] in pixels, "
            f"found {dict(config)}"
        )


def prepare(
    dataset: str,
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
        dataset: the registry name, which the store keeps.
        root: the raw copy, in any layout that `layouts.celeba` finds.
        config: one of `{"short_side": N}`, torchvision's `Resize(N)` that Maximum Roaming uses
            (64 gives 64 x 78 pixels), and `{"size": [height, width]}`.
        out: the folder of the store; it appears whole or not at all.
        identity, fingerprint, source, source_label: written to the store as they are.

    Raises:
        MtlError: for anything missing, malformed or damaged, naming the file and the line.
    """
    check_config(dataset, config)
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
        dataset=dataset,
        identity=identity,
        fingerprint=fingerprint,
        source=source,
        source_label=source_label,
        columns=COLUMNS,
        classes=CLASSES,
        height=height,
        width=width,
        splits={
            split: labelled(
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
