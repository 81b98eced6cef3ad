"""The `rooms` twin: toy rooms in NYU-v2's official layout, with exact depths and classes.

Images are smaller than the official 640 x 480, with the same field of view; the map from labels to
classes is invented, and read like the real one.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtl.data.layouts.nyu import LABELED, MAPPING, SPLITS
from mtl.data.options import option, read_options
from mtl.data.twins.caster.camera import Camera
from mtl.data.twins.folder import chunks, twin_folder
from mtl.data.twins.matlab import mat_file
from mtl.data.twins.room import layout
from mtl.data.twins.room.appearance import paint
from mtl.data.twins.room.layout import Room
from mtl.data.twins.room.sensor import class_map, draw_cameras, label, raw_depth

VERSION = 1
"""Raised when the images of equal dials change on purpose."""

NOTICE = "SYNTHETIC: cast by a program; no photographs, nothing derived from NYU-v2"

CHUNK = 16
"""Rooms cast together from one generator."""


@dataclass(frozen=True)
class Dials:
    """What determines the twin.

    Attributes:
        train, val: the number of images to train, and of the official split test, which is val.
        seed: of everything random.
        height, width: of the images, in pixels; the real ones have 480 x 640.
        noise: the standard deviation of pixel noise, on a scale of 0 to 1.
    """

    train: int = option(low=1)
    val: int = option(low=1)
    seed: int = option(0, low=0)
    height: int = option(96, low=24)
    width: int = option(128, low=32)
    noise: float = option(0.02, low=0)


@dataclass(frozen=True)
class Chunk:
    """Some rooms with everything that is written of them.

    Attributes:
        camera: of each image.
        room: as cast.
        images: uint8 [B, H, W, 3].
        raw_depths: float32 [B, H, W], metres, 0 where the sensor sees nothing.
        labels: uint16 [B, H, W], 0 to 894.
    """

    camera: Camera
    room: Room
    images: NDArray[np.uint8]
    raw_depths: NDArray[np.float32]
    labels: NDArray[np.uint16]


def draw_chunk(dials: Dials, split: int, chunk: int) -> Chunk:
    """Draw the rooms `CHUNK * chunk` and following of a split (0 train, 1 val)."""
    rng = np.random.default_rng([dials.seed, split, chunk])
    camera = draw_cameras(rng, CHUNK, dials.height, dials.width)
    room = layout.build(camera, rng)
    images = paint(room, camera, rng, dials.noise)
    return Chunk(camera, room, images, raw_depth(room, rng), label(room, rng))


def check_config(config: Mapping[str, Any]) -> None:
    """Check the dials without casting anything.

    Raises:
        MtlError: for an unknown or missing dial, or a value out of range.
    """
    _dials(config)


def _dials(config: Mapping[str, Any]) -> Dials:
    return read_options(Dials, config, "twin 'rooms'")


def generate(config: Mapping[str, Any], out: Path | str) -> None:
    """Write a whole twin at `out`, or nothing.

    Equal dials give equal bytes on one machine with one version of NumPy, HDF5 and SciPy.

    Args:
        config: the fields of `Dials`.
        out: the folder.

    Raises:
        MtlError: for an invalid configuration, a full disk or a folder that cannot be written.
    """
    dials = _dials(config)
    manifest = {
        "twin": "rooms",
        "notice": NOTICE,
        "version": VERSION,
        "dials": asdict(dials),
        "differs": "images are smaller than 640 x 480; the map of the labels is invented",
    }
    count = dials.train + dials.val
    # As in the official splits, images to train and to test take turns.
    order = np.random.default_rng(dials.seed).permutation(count)
    members = {"train": order[: dials.train], "test": order[dials.train :]}
    with twin_folder(out, manifest) as folder:
        folder.write(LABELED, _labeled(dials, members))
        columns = {
            f"{name}Ndxs": np.sort(places + 1).astype(np.uint16)[:, None]
            for name, places in members.items()
        }
        folder.write(SPLITS, mat_file(columns))
        folder.write(MAPPING, mat_file({"mapClass": class_map()[None]}))


def _labeled(dials: Dials, members: Mapping[str, NDArray[np.intp]]) -> bytes:
    """The MATLAB 7.3 file, with the axes as HDF5 has them: reversed."""
    import h5py

    count, plane = dials.train + dials.val, (dials.width, dials.height)
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        images = file.create_dataset("images", (count, 3, *plane), np.uint8)
        depths = file.create_dataset("depths", (count, *plane), np.float32)
        raw_depths = file.create_dataset("rawDepths", (count, *plane), np.float32)
        labels = file.create_dataset("labels", (count, *plane), np.uint16)
        for number, places in enumerate(members.values()):
            for chunk, used in chunks(len(places), CHUNK):
                drawn = draw_chunk(dials, number, chunk)
                for position in range(used):
                    place = places[CHUNK * chunk + position]
                    images[place] = drawn.images[position].transpose(2, 1, 0)
                    depths[place] = drawn.room.views.depth[position].T
                    raw_depths[place] = drawn.raw_depths[position].T
                    labels[place] = drawn.labels[position].T
    return buffer.getvalue()
