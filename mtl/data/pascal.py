"""PASCAL-Context with five tasks: classes, parts of people, saliency, edges and surface normals.

Mottaghi et al.: The Role of Context for Object Detection and Semantic Segmentation in the Wild,
CVPR 2014; parts of people by Chen et al. (PASCAL-Part, CVPR 2014); saliency and normals predicted
by networks (Maninis et al., ASTMT, CVPR 2019), whose split of 4,998 images to train and 5,105 to
evaluate this is. InterroGate states the data set; the rules are those of ASTMT's public code [C].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.image_size import check_size
from mtl.data.images import nearest, resize
from mtl.data.layouts import pascal as layout
from mtl.data.layouts.pascal import Scene, read_ids, read_scene
from mtl.data.layouts.pascal_classes import CLASSES as SEMANTIC_CLASSES
from mtl.data.layouts.pascal_classes import PARTS as PART_CLASSES
from mtl.data.store import (
    EDGES,
    IMAGES,
    NORMALS,
    PARTS,
    SALIENCY,
    SEGMENTATION,
    Item,
    SplitSource,
    write_store,
)
from mtl.errors import MtlError, unknown
from mtl.io import sha256

COLUMNS = (SEGMENTATION, PARTS, SALIENCY, EDGES, NORMALS)
CLASSES = (len(SEMANTIC_CLASSES), len(PART_CLASSES), 2, 2, 0)

Task = dict[str, Any]


def tasks5() -> list[Task]:
    """The five tasks, as InterroGate's Table 5 calls them."""
    kinds = {
        "semseg": ("semseg", SEGMENTATION),
        "human": ("human_parts", PARTS),
        "saliency": ("saliency", SALIENCY),
        "edge": ("edges", EDGES),
        "normals": ("normals_l1", NORMALS),
    }
    return [
        {"name": name, "kind": kind, "columns": [column]} for name, (kind, column) in kinds.items()
    ]


PARTITIONS: dict[str, Callable[[], list[Task]]] = {"tasks5": tasks5}


def check_config(config: Mapping[str, Any]) -> None:
    """Check the options of `prepare` without any data.

    Raises:
        MtlError: unless `size` is [height, width] in pixels.
    """
    for name in config:
        if name != "size":
            raise unknown("option", name, ("size",), "pascal")
    check_size(config, "pascal")


def raw_manifest(root: Path | str) -> dict[str, Any]:
    """What identifies a raw copy without decoding its images.

    Returns:
        The number of images of each split and the hash over the names and sizes of their files.

    Raises:
        MtlError: when a list of images cannot be read, or a file is missing.
    """
    root = Path(root)
    content: dict[str, Any] = {"layout": "PASCAL_MT"}
    for split in layout.SPLITS:
        ids = read_ids(root, split)
        sizes = [[str(path.relative_to(root)), _size(path)] for path in _files(root, ids)]
        content[split] = {"images": len(ids), "files_sha256": sha256(sizes)}
    return content


def _files(root: Path, ids: list[str]) -> Iterator[Path]:
    folders = {
        layout.IMAGES: "jpg",
        layout.PARTS: "mat",
        layout.LABELS: "mat",
        layout.NORMALS: "png",
        layout.SALIENCY: "png",
    }
    for name in ids:
        for folder, suffix in folders.items():
            yield root / folder / f"{name}.{suffix}"
        semseg = [root / folder / f"{name}.png" for folder in layout.SEMSEG]
        yield next((path for path in semseg if path.is_file()), semseg[0])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise MtlError(f"{path}: the file cannot be read ({error.strerror})") from None


def prepare(
    root: Path | str,
    config: Mapping[str, Any],
    out: Path | str,
    identity: Mapping[str, Any],
    fingerprint: str,
    source: str,
    source_label: str,
) -> None:
    """Prepare a folder in the layout of PASCAL_MT at `out`.

    Images are scaled whole by an antialiasing bilinear filter, maps by picking the nearest pixel,
    but edges: a pixel is one where any of the pixels that it covers is, since lines of one pixel
    would be torn. The public code picks them like the rest, at 512 pixels, where images hardly
    shrink; it also scales normals by a cubic filter, and images and maps at random.

    Args:
        root: the raw copy.
        config: `size` as [height, width].
        out: the folder of the store; it appears whole or not at all.
        identity, fingerprint, source, source_label: written to the store as they are.

    Raises:
        MtlError: for anything missing, malformed or damaged, naming the file.
    """
    check_config(config)
    root, (height, width) = Path(root), config["size"]
    members = {split: read_ids(root, split) for split in layout.SPLITS}
    write_store(
        out,
        dataset="pascal",
        identity=identity,
        fingerprint=fingerprint,
        source=source,
        source_label=source_label,
        columns=COLUMNS,
        classes=CLASSES,
        targets=COLUMNS,
        height=height,
        width=width,
        splits={
            split: SplitSource(ids, _items(root, ids, height, width))
            for split, ids in members.items()
        },
    )


def _items(root: Path, ids: list[str], height: int, width: int) -> Iterator[Item]:
    for name in ids:
        yield _item(read_scene(root, name), height, width)


def _item(scene: Scene, height: int, width: int) -> Item:
    return {
        IMAGES: resize(scene.image, height, width),
        SEGMENTATION: nearest(scene.segmentation, height, width)[None],
        PARTS: nearest(scene.parts, height, width)[None],
        SALIENCY: nearest(scene.saliency, height, width)[None],
        EDGES: covering(scene.edges, height, width)[None],
        NORMALS: nearest(scene.normals, height, width),
    }


def covering(mask: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Scale a mask so that a new pixel is 1 where any of the pixels that it covers is.

    Along each axis new pixel i of n covers the old ones from floor(i s / n) to ceil((i + 1) s / n);
    where the mask grows, that is one or two.
    """
    for axis, new in ((0, height), (1, width)):
        old = mask.shape[axis]
        starts = np.arange(new) * old // new
        ends = -(-(np.arange(1, new + 1) * old) // new)
        taken = [
            mask.take(range(start, end), axis).max(axis)
            for start, end in zip(starts, ends, strict=True)
        ]
        mask = np.stack(taken, axis)
    return np.ascontiguousarray(mask)
