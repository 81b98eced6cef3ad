"""A tiny folder in the layout of PASCAL_MT, written apart from the twin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat

HEIGHT, WIDTH = 6, 8
PERSON_LABEL, SKY_LABEL = 284, 360
"""PASCAL-Context's; normals count on the first."""


def write_scene(root: Path, name: str, objects: list[dict], voc: bool = True) -> None:
    """An image whose right half is a person, before the sky."""
    for folder in (
        "JPEGImages", "semseg/VOC12", "semseg/pascal-context", "human_parts",
        "pascal-context/trainval", "normals_distill", "sal_distill",
    ):  # fmt: skip
        (root / folder).mkdir(parents=True, exist_ok=True)
    person = np.zeros((HEIGHT, WIDTH), dtype=bool)
    person[:, WIDTH // 2 :] = True
    pixels = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(root / f"JPEGImages/{name}.jpg", quality=95)
    classes = Image.fromarray(np.where(person, 15, 0).astype(np.uint8))
    folder = "VOC12" if voc else "pascal-context"
    if voc:
        classes.putpalette([k for value in range(256) for k in (value, 0, 255 - value)])
    classes.save(root / f"semseg/{folder}/{name}.png")
    labels = np.where(person, PERSON_LABEL, SKY_LABEL).astype(np.uint16)
    savemat(root / f"pascal-context/trainval/{name}.mat", {"LabelMap": labels})
    towards = np.full((HEIGHT, WIDTH, 3), 128, dtype=np.uint8)
    towards[..., 2] = 0
    Image.fromarray(towards).save(root / f"normals_distill/{name}.png")
    salient = np.where(person, 128, 127).astype(np.uint8)
    Image.fromarray(salient).save(root / f"sal_distill/{name}.png")
    savemat(root / f"human_parts/{name}.mat", {"anno": annotation(name, objects)})


def annotation(name: str, objects: list[dict]) -> np.ndarray:
    """The nested structs of PASCAL-Part, as MATLAB has them."""
    fields = [("class", object), ("class_ind", object), ("mask", object), ("parts", object)]
    rows = np.zeros((1, len(objects)), dtype=fields)
    for place, item in enumerate(objects):
        parts = np.zeros((1, len(item["parts"])), dtype=[("part_name", object), ("mask", object)])
        for number, (part, mask) in enumerate(item["parts"].items()):
            parts[0, number] = (part, mask.astype(np.uint8))
        rows[0, place] = (
            item["class"],
            np.uint8(item["class_ind"]),
            item["mask"].astype(np.uint8),
            parts if item["parts"] else np.zeros((0, 0)),
        )
    whole = np.zeros((1, 1), dtype=[("imname", object), ("objects", object)])
    whole[0, 0] = (name, rows)
    return whole


def box(rows: slice, columns: slice) -> np.ndarray:
    """A mask that is one rectangle."""
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[rows, columns] = True
    return mask


def person(**parts: np.ndarray) -> dict:
    """An object that is a person, with the masks of some parts."""
    return {
        "class": "person",
        "class_ind": 15,
        "mask": box(slice(None), slice(WIDTH // 2, None)),
        "parts": parts,
    }


def write_copy(root: Path) -> None:
    """Two images to train on and one to evaluate."""
    sets = root / "ImageSets/Context"
    sets.mkdir(parents=True)
    (sets / "train.txt").write_text("2008_000001\n2008_000002\n")
    (sets / "val.txt").write_text("2008_000003\n")
    head = box(slice(0, 2), slice(4, 8))
    write_scene(root, "2008_000001", [person(hair=head, torso=box(slice(2, 6), slice(4, 8)))])
    write_scene(root, "2008_000002", [person()], voc=False)
    write_scene(root, "2008_000003", [])
