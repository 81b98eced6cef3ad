"""The `faces_probe` twin: painted portraits whose labels are related as closely as a dial says.

Sixteen latents drive one parameter of the portrait each, and every label depends on all of them;
see `teachers`. The images do not depend on the relatedness: twins that differ in that dial alone
show the same faces with other labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.faces_probe import COLUMNS, TEACHERS
from mtl.data.options import option, read_options
from mtl.data.twins import celeba_copy, teachers
from mtl.data.twins.attributes import INDEX, NAMES
from mtl.data.twins.celeba_copy import CHUNK
from mtl.data.twins.painter.canvas import Array
from mtl.data.twins.painter.portrait import paint
from mtl.data.twins.painter.traits import Traits

VERSION = 1
"""Raised when the images or labels of equal dials change on purpose."""

NOTICE = "SYNTHETIC: painted by a program; the labels are functions of how it painted"

DRIVEN: dict[str, tuple[float, float]] = {
    "hair_length": (0.68, 0.07),
    "hairline": (0.300, 0.024),
    "face_width": (0.235, 0.016),
    "face_height": (0.315, 0.018),
    "jaw": (0.66, 0.22),
    "neck_width": (0.10, 0.02),
    "brow_thickness": (0.0125, 0.0035),
    "brow_arch": (0.55, 0.70),
    "eye_opening": (0.0235, 0.0065),
    "eye_shadow": (0.42, 0.18),
    "cheekbones": (0.35, 0.16),
    "nose_length": (0.595, 0.018),
    "mouth_curve": (0.35, 0.60),
    "mouth_opening": (0.0125, 0.0050),
    "lipstick": (0.50, 0.22),
    "stubble": (0.30, 0.12),
}
"""The painter's parameter that each latent drives: its value at 0 and its change per unit.

The painter keeps parameters in bounds; these values reach none within two standard deviations.
"""

_TEACHER_STREAM = 3
"""In the place of a split (0, 1 and 2) in a seed: what the teachers are drawn from."""


@dataclass(frozen=True)
class Dials:
    """What determines the twin.

    Attributes:
        relatedness: the cosine between the directions of any two teachers.
        train, val, test: the number of images of each split.
        seed: of everything random.
        sigma: the individual deviation of every painted parameter that no latent drives.
        noise: the standard deviation of pixel noise, on a scale of 0 to 1.
    """

    relatedness: float = option(low=0, high=1)
    train: int = option(low=1)
    val: int = option(low=1)
    test: int = option(low=1)
    seed: int = option(0, low=0)
    sigma: float = option(1.0, low=0)
    noise: float = option(0.035, low=0)


class LatentTraits(Traits):
    """Faces without any attribute, some of whose parameters are driven by latents.

    The other parameters lie halfway between present and absent, with the usual individual
    deviation, and so do pose, colours, background and light vary as ever.

    Args:
        latents: [B, 16], in the order of `DRIVEN`.
        rng: consumed alike whatever the latents are.
        sigma: scales the individual deviation of the parameters that are not driven.
    """

    def __init__(self, latents: NDArray[np.float64], rng: np.random.Generator, sigma: float):
        super().__init__(np.zeros((len(latents), len(NAMES)), bool), rng, sigma)
        self._driven = {
            name: middle + gain * latents[:, index, None, None].astype(np.float32)
            for index, (name, (middle, gain)) in enumerate(DRIVEN.items())
        }

    def parameter(
        self, name: str, base: float, gains: Mapping[str, float], spread: float = 0.35
    ) -> Array:
        """The driven value, or the base with an individual deviation; [B, 1, 1]."""
        if name in self._driven:
            return self._driven[name]
        largest = max(abs(gain) for gain in gains.values())
        return base + self.normal(self.sigma * spread * largest)


@dataclass(frozen=True)
class Chunk(celeba_copy.Chunk):
    """Some faces with what is written about them.

    Attributes:
        latents: [B, 16], what they were painted and labelled from.
    """

    latents: NDArray[np.float64]


def directions(dials: Dials) -> NDArray[np.float64]:
    """The teachers' directions, [12, 16]; those of equal seeds have the same u."""
    rng = np.random.default_rng([dials.seed, _TEACHER_STREAM])
    return teachers.directions(len(DRIVEN), TEACHERS, dials.relatedness, rng)


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
    latents = rng.standard_normal((CHUNK, len(DRIVEN)))
    person = rng.random(CHUNK)
    labels = np.zeros((CHUNK, len(NAMES)), bool)
    labels[:, [INDEX[name] for name in COLUMNS]] = teachers.answers(latents, directions(dials))
    portraits = paint(LatentTraits(latents, rng, dials.sigma), dials.noise)
    return Chunk(portraits, labels, person, latents)


def check_config(config: Mapping[str, Any]) -> None:
    """Check the dials without painting anything.

    Raises:
        MtlError: for an unknown or missing dial, or a value out of range.
    """
    _dials(config)


def _dials(config: Mapping[str, Any]) -> Dials:
    return read_options(Dials, config, "twin 'faces_probe'")


def generate(config: Mapping[str, Any], out: Path | str) -> None:
    """Write a whole twin at `out`, or nothing, in the layout of `celeba_copy`.

    Equal dials give equal bytes on one machine with one version of NumPy and Pillow, as for the
    twin `faces`. The people in its files have no looks of their own.

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
            "twin": "faces_probe",
            "notice": NOTICE,
            "version": VERSION,
            "dials": asdict(dials),
        },
    )
