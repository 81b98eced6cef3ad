"""Small copies of CelebA in every layout that is in use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mtl.data.layouts.celeba import ATTRIBUTES

PLACES = {
    "official": ("Anno/list_attr_celeba.txt", "Eval/list_eval_partition.txt", "Img"),
    "torchvision": ("celeba/list_attr_celeba.txt", "celeba/list_eval_partition.txt", "celeba"),
    "torchvision folder": ("list_attr_celeba.txt", "list_eval_partition.txt", ""),
    "kaggle": ("list_attr_celeba.csv", "list_eval_partition.csv", "img_align_celeba"),
}


@dataclass(frozen=True)
class CelebaCopy:
    """A copy on disk and what it holds."""

    root: Path
    attributes: Path
    partition: Path
    images: Path
    names: list[str]
    labels: np.ndarray
    parts: list[int]

    def edit(self, path: Path, line: int, change: Callable[[str], str]) -> None:
        """Change one line, counted from 1, and keep all line ends."""
        lines = path.read_bytes().decode().splitlines(keepends=True)
        content = lines[line - 1].rstrip("\r\n")
        end = lines[line - 1][len(content) :]
        changed = change(content)
        lines[line - 1] = changed + end if changed else ""
        path.write_bytes("".join(lines).encode())


def write_copy(
    root: Path,
    layout: str = "official",
    line_end: str = "\r\n",
    suffix: str = ".jpg",
    size: tuple[int, int] = (20, 25),
) -> CelebaCopy:
    """Six random images: three train, two val, one test; `size` is width and height."""
    rng = np.random.default_rng(7)
    parts = [0, 0, 0, 1, 1, 2]
    names = [f"{number:06d}.jpg" for number in range(1, len(parts) + 1)]
    labels = rng.integers(0, 2, (len(parts), len(ATTRIBUTES))).astype(np.uint8)
    attributes, partition, parent = (root / place for place in PLACES[layout])
    folder = "img_align_celeba_png" if layout == "official" and suffix == ".png" else None
    images = parent / (folder or "img_align_celeba")
    for directory in (attributes.parent, partition.parent, images):
        directory.mkdir(parents=True, exist_ok=True)
    if layout == "kaggle":
        header = [",".join(("image_id", *ATTRIBUTES))]
        rows = [
            ",".join((name, *(str(2 * int(value) - 1) for value in row)))
            for name, row in zip(names, labels, strict=True)
        ]
        part_rows = [
            "image_id,partition",
            *(f"{name},{part}" for name, part in zip(names, parts, strict=True)),
        ]
    else:
        header = ["202599", " ".join(ATTRIBUTES) + " "]
        rows = [
            f"{name} {' '.join(f'{2 * int(value) - 1:2d}' for value in row).strip()}"
            for name, row in zip(names, labels, strict=True)
        ]
        part_rows = [f"{name} {part}" for name, part in zip(names, parts, strict=True)]
    attributes.write_bytes("".join(line + line_end for line in header + rows).encode())
    partition.write_bytes("".join(line + line_end for line in part_rows).encode())
    for name in names:
        pixels = rng.integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
        Image.fromarray(pixels).save(images / name.replace(".jpg", suffix))
    return CelebaCopy(root, attributes, partition, images, names, labels, parts)


@pytest.fixture
def make_celeba(tmp_path: Path) -> Callable[..., CelebaCopy]:
    """Write a copy at `raw` in the test's folder; see `write_copy` for the arguments."""
    return lambda **arguments: write_copy(tmp_path / "raw", **arguments)
