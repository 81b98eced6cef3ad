from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from mtl.data.layouts.pascal import read_ids, read_scene
from mtl.data.layouts.pascal_classes import CLASSES, PART_NUMBERS, PERSON, WITH_NORMALS
from mtl.errors import MtlError
from tests.data.pascal_files import (
    HEIGHT,
    PERSON_LABEL,
    SKY_LABEL,
    WIDTH,
    annotation,
    box,
    person,
    write_copy,
    write_scene,
)

HALF = box(slice(None), slice(WIDTH // 2, None))
NAME = "2008_000001"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_copy(tmp_path)
    return tmp_path


def test_names_and_numbers() -> None:
    assert (len(CLASSES), CLASSES[PERSON], PERSON) == (21, "person", 15)
    assert (len(PART_NUMBERS), set(PART_NUMBERS.values())) == (24, set(range(1, 7)))
    assert len(WITH_NORMALS) == 170
    assert PERSON_LABEL in WITH_NORMALS
    assert SKY_LABEL not in WITH_NORMALS


def test_a_scene_as_it_is_in_the_files(root: Path) -> None:
    scene = read_scene(root, NAME)
    assert scene.image.size == (WIDTH, HEIGHT)
    assert (scene.segmentation == np.where(HALF, 15, 0)).all()  # VOC's palette
    assert (scene.saliency == HALF).all()  # 128 is salient, 127 is not
    assert (scene.parts[:2, 4:] == 1).all()
    assert (scene.parts[2:, 4:] == 2).all()
    assert (scene.parts[:, :4] == 0).all()
    length = np.linalg.norm(scene.normals, axis=0)
    np.testing.assert_allclose(length[HALF], 1, atol=1e-6)
    assert (scene.normals[:, ~HALF] == 0).all()  # the sky has none
    assert scene.normals[2, 0, -1] < -0.99
    assert scene.edges[1:].any(1).all()
    assert scene.edges[:, [0, 1, 2, 5, 6, 7]].sum() == 0


def test_images_without_parts_say_nothing_of_them(root: Path) -> None:
    for name in ("2008_000002", "2008_000003"):
        assert (read_scene(root, name).parts == 255).all()
    assert (read_scene(root, "2008_000002").segmentation == np.where(HALF, 15, 0)).all()


def test_later_objects_and_parts_lie_above_and_only_people_count(root: Path) -> None:
    first = person(torso=box(slice(0, 4), slice(0, 4)), lhand=box(slice(0, 1), slice(0, 4)))
    second = person(rfoot=box(slice(3, 4), slice(0, 2)))
    dog = {**person(head=box(slice(0, 6), slice(0, 8))), "class": "dog", "class_ind": 12}
    write_scene(root, NAME, [first, second, dog])
    parts = read_scene(root, NAME).parts
    assert (parts[0, :4] == 4).all()
    assert (parts[3, :4] == [6, 6, 2, 2]).all()
    assert (parts[:, 4:] == 0).all()


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("JPEGImages/{}.jpg", "the image cannot be read"),
        ("semseg/VOC12/{}.png", r"VOC12.*does not exist, and neither does .*pascal-context"),
        ("human_parts/{}.mat", "the file cannot be read"),
        ("pascal-context/trainval/{}.mat", "the file cannot be read"),
        ("normals_distill/{}.png", "the image cannot be read"),
        ("sal_distill/{}.png", "the image cannot be read"),
    ],
)
def test_a_missing_file_is_named(root: Path, file: str, message: str) -> None:
    (root / file.format(NAME)).unlink()
    with pytest.raises(MtlError, match=message) as caught:
        read_scene(root, NAME)
    assert NAME in str(caught.value)


def test_a_broken_matlab_file_is_named(root: Path) -> None:
    for folder in ("human_parts", "pascal-context/trainval"):
        path = root / folder / f"{NAME}.mat"
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(MtlError, match=f"{NAME}.mat: truncated or not a MATLAB file"):
            read_scene(root, NAME)
        path.write_bytes(whole)
    savemat(root / f"human_parts/{NAME}.mat", {"annotation": 1})
    with pytest.raises(MtlError, match="unknown variable 'anno'; expected one of annotation"):
        read_scene(root, NAME)
    savemat(root / f"human_parts/{NAME}.mat", {"anno": np.zeros((1, 1))})
    with pytest.raises(MtlError, match="'anno': expected objects with class_ind"):
        read_scene(root, NAME)


