"""NYU-v2: 13 classes as binary maps, depth in metres and surface normals.

Silberman et al.: Indoor Segmentation and Support Inference from RGBD Images, ECCV 2012. The
protocol is that of MTAN and Maximum Roaming, which ETR-NLP states: 795 images to train and 654, the
official test split, to evaluate; no normalisation, no augmentation. As in MTAN's release the latter
are the split val here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.image_size import check_size
from mtl.data.images import nearest, resize
from mtl.data.layouts import nyu as official
from mtl.data.layouts import nyu_npy as npy
from mtl.data.layouts.arrays import read_classes, read_image
from mtl.data.layouts.nyu import LABELED, MAPPING, Labeled, open_labeled, read_splits, scaled_camera
from mtl.data.layouts.nyu_classes import CLASSES_13, classes_13, read_classes_40
from mtl.data.normals import normals_from_depth
from mtl.data.store import DEPTH, IMAGES, NORMALS, SEGMENTATION, Item, SplitSource, write_store
from mtl.errors import MtlError, unknown
from mtl.io import sha256, sha256_file

COLUMNS = (*CLASSES_13, DEPTH, NORMALS)
CLASSES = (*(2 for _ in CLASSES_13), 0, 0)

DEPTHS = ("filled", "raw")
"""The official file's `depths`, or only what the sensor saw."""

_OF_SPLIT = {"train": "train", "val": "test"}

Task = dict[str, Any]


def tasks15() -> list[Task]:
    """One task a class, then depth and normals (paper, supplement)."""
    classes = [{"name": name, "kind": SEGMENTATION, "columns": [name]} for name in CLASSES_13]
    return [
        *classes,
        *({"name": kind, "kind": kind, "columns": [kind]} for kind in (DEPTH, NORMALS)),
    ]


PARTITIONS: dict[str, Callable[[], list[Task]]] = {"tasks15": tasks15}


def check_config(config: Mapping[str, Any]) -> None:
    """Check the options of `prepare` without any data.

    Raises:
        MtlError: unless `size` is [height, width] in pixels, and `depth`, if given, of `DEPTHS`.
    """
    for name in config:
        if name not in ("size", "depth"):
            raise unknown("option", name, ("size", "depth"), "nyu")
    check_size(config, "nyu")
    if "depth" in config and config["depth"] not in DEPTHS:
        raise unknown("depth", str(config["depth"]), DEPTHS, "nyu: depth")


def raw_manifest(root: Path | str) -> dict[str, Any]:
    """What identifies a raw copy without decoding its images.

    Returns:
        The layout; the size of the large official file and the hashes of the small ones, or the
        number and the hash over the names and sizes of the arrays of each split.

    Raises:
        MtlError: when files cannot be found.
    """
    root = Path(root)
    if npy.is_release(root):
        content: dict[str, Any] = {"layout": "npy"}
        for split in npy.SPLITS:
            found = npy.arrays(root, split)
            paths = [
                path for one in found for path in (one.image, one.label, one.depth, one.normal)
            ]
            sizes = [[f"{path.parent.name}/{path.name}", _size(path)] for path in paths]
            content[split] = {"images": len(found), "files_sha256": sha256(sizes)}
        return content
    return {
        "layout": "official",
        "labeled_bytes": _size(root / LABELED),
        "splits_sha256": _hash(root / official.SPLITS),
        "mapping_sha256": _hash(root / MAPPING),
    }


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise MtlError(f"{path}: the file cannot be read ({error.strerror})") from None


def _hash(path: Path) -> str:
    _size(path)
    return sha256_file(path)


def prepare(
    root: Path | str,
    config: Mapping[str, Any],
    out: Path | str,
    identity: Mapping[str, Any],
    fingerprint: str,
    source: str,
    source_label: str,
) -> None:
    """Prepare the official files or MTAN's release at `out`.

    Official images are scaled whole (MTAN's crop of the white borders is unknown) by an
    antialiasing bilinear filter, labels, depths and normals by picking the nearest pixel. Normals
    are computed from the depth as it is in the file (`mtl.data.normals`), since pixels far apart
    lie on different surfaces; MTAN's are those of Eigen and Fergus.
    MTAN's release must have the size that is asked for.

    Args:
        root: the raw copy.
        config: `size` as [height, width], and `depth`, one of `DEPTHS` (the first if absent), which
            only the official files know.
        out: the folder of the store; it appears whole or not at all.
        identity, fingerprint, source, source_label: written to the store as they are.

    Raises:
        MtlError: for anything missing, malformed, damaged or of another size, naming the file.
    """
    check_config(config)
    root = Path(root)

    def write(splits: Mapping[str, SplitSource]) -> None:
        write_store(
            out,
            dataset="nyu",
            identity=identity,
            fingerprint=fingerprint,
            source=source,
            source_label=source_label,
            columns=COLUMNS,
            classes=CLASSES,
            targets=(SEGMENTATION, DEPTH, NORMALS),
            height=config["size"][0],
            width=config["size"][1],
            splits=splits,
        )

    if npy.is_release(root):
        if "depth" in config:
            raise MtlError(f"{root}: MTAN's release has one depth; remove the option 'depth'")
        released = {split: npy.arrays(root, split) for split in npy.SPLITS}
        write(
            {
                split: SplitSource([one.name for one in found], _released(found, config["size"]))
                for split, found in released.items()
            }
        )
        return
    table = classes_13(read_classes_40(root / MAPPING))
    with open_labeled(root / LABELED) as labeled:
        members = read_splits(root / official.SPLITS, labeled.count)
        write(
            {
                split: SplitSource(
                    [f"{index + 1:04d}" for index in members[name]],
                    _official(labeled, members[name], table, config),
                )
                for split, name in _OF_SPLIT.items()
            }
        )


def _official(
    labeled: Labeled, members: NDArray[np.intp], table: NDArray[np.uint8], config: Mapping[str, Any]
) -> Iterator[Item]:
    from PIL import Image

    height, width = config["size"]
    camera = scaled_camera(labeled.width, labeled.height, labeled.width, labeled.height)
    for index in members:
        view = labeled.view(int(index))
        if view.labels.max() >= len(table):
            raise MtlError(
                f"{LABELED}: array 'labels', image {index + 1}: expected labels from 0 to "
                f"{len(table) - 1}, found {view.labels.max()}"
            )
        raw = config.get("depth", DEPTHS[0]) == "raw"
        depth = view.raw_depth if raw else view.depth
        yield {
            IMAGES: resize(Image.fromarray(view.image), height, width),
            SEGMENTATION: table[nearest(view.labels, height, width)][None],
            DEPTH: nearest(depth, height, width)[None],
            NORMALS: nearest(normals_from_depth(depth, camera), height, width),
        }


def _released(found: list[npy.Arrays], size: list[int]) -> Iterator[Item]:
    for one in found:
        item: dict[str, NDArray[Any]] = {
            IMAGES: read_image(one.image),
            SEGMENTATION: read_classes(one.label, len(CLASSES_13))[None],
            DEPTH: npy.read_depth(one.depth)[None],
            NORMALS: npy.read_normals(one.normal),
        }
        paths = (one.image, one.label, one.depth, one.normal)
        for path, values in zip(paths, item.values(), strict=True):
            if list(values.shape[1:]) != list(size):
                raise MtlError(
                    f"{path}: expected {size[0]} x {size[1]} (height x width), the option 'size', "
                    f"found {values.shape[1]} x {values.shape[2]}"
                )
        yield item
