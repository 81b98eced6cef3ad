from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mtl.data import pascal
from mtl.data.edges import edges
from mtl.data.layouts.pascal import SEMSEG, read_ids, read_scene
from mtl.data.layouts.pascal_classes import CLASSES, PART_NUMBERS, PERSON, WITH_NORMALS
from mtl.data.store import VOID, open_store
from mtl.data.twins import people
from mtl.data.twins.crowd.scene import DRAWINGS, Picture
from mtl.data.twins.people import CHUNK, Dials, draw_chunk
from mtl.errors import MtlError

CONFIG = {"train": 18, "val": 3, "height": 48, "width": 60}
DIALS = Dials(**CONFIG)


@pytest.fixture(scope="module")
def many() -> list[Picture]:
    return [picture for chunk in range(12) for picture in draw_chunk(DIALS, 0, chunk)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "raw"
    people.generate(CONFIG, path)
    return path


def test_every_class_is_drawn_and_fewer_where_fewer_are_asked_for(many: list[Picture]) -> None:
    assert {*DRAWINGS, "background", "person"} == set(CLASSES)
    assert {int(c) for p in many for c in np.unique(p.category)} == set(range(len(CLASSES)))
    few = replace(DIALS, categories=3)
    drawn = {c for chunk in range(4) for p in draw_chunk(few, 0, chunk) for c in p.objects}
    assert drawn == {CLASSES.index(n) for n in ("person", *list(DRAWINGS)[:3])}


def test_shares_are_those_of_photographs_of_things(many: list[Picture]) -> None:
    shares = {
        "person": np.mean([p.category == PERSON for p in many]),
        "salient": np.mean([p.salient for p in many]),
        "with people": np.mean([PERSON in p.objects for p in many]),
    }
    assert 0.05 < shares["person"] < 0.2
    assert 0.1 < shares["salient"] < 0.3
    assert 0.5 < shares["with people"] < 0.9


def test_what_is_known_of_a_pixel_fits_together(many: list[Picture]) -> None:
    for picture in many:
        inside = picture.instance > 0
        assert (inside == (picture.category > 0)).all()
        assert not (picture.salient & ~inside).any()
        assert picture.salient.any()
        assert (picture.label > 0).all()
        np.testing.assert_allclose(np.linalg.norm(picture.normals, axis=0), 1, atol=1e-6)
        assert (picture.normals[2] <= 1e-9).all()  # nothing is seen from behind
        for number, category in enumerate(picture.objects, 1):
            assert set(np.unique(picture.category[picture.instance == number])) <= {category}
        people_parts = picture.part[picture.category == PERSON]
        assert all(picture.parts[place] in PART_NUMBERS for place in np.unique(people_parts))


def test_people_have_all_their_parts(many: list[Picture]) -> None:
    seen = {picture.parts[k] for picture in many for k in np.unique(picture.part)}
    limbs = ("uarm", "larm", "hand", "uleg", "lleg", "foot")
    assert {"head", "hair", "neck", "torso", *(s + limb for s in "lr" for limb in limbs)} <= seen


def test_equal_dials_give_equal_bytes(root: Path, tmp_path: Path) -> None:
    people.generate(CONFIG, tmp_path / "again")
    notes = [json.loads((path / "TWIN.json").read_text()) for path in (root, tmp_path / "again")]
    assert notes[0] == notes[1]
    people.generate({**CONFIG, "seed": 1}, tmp_path / "other")
    other = json.loads((tmp_path / "other/TWIN.json").read_text())
    assert other["files_sha256"] != notes[0]["files_sha256"]
    assert "SYNTHETIC" in other["notice"]


def test_a_smaller_twin_is_the_beginning_of_a_larger_one(root: Path, tmp_path: Path) -> None:
    people.generate({**CONFIG, "train": 2, "val": 1}, tmp_path / "small")
    names = read_ids(tmp_path / "small", "train")
    assert names == read_ids(root, "train")[:2]
    for path in (tmp_path / "small").rglob("2008_*"):
        assert path.read_bytes() == (root / path.relative_to(tmp_path / "small")).read_bytes()


def test_the_reader_finds_what_was_drawn(root: Path) -> None:
    drawn = draw_chunk(DIALS, 0, 0)
    for picture, name in zip(drawn, read_ids(root, "train")[:CHUNK], strict=True):
        scene = read_scene(root, name)
        contour = scene.segmentation == 255
        assert (scene.segmentation == picture.category)[~contour].all()
        assert 0 < contour.mean() < 0.25
        assert not (contour & (picture.instance > 0)).any()
        assert (scene.saliency == picture.salient).all()
        of_people = (picture.category == PERSON) & (picture.part > 0)
        if of_people.any():
            numbers = np.array([PART_NUMBERS.get(part, 0) for part in picture.parts])
            expected = np.where(of_people, numbers[picture.part], 0)
            assert (scene.parts == expected).all()
        else:
            assert (scene.parts == 255).all()
        counted = (scene.normals != 0).any(0)
        cosine = (scene.normals * picture.normals).sum(0)
        assert (cosine[counted] > 0.999).all()
        assert np.abs(np.asarray(scene.image).astype(float) - picture.image).mean() < 8
    share = np.mean([read_scene(root, name).edges.mean() for name in read_ids(root, "train")])
    assert 0.02 < share < 0.1


def test_classes_lie_in_both_folders(root: Path) -> None:
    counts = [len(list((root / folder).glob("*.png"))) for folder in SEMSEG]
    assert counts == [11, 10]


def test_it_is_prepared_like_the_real_data(root: Path, tmp_path: Path) -> None:
    pascal.prepare(root, {"size": [24, 30]}, tmp_path / "out", {}, "f" * 12, "twin", "a label")
    store = open_store(tmp_path / "out", verify=True)
    assert store.sizes == {"train": 18, "val": 3}
    with Image.open(root / "JPEGImages" / f"{store.names('train')[0]}.jpg") as first:
        assert first.size == (60, 48)


def test_a_store_of_the_size_of_the_twin_holds_what_was_drawn(root: Path, tmp_path: Path) -> None:
    pascal.prepare(root, {"size": [48, 60]}, tmp_path / "out", {}, "f" * 12, "twin", "a label")
    split = open_store(tmp_path / "out").split("train")
    for place, picture in enumerate(draw_chunk(DIALS, 0, 0)):
        targets = {name: values[place] for name, values in split.targets.items()}
        classes = targets["segmentation"][0]
        assert (classes == picture.category)[classes != VOID].all()
        assert (targets["saliency"][0] == picture.salient).all()
        assert (targets["edges"][0] == edges(picture.label)).all()
        numbers = np.array([PART_NUMBERS.get(part, 0) for part in picture.parts])
        parts = np.where(picture.category == PERSON, numbers[picture.part], 0)
        assert (targets["parts"][0] == (parts if parts.any() else VOID)).all()
        counted = np.isin(picture.label, sorted(WITH_NORMALS))
        assert ((targets["normals"] != 0).any(0) == counted).all()
        # A byte a component is off by at most half of 2 / 255, before they are unit vectors again.
        assert np.abs(targets["normals"] - picture.normals)[:, counted].max(initial=0) < 0.01


def test_normals_count_on_some_pixels_and_parts_in_some_images(many: list[Picture]) -> None:
    counted = np.mean([np.isin(p.label, sorted(WITH_NORMALS)).mean() for p in many])
    assert 0.3 < counted < 0.8
    found = np.mean([edges(p.label).mean() for p in many])
    assert 0.03 < found < 0.08


def test_dials_are_checked() -> None:
    people.check_config(CONFIG)
    for config, message in (
        ({**CONFIG, "categories": 20}, "categories' must be at least 1 and at most 19"),
        ({**CONFIG, "hight": 3}, "unknown option 'hight'.*'height'"),
        ({"train": 3}, "option 'val' is missing"),
    ):
        with pytest.raises(MtlError, match=message):
            people.check_config(config)
