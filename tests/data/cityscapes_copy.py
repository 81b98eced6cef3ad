"""Tiny copies of Cityscapes in its layouts, of noise."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

CAMERA = {
    "extrinsic": {"baseline": 0.209313, "pitch": 0.038, "roll": 0.0, "x": 1.7, "y": 0.1, "z": 1.22},
    "intrinsic": {"fx": 2262.52, "fy": 2265.3, "u0": 1096.98, "v0": 513.137},
}
NAMES = {
    "train": ("ulm_000001_000019", "aachen_000000_000019", "aachen_000002_000019"),
    "val": ("lindau_000000_000019",),
}
HEIGHT, WIDTH = 8, 16
LABELS = (0, 1, 7, 8, 9, 11, 17, 20, 21, 23, 24, 26, 29, 33)
DISPARITIES = (0, 1, 2, 257, 32257)


def official(
    root: Path, *, wrapped: bool = False, height: int = HEIGHT, width: int = WIDTH
) -> Path:
    """The official layout; files are made in an order that is not the sorted one."""

    def folder(kind: str, split: str, city: str) -> Path:
        base = root / f"{kind}_trainvaltest" if wrapped else root
        made = base / kind / split / city
        made.mkdir(parents=True, exist_ok=True)
        return made

    rng = np.random.default_rng(0)
    for split, names in NAMES.items():
        for name in names:
            city = name.split("_")[0]
            image = rng.integers(0, 256, (height, width, 3), np.uint8)
            labels = rng.choice(LABELS, (height, width)).astype(np.uint8)
            disparity = rng.choice(DISPARITIES, (height, width)).astype(np.uint16)
            images = folder("leftImg8bit", split, city)
            Image.fromarray(image).save(images / f"{name}_leftImg8bit.png")
            fine = folder("gtFine", split, city)
            Image.fromarray(labels).save(fine / f"{name}_gtFine_labelIds.png")
            Image.fromarray(disparity).save(
                folder("disparity", split, city) / f"{name}_disparity.png"
            )
            camera = folder("camera", split, city) / f"{name}_camera.json"
            camera.write_text(json.dumps(CAMERA))
    return root


def released(
    root: Path, *, labels: str = "label_7", dtype: type = np.float64, low_res: bool = False
) -> Path:
    """MTAN's arrays; twelve frames to train, so that names sort otherwise than numbers."""
    rng = np.random.default_rng(0)
    for split, count in (("train", 12), ("val", 2)):
        base = (root / "low_res" if low_res else root) / split
        values = {
            "image": rng.random((count, HEIGHT, WIDTH, 3)).astype(np.float32),
            labels: rng.integers(-1, 7, (count, HEIGHT, WIDTH)).astype(dtype),
            "depth": (rng.choice(DISPARITIES, (count, HEIGHT, WIDTH, 1)) / 65535).astype(dtype),
        }
        for name, arrays in values.items():
            (base / name).mkdir(parents=True)
            for number, array in enumerate(arrays):
                np.save(base / name / f"{number}.npy", array)
    return root
