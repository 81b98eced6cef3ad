"""Tiny copies of NYU-v2's official files, of noise."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from scipy.io import savemat

COUNT, HEIGHT, WIDTH = 5, 6, 8
TRAIN, TEST = (1, 3, 4), (2, 5)


def arrays() -> dict[str, np.ndarray]:
    """In the order of axes of images: [N, H, W, ...]."""
    rng = np.random.default_rng(0)
    depth = rng.uniform(0.5, 9, (COUNT, HEIGHT, WIDTH)).astype(np.float32)
    raw = np.where(rng.random(depth.shape) < 0.2, 0, depth).astype(np.float32)
    return {
        "images": rng.integers(0, 256, (COUNT, HEIGHT, WIDTH, 3)).astype(np.uint8),
        "depths": depth,
        "rawDepths": raw,
        "labels": rng.integers(0, 895, (COUNT, HEIGHT, WIDTH)).astype(np.uint16),
    }


def write(root: Path, **changes: np.ndarray | None) -> Path:
    """The three files; `changes` replace arrays, None leaves one out."""
    root.mkdir(parents=True, exist_ok=True)
    with h5py.File(root / "nyu_depth_v2_labeled.mat", "w", userblock_size=512) as file:
        for name, values in (arrays() | changes).items():
            if values is not None:
                file[name] = values.transpose(0, *range(values.ndim - 1, 0, -1))
    columns = {f"{k}Ndxs": np.array(v, np.uint16)[:, None] for k, v in splits().items()}
    savemat(root / "splits.mat", columns)
    savemat(root / "classMapping40.mat", {"mapClass": mapping()[None]})
    return root


def splits() -> dict[str, tuple[int, ...]]:
    return {"train": TRAIN, "test": TEST}


def mapping() -> np.ndarray:
    """Every class occurs."""
    return (np.arange(894) * 7 % 40 + 1).astype(np.uint8)
