"""CelebA: 40 binary attributes of aligned faces, as tasks by facial region or one by one.

Liu, Luo, Wang, Tang: Deep Learning Face Attributes in the Wild, ICCV 2015. Preparation follows
the public code of Maximum Roaming, whose protocol ETR-NLP states: the official partition, labels
1 where the file says 1 and 0 otherwise, images scaled and nothing else (no normalisation, crop,
flip or augmentation).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mtl.data import aligned_faces
from mtl.data.layouts.celeba import ATTRIBUTES, find_files, image_sizes
from mtl.io import sha256, sha256_file

COLUMNS = aligned_faces.COLUMNS
CLASSES = aligned_faces.CLASSES

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
    aligned_faces.check_config("celeba", config)


def prepare(
    root: Path | str,
    config: Mapping[str, Any],
    out: Path | str,
    identity: Mapping[str, Any],
    fingerprint: str,
    source: str,
    source_label: str,
) -> None:
    """Prepare a raw copy, or the twin `faces`; see `aligned_faces.prepare`."""
    aligned_faces.prepare("celeba", root, config, out, identity, fingerprint, source, source_label)