def test_values_that_cannot_be_are_refused(root: Path) -> None:
    unknown = annotation(NAME, [person(tail=box(slice(0, 1), slice(0, 1)))])
    savemat(root / f"human_parts/{NAME}.mat", {"anno": unknown})
    with pytest.raises(MtlError, match="unknown part of a person 'tail'"):
        read_scene(root, NAME)
    write_copy_again(root)
    labels = np.full((HEIGHT, WIDTH), 460, dtype=np.uint16)
    savemat(root / f"pascal-context/trainval/{NAME}.mat", {"LabelMap": labels})
    with pytest.raises(MtlError, match="expected labels from 0 to 459, found 460 to 460"):
        read_scene(root, NAME)
    write_copy_again(root)
    wrong = Image.fromarray(np.full((HEIGHT, WIDTH), 21, dtype=np.uint8))
    wrong.save(root / f"semseg/VOC12/{NAME}.png")
    with pytest.raises(MtlError, match="expected classes from 0 to 20, or 255, found 21"):
        read_scene(root, NAME)


@pytest.mark.parametrize(
    "labels",
    [
        np.full((HEIGHT, WIDTH), 1.5),
        np.full((HEIGHT, WIDTH), 3 + 1j),
        np.full((HEIGHT, WIDTH), np.nan),
        np.full((HEIGHT, WIDTH), "sky", dtype=object),
    ],
    ids=["halves", "complex", "nan", "cells"],
)
def test_labels_are_whole_numbers(root: Path, labels: np.ndarray) -> None:
    savemat(root / f"pascal-context/trainval/{NAME}.mat", {"LabelMap": labels})
    with pytest.raises(MtlError, match=rf"{NAME}\.mat: 'LabelMap': expected whole numbers"):
        read_scene(root, NAME)


def test_whole_labels_may_be_of_any_type(root: Path) -> None:
    labels = np.where(HALF, PERSON_LABEL, SKY_LABEL)
    expected = read_scene(root, NAME)
    for dtype in (np.float64, np.int32):
        savemat(root / f"pascal-context/trainval/{NAME}.mat", {"LabelMap": labels.astype(dtype)})
        scene = read_scene(root, NAME)
        assert (scene.edges == expected.edges).all()
        assert (scene.normals == expected.normals).all()


def test_masks_and_numbers_of_classes_that_are_none_are_refused(root: Path) -> None:
    cells = annotation(NAME, [person(head=HALF)])
    cells[0, 0]["objects"][0, 0]["parts"][0, 0]["mask"] = np.full((HEIGHT, WIDTH), "x", object)
    infinite = annotation(NAME, [person(head=HALF)])
    infinite[0, 0]["objects"][0, 0]["class_ind"] = np.inf
    for anno, message in (
        (cells, "mask of 'head': expected numbers, found object"),
        (infinite, "'anno': expected objects with class_ind"),
    ):
        savemat(root / f"human_parts/{NAME}.mat", {"anno": anno})
        with pytest.raises(MtlError, match=message):
            read_scene(root, NAME)


def write_copy_again(root: Path) -> None:
    write_scene(root, NAME, [person()])


@pytest.mark.parametrize("folder", ["sal_distill", "normals_distill", "semseg/VOC12"])
def test_maps_have_the_size_of_the_image(root: Path, folder: str) -> None:
    path = root / folder / f"{NAME}.png"
    Image.open(path).resize((WIDTH, HEIGHT + 1)).save(path)
    with pytest.raises(MtlError, match=rf"{NAME}\.png: expected the image's 6 x 8 .*found 7 x 8"):
        read_scene(root, NAME)


def test_lists_of_images(root: Path) -> None:
    assert read_ids(root, "train") == ["2008_000001", "2008_000002"]
    path = root / "ImageSets/Context/val.txt"
    path.write_text("a\nb\na\n")
    with pytest.raises(MtlError, match=r"val\.txt: 'a' is named twice"):
        read_ids(root, "val")
    path.write_text("\n")
    with pytest.raises(MtlError, match=r"val\.txt: the list of images is empty"):
        read_ids(root, "val")
    path.unlink()
    with pytest.raises(MtlError, match=r"val\.txt: the list of images cannot be read"):
        read_ids(root, "val")
