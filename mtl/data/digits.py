"""Pairs of real scanned digits: read the left and the right one, as two tasks.

The 1797 scans of 8 x 8 pixels that ship with scikit-learn (Alpaydin and Kaynak: Optical
Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998) take the place of MNIST
in a MultiMNIST manner (Sener and Koltun, NeurIPS 2018, after Sabour et al., NeurIPS 2017): two
digits share one image. It differs in that the digits lie side by side, overlapping by a chosen
number of pixels, rather than in opposite corners.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.options import option, read_options
from mtl.data.store import SPLITS, SplitSource, labelled, write_store
from mtl.errors import MtlError

COLUMNS = ("left", "right")
CLASSES = (10, 10)

Task = dict[str, Any]
Bytes = NDArray[np.uint8]

SCANS = 1797
SCANS_SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"
"""Of the grey levels 0..16 as uint8 [1797, 8, 8], followed by the digits as uint8 [1797]."""

_SCAN_SIDE = 8
_DARKEST = 16
_SPLIT_SEED = 1797  # fixed, so that no configuration moves a scan between splits
_SPLIT_SHARES = (0.6, 0.2, 0.2)


def left_right() -> list[Task]:
    """Two tasks of ten classes: the left and the right digit."""
    return [{"name": name, "kind": "classes", "columns": [name]} for name in COLUMNS]


PARTITIONS: dict[str, Callable[[], list[Task]]] = {"left_right": left_right}


@dataclass(frozen=True)
class PairOptions:
    """How pairs are drawn and pasted.

    Attributes:
        train, val, test: the number of pairs.
        seed: of the drawing of pairs; the split of the scans does not depend on it.
        side: the side of a digit after scaling, in pixels; the height of the image.
        overlap: columns that the two digits share, in pixels; the image is
            `2 * side - overlap` wide.
        upscale: the interpolation, bilinear or nearest.
    """

    train: int = option(low=1)
    val: int = option(low=1)
    test: int = option(low=1)
    seed: int = option(0, low=0)
    side: int = option(32, low=_SCAN_SIDE)
    overlap: int = option(0, low=0)
    upscale: str = option("bilinear", choices=("bilinear", "nearest"))


def raw_manifest(root: Path | str | None = None) -> dict[str, Any]:
    """What identifies the raw data: known in advance, so that planning needs no scikit-learn.

    `prepare` refuses scans of any other hash. `root` is not used: the scans come with a package.
    """
    return {"scans": SCANS, "scans_sha256": SCANS_SHA256}


def check_config(config: Mapping[str, Any]) -> None:
    """Check the options of `prepare` without any data.

    Raises:
        MtlError: for an unknown or missing option, or a value out of range.
    """
    _options(config)


def prepare(
    root: Path | str | None,
    config: Mapping[str, Any],
    out: Path | str,
    identity: Mapping[str, Any],
    fingerprint: str,
    source: str,
    source_label: str,
) -> None:
    """Split the scans, draw pairs within each split, and store the images at `out`.

    The scans are split before any pair is drawn, so no scan appears in two splits. The name of an
    image is the positions of its left and right scan, `<left>-<right>`.

    Args:
        root: not used.
        config: the fields of `PairOptions`.
        out: the folder of the store; it appears whole or not at all.
        identity, fingerprint, source, source_label: written to the store as they are.

    Raises:
        MtlError: for an invalid configuration, or when the installed scikit-learn ships other
            scans.
    """
    options = _options(config)
    scans, digits = load_scans()
    tiles = upscale(scans, options.side, options.upscale)
    members = split_scans()

    def pair_source(split: str) -> SplitSource:
        rng = np.random.default_rng([options.seed, SPLITS.index(split)])
        pairs = rng.choice(members[split], size=(getattr(options, split), 2))
        return labelled(
            names=[f"{left:04d}-{right:04d}" for left, right in pairs],
            labels=digits[pairs],
            images=_images(tiles, pairs, options.overlap),
        )

    write_store(
        out,
        dataset="digits",
        identity=identity,
        fingerprint=fingerprint,
        source=source,
        source_label=source_label,
        columns=COLUMNS,
        classes=CLASSES,
        height=options.side,
        width=2 * options.side - options.overlap,
        splits={split: pair_source(split) for split in SPLITS},
    )


def load_scans() -> tuple[Bytes, Bytes]:
    """The scans, uint8 [1797, 8, 8] with grey levels 0 (paper) to 16 (ink), and their digits.

    Raises:
        MtlError: when scikit-learn is missing or ships other scans than this project knows.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise MtlError("digits: scikit-learn, which carries the scans, is not installed") from None
    bunch = load_digits()
    scans, digits = bunch.images.astype(np.uint8), bunch.target.astype(np.uint8)
    found = hashlib.sha256(scans.tobytes() + digits.tobytes()).hexdigest()
    if found != SCANS_SHA256:
        raise MtlError(
            f"digits: the scans of the installed scikit-learn have SHA-256 {found}, "
            f"expected {SCANS_SHA256}"
        )
    return scans, digits


def split_scans() -> dict[str, NDArray[np.int64]]:
    """The positions of the scans of each split: 1078 train, 359 val, 360 test, always the same."""
    order = np.random.default_rng(_SPLIT_SEED).permutation(SCANS)
    bounds = np.floor(np.cumsum(_SPLIT_SHARES[:-1]) * SCANS).astype(int)
    return dict(zip(SPLITS, np.split(order, bounds), strict=True))


def upscale(scans: Bytes, side: int, interpolation: str) -> Bytes:
    """The scans as white ink on black, uint8 [N, side, side] with the full range 0 to 255."""
    from PIL import Image

    grey = np.rint(scans * (255 / _DARKEST)).astype(np.uint8)
    kernel = Image.Resampling[interpolation.upper()]
    return np.stack(
        [np.asarray(Image.fromarray(scan).resize((side, side), kernel)) for scan in grey]
    )


def _images(tiles: Bytes, pairs: NDArray[np.int64], overlap: int) -> Iterator[Bytes]:
    """Each pair side by side as uint8 [3, H, W] of equal channels; shared columns keep more ink."""
    side = tiles.shape[1]
    for left, right in pairs:
        canvas = np.zeros((side, 2 * side - overlap), np.uint8)
        canvas[:, :side] = tiles[left]
        shared = canvas[:, side - overlap :]
        np.maximum(shared, tiles[right], out=shared)
        yield np.broadcast_to(canvas, (3, *canvas.shape))


def _options(config: Mapping[str, Any]) -> PairOptions:
    options = read_options(PairOptions, config, "digits")
    if options.overlap > options.side:
        raise MtlError(
            f"digits: option 'overlap' must be at most 'side' ({options.side}), "
            f"found {options.overlap}"
        )
    return options
