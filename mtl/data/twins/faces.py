"""The `faces` twin: painted portraits with CelebA's 40 attributes, in CelebA's official layout.

Every attribute changes something visible, so that multi-task methods can be compared without a
photograph. The reader, the preparation and the training treat the twin as they treat CelebA.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.options import option, read_options
from mtl.data.twins import attributes as table
from mtl.data.twins import celeba_copy
from mtl.data.twins.celeba_copy import CHUNK
from mtl.data.twins.painter.portrait import render

VERSION = 1
"""Raised when the images of equal dials change on purpose."""

NOTICE = "SYNTHETIC: painted by a program; no photographs, nothing derived from CelebA"


@dataclass(frozen=True)
class Dials:
    """What determines the twin.

    Attributes:
        train, val, test: the number of images of each split.
        seed: of everything random.
        rho: the strength of the correlations between attributes; 0 makes them independent.
        sigma: the individual deviation of every painted parameter: the difficulty.
        noise: the standard deviation of pixel noise, on a scale of 0 to 1.
        label_noise: the probability that a written label is wrong.
    """

    train: int = option(low=1)
    val: int = option(low=1)
    test: int = option(low=1)
    seed: int = option(0, low=0)
    rho: float = option(1.0, low=0, high=1)
    sigma: float = option(1.0, low=0)
    noise: float = option(0.035, low=0)
    label_noise: float = option(0.0, low=0, high=0.5)


@dataclass(frozen=True)
class Chunk(celeba_copy.Chunk):
    """Some faces with what is written about them.

    Attributes:
        present: bool [B, 40], the attributes as painted; `labels` has the label noise.
    """

    present: NDArray[np.bool_]


def draw_chunk(dials: Dials, split: int, chunk: int) -> Chunk:
    """Draw the faces `CHUNK * chunk` and following of a split.

    Each chunk has its own generator and is always drawn whole, so that chunks can be drawn in any
    order and a smaller split is the beginning of a larger one.

    Args:
        dials: of the twin.
        split: 0 train, 1 val, 2 test.
        chunk: counts from 0.
    """
    rng = np.random.default_rng([dials.seed, split, chunk])
    present = table.sample(CHUNK, rng, dials.rho)
    flipped = rng.random(present.shape) < dials.label_noise
    person = rng.random(CHUNK)
    portraits = render(present, rng, dials.sigma, dials.noise)
    return Chunk(portraits, labels=present ^ flipped, person=person, present=present)


def check_config(config: Mapping[str, Any]) -> None:
    """Check the dials without painting anything.

    Raises:
        MtlError: for an unknown or missing dial, or a value out of range.
    """
    _dials(config)


def _dials(config: Mapping[str, Any]) -> Dials:
    return read_options(Dials, config, "twin 'faces'")


def generate(config: Mapping[str, Any], out: Path | str) -> None:
    """Write a whole twin at `out`, or nothing.

    The layout is that of `celeba_copy`.

    The people of the splits are disjoint, as CelebA's are, but have no looks of their own. Equal
    dials give equal bytes on one machine with one version of NumPy and Pillow; another may round
    the sine of a float or compress a block differently.

    Args:
        config: the fields of `Dials`.
        out: the folder.

    Raises:
        MtlError: for an invalid configuration, a full disk or a folder that cannot be written.
    """
    dials = _dials(config)
    celeba_copy.write(
        out,
        sizes=(dials.train, dials.val, dials.test),
        draw=lambda split, chunk: draw_chunk(dials, split, chunk),
        manifest={
            "twin": "faces",
            "notice": NOTICE,
            "version": VERSION,
            "dials": asdict(dials),
        },
    )
