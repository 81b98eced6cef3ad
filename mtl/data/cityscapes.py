"""Cityscapes: seven groups of classes as binary maps, and scaled disparity.

Cordts et al.: The Cityscapes Dataset for Semantic Urban Scene Understanding, CVPR 2016. The
protocol is that of MTAN and Maximum Roaming, which ETR-NLP states: images, labels and disparities
at 128 x 256, no normalisation, no augmentation, evaluation on the split val.

"Depth" is the raw 16-bit disparity p divided by 65535, valid where p is not 0 (inferred: the
release's range is 0 to 0.4922, and 32257 / 65535 = 0.49221). Pixels without disparity (p = 1,
mostly sky) stay valid targets of 1.5e-5, which alone make the printed relative errors of 29 to 68.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.image_size import check_size
from mtl.data.images import nearest, read_map, read_rgb, resize
from mtl.data.layouts import cityscapes_npy as npy
from mtl.data.layouts.arrays import read_image
from mtl.data.layouts.cityscapes import IMAGES, Frame, find_folder, frames
from mtl.data.layouts.cityscapes_classes import GROUPS, HIGHEST_ID, VARIANTS, groups_by_id
from mtl.data.store import DEPTH, SEGMENTATION, Item, SplitSource, write_store
from mtl.data.store import IMAGES as IMAGE
from mtl.errors import MtlError, unknown
from mtl.io import sha256

COLUMNS = (*GROUPS, DEPTH)
CLASSES = (*(2 for _ in GROUPS), 0)
SPLITS = ("train", "val")

RAW = 65535
"""Divides the raw disparity."""

Task = dict[str, Any]


def tasks8() -> list[Task]:
    """One task a group of classes, then depth (paper, supplement's Table 2)."""
    groups = [{"name": name, "kind": SEGMENTATION, "columns": [name]} for name in GROUPS]
    return [*groups, {"name": DEPTH, "kind": DEPTH, "columns": [DEPTH]}]


PARTITIONS: dict[str, Callable[[], list[Task]]] = {"tasks8": tasks8}


def check_config(config: Mapping[str, Any]) -> None:
    """Check the options of `prepare` without any data.

    Raises:
        MtlError: unless `size` is [height, width] in pixels, and `classes`, if given, a variant.
    """
    for name in config:
        if name not in ("size", "classes"):
            raise unknown("option", name, ("size", "classes"), "cityscapes")
    check_size(config, "cityscapes")
    if "classes" in config and config["classes"] not in VARIANTS:
        raise unknown("variant", str(config["classes"]), VARIANTS, "cityscapes: classes")


def raw_manifest(root: Path | str) -> dict[str, Any]:
    """What identifies a raw copy without decoding its images.

    Returns:
        The layout, and for each split the number of frames and the hash over the sorted names and
        sizes of all their files.

    Raises:
        MtlError: when files cannot be found.
    """
    release = npy.find_release(root)
    layout = "official" if release is None else "npy"
    content: dict[str, Any] = {"layout": layout}
    for split in SPLITS:
        paths: list[list[Path]]
        if release is None:
            paths = [[one.image, one.labels, one.disparity] for one in frames(root, split)]
        else:
            paths = [[one.image, one.labels, one.depth] for one in npy.arrays(release, split)]
        sizes = [[path.name, _size(path)] for files in paths for path in files]
        content[split] = {"frames": len(paths), "files_sha256": sha256(sizes)}
    return content


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
    """Prepare the official files, MTAN's release, or the twin `streets`, at `out`.

    Images are scaled with an antialiasing bilinear filter, labels and disparities by picking the
    nearest pixel. MTAN's release must have the size that is asked for: its own scaling is unknown,
    and nothing is scaled twice.

    Args:
        root: the raw copy.
        config: `size` as [height, width], and `classes`, one of `VARIANTS` (the first if absent),
            which only the official files know.
        out: the folder of the store; it appears whole or not at all.
        identity, fingerprint, source, source_label: written to the store as they are.

    Raises:
        MtlError: for anything missing, malformed, damaged or of another size, naming the file.
    """
    check_config(config)
    height, width = config["size"]
    release = npy.find_release(root)
    splits: dict[str, SplitSource] = {}
    if release is not None:
        if "classes" in config:
            raise MtlError(
                f"{release}: MTAN's release has its classes made; remove the option 'classes'"
            )
        for split in SPLITS:
            released = npy.arrays(release, split)
            splits[split] = SplitSource(
                [one.name for one in released], _released(released, height, width)
            )
    else:
        if find_folder(root, IMAGES) is None and Path(root).is_dir():
            raise MtlError(
                f"{root}: expected the official folders (leftImg8bit, gtFine, disparity) or MTAN's "
                "arrays (train/image, or low_res/train/image), found neither"
            )
        table = groups_by_id(config.get("classes", VARIANTS[0]))
        for split in SPLITS:
            found = frames(root, split)
            splits[split] = SplitSource(
                [one.name for one in found], _official(found, table, height, width)
            )
    write_store(
        out,
        dataset="cityscapes",
        identity=identity,
        fingerprint=fingerprint,
        source=source,
        source_label=source_label,
        columns=COLUMNS,
        classes=CLASSES,
        targets=(SEGMENTATION, DEPTH),
        height=height,
        width=width,
        splits=splits,
    )


def _official(
    found: list[Frame], table: NDArray[np.uint8], height: int, width: int
) -> Iterator[Item]:
    for frame in found:
        image = read_rgb(frame.image)
        labels = read_map(frame.labels, np.uint8)
        disparity = read_map(frame.disparity, np.uint16)
        for path, values in ((frame.labels, labels), (frame.disparity, disparity)):
            if values.shape != (image.height, image.width):
                raise MtlError(
                    f"{path}: {values.shape[1]} x {values.shape[0]} pixels, but "
                    f"{frame.image.name} has {image.width} x {image.height}"
                )
        wrong = labels[(labels > HIGHEST_ID) & (labels != 255)]
        if wrong.size:
            raise MtlError(
                f"{frame.labels}: expected labels from 0 to {HIGHEST_ID}, found {wrong.max()}"
            )
        depth = nearest(disparity, height, width).astype(np.float64) / RAW
        yield {
            IMAGE: resize(image, height, width),
            SEGMENTATION: table[nearest(labels, height, width)][None],
            DEPTH: depth.astype(np.float32)[None],
        }


def _released(found: list[npy.Arrays], height: int, width: int) -> Iterator[Item]:
    for one in found:
        item: dict[str, NDArray[Any]] = {
            IMAGE: read_image(one.image),
            SEGMENTATION: npy.read_labels(one.labels)[None],
            DEPTH: npy.read_depth(one.depth)[None],
        }
        paths = zip((one.image, one.labels, one.depth), item.values(), strict=True)
        for path, values in paths:
            if values.shape[1:] != (height, width):
                raise MtlError(
                    f"{path}: expected {height} x {width} (height x width), the option 'size', "
                    f"found {values.shape[1]} x {values.shape[2]}"
                )
        yield item
