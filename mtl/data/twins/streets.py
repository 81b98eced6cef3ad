"""The `streets` twin: toy streets in Cityscapes' official layout, with exact labels and distances.

Disparities are in pixels of Cityscapes' full width whatever the size of the images, with a camera
file for each of them, so that raw values, their division by 65535 and the way back to metres are
those of the real data. Unlike there, the split test has true labels.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.cityscapes import Camera
from mtl.data.options import option, read_options
from mtl.data.twins.folder import chunks, twin_folder
from mtl.data.twins.street import layout
from mtl.data.twins.street.appearance import paint
from mtl.data.twins.street.layout import Street
from mtl.data.twins.street.stereo import draw_cameras, measure
from mtl.io import canonical_json

VERSION = 1
"""Raised when the images of equal dials change on purpose."""

NOTICE = "SYNTHETIC: cast by a program; no photographs, nothing derived from Cityscapes"

CHUNK = 16
"""Streets cast together from one generator."""

CITIES = {
    "train": ("aachen", "bochum", "cologne", "hamburg", "stuttgart", "ulm"),
    "val": ("frankfurt", "lindau", "munster"),
    "test": ("berlin", "bonn", "mainz"),
}
"""Names of the real splits, in turn for `_FRAMES_OF_A_CITY` frames each."""

_FRAMES_OF_A_CITY = 20


@dataclass(frozen=True)
class Dials:
    """What determines the twin.

    Attributes:
        train, val, test: the number of images of each split.
        seed: of everything random.
        height, width: of the images, in pixels; the real ones have 1024 x 2048.
        noise: the standard deviation of pixel noise, on a scale of 0 to 1.
    """

    train: int = option(low=1)
    val: int = option(low=1)
    test: int = option(low=1)
    seed: int = option(0, low=0)
    height: int = option(64, low=16)
    width: int = option(128, low=32)
    noise: float = option(0.02, low=0)


@dataclass(frozen=True)
class Chunk:
    """Some streets with everything that is written of them.

    Attributes:
        street: as cast.
        images: uint8 [B, H, W, 3].
        disparities: uint16 [B, H, W], raw.
        cameras: of each image.
    """

    street: Street
    images: NDArray[np.uint8]
    disparities: NDArray[np.uint16]
    cameras: list[Camera]


def draw_chunk(dials: Dials, split: int, chunk: int) -> Chunk:
    """Draw the streets `CHUNK * chunk` and following of a split (0 train, 1 val, 2 test)."""
    rng = np.random.default_rng([dials.seed, split, chunk])
    camera, cameras = draw_cameras(rng, CHUNK, dials.height, dials.width)
    street = layout.build(camera, rng)
    return Chunk(
        street, paint(street, camera, rng, dials.noise), measure(street, cameras, rng), cameras
    )


def check_config(config: Mapping[str, Any]) -> None:
    """Check the dials without casting anything.

    Raises:
        MtlError: for an unknown or missing dial, or a value out of range.
    """
    _dials(config)


def _dials(config: Mapping[str, Any]) -> Dials:
    return read_options(Dials, config, "twin 'streets'")


def generate(config: Mapping[str, Any], out: Path | str) -> None:
    """Write a whole twin at `out`, or nothing.

    Equal dials give equal bytes on one machine with one version of NumPy and Pillow.

    Args:
        config: the fields of `Dials`.
        out: the folder.

    Raises:
        MtlError: for an invalid configuration, a full disk or a folder that cannot be written.
    """
    dials = _dials(config)
    manifest = {
        "twin": "streets",
        "notice": NOTICE,
        "version": VERSION,
        "dials": asdict(dials),
        "differs": "images are smaller than 2048 x 1024; the split test has true labels",
    }
    with twin_folder(out, manifest) as folder:
        for number, split in enumerate(CITIES):
            for chunk, used in chunks(getattr(dials, split), CHUNK):
                drawn = draw_chunk(dials, number, chunk)
                for position in range(used):
                    place = frame_place(split, CHUNK * chunk + position)
                    folder.write(
                        f"leftImg8bit/{place}_leftImg8bit.png", _png(drawn.images[position])
                    )
                    labels = drawn.street.labels[position]
                    folder.write(f"gtFine/{place}_gtFine_labelIds.png", _png(labels))
                    folder.write(
                        f"disparity/{place}_disparity.png", _png(drawn.disparities[position])
                    )
                    folder.write(f"camera/{place}_camera.json", _camera(drawn.cameras[position]))


def frame_place(split: str, index: int) -> str:
    """`{split}/{city}/{city}_{seq}_{frame}` of a frame."""
    cities = CITIES[split]
    city = cities[index // _FRAMES_OF_A_CITY % len(cities)]
    return f"{split}/{city}/{city}_{index:06d}_000019"


def _png(values: NDArray[Any]) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _camera(camera: Camera) -> bytes:
    """The official fields; those that the caster has none of are 0."""
    extrinsic = {"baseline": camera.baseline, "pitch": 0.0, "roll": 0.0, "yaw": 0.0}
    place = {"x": 0.0, "y": 0.0, "z": 0.0}
    intrinsic = {"fx": camera.fx, "fy": camera.fy, "u0": camera.u0, "v0": camera.v0}
    return canonical_json({"extrinsic": {**extrinsic, **place}, "intrinsic": intrinsic}).encode()
