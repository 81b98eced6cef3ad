from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mtl.data.layouts.celeba import find_files, read_annotations
from mtl.data.layouts.faces_probe import COLUMNS, TEACHERS
from mtl.data.twins import faces_probe
from mtl.data.twins.faces_probe import DRIVEN, Dials, LatentTraits, directions, draw_chunk
from mtl.data.twins.painter.portrait import HEIGHT, WIDTH, paint
from mtl.errors import MtlError

CONFIG: dict[str, Any] = {"relatedness": 0.5, "seed": 3, "train": 18, "val": 3, "test": 2}
DIALS = Dials(**CONFIG)
COUNT = 4
# Left, right, top, bottom of what a latent may change, as shares of the image.
OUTLINE = (0.0, 1.0, 0.1, 1.0)
EYES = (0.1, 0.9, 0.35, 0.58)
LOWER_FACE = (0.1, 0.9, 0.55, 0.9)
WINDOWS = {
    "hair_length": OUTLINE,
    "hairline": (0.1, 0.9, 0.1, 0.45),
    "face_width": (0.0, 1.0, 0.05, 1.0),
    "face_height": OUTLINE,
    "jaw": OUTLINE,
    "neck_width": (0.2, 0.8, 0.7, 1.0),
    "brow_thickness": EYES,
    "brow_arch": EYES,
    "eye_opening": EYES,
    "eye_shadow": EYES,
    "cheekbones": (0.1, 0.9, 0.5, 0.7),
    "nose_length": (0.3, 0.7, 0.44, 0.7),
    "mouth_curve": LOWER_FACE,
    "mouth_opening": LOWER_FACE,
    "lipstick": LOWER_FACE,
    "stubble": LOWER_FACE,
}


def portraits(latents: np.ndarray) -> np.ndarray:
    """Faces without noise that differ in nothing but their latents, int [B, H, W, 3]."""
    traits = LatentTraits(latents, np.random.default_rng(1), 1.0)
    return paint(traits, noise=0.0).images.astype(int)


@pytest.mark.parametrize("name", DRIVEN)
def test_each_latent_moves_its_own_part_of_the_face(name: str) -> None:
    latents = np.random.default_rng(2).standard_normal((COUNT, len(DRIVEN)))
    painted = []
    for value in (-2.0, -1.0, 0.0, 1.0, 2.0):
        latents[:, list(DRIVEN).index(name)] = value
        painted.append(portraits(latents))
    left, right, top, bottom = WINDOWS[name]
    rows = slice(int(top * HEIGHT), int(np.ceil(bottom * HEIGHT)))
    columns = slice(int(left * WIDTH), int(np.ceil(right * WIDTH)))
    for before, after in itertools.pairwise(painted):
        change = abs(after - before).max(axis=3)
        visible = (change[:, rows, columns] >= 5).sum(axis=(1, 2))
        assert np.all(visible >= 10), "the change is not visible in every face"
        change[:, rows, columns] = 0
        assert change.max() == 0


def test_sixteen_latents_are_enough_for_the_teachers() -> None:
    assert len(DRIVEN) == 16
    assert len(DRIVEN) >= TEACHERS + 1
    assert directions(DIALS).shape == (TEACHERS, len(DRIVEN))


@pytest.mark.parametrize("relatedness", [0.0, 0.5, 0.95, 1.0])
def test_teachers_of_one_and_of_different_tasks_are_related_alike(relatedness: float) -> None:
    towards = directions(replace(DIALS, relatedness=relatedness))
    cosines = towards @ towards.T
    pairs = cosines[~np.eye(TEACHERS, dtype=bool)]
    np.testing.assert_allclose(pairs, relatedness, atol=1e-12)
    np.testing.assert_allclose(np.diag(cosines), 1, atol=1e-12)


def test_labels_are_the_teachers_and_the_other_columns_absent() -> None:
    drawn = [draw_chunk(DIALS, 0, chunk) for chunk in range(20)]
    labels = np.concatenate([chunk.labels for chunk in drawn])
    z = np.concatenate([chunk.latents for chunk in drawn]) @ directions(DIALS).T
    np.testing.assert_array_equal(labels[:, :TEACHERS], z + 0.9 * np.sin(2 * z + 0.5) > 0)
    assert not labels[:, TEACHERS:].any()
    assert np.all(labels[:, :TEACHERS].any(axis=0))
    assert not np.any(labels[:, :TEACHERS].all(axis=0))


def test_the_relatedness_changes_labels_and_no_image() -> None:
    first, second = (draw_chunk(replace(DIALS, relatedness=p), 1, 2) for p in (0.0, 0.95))
    np.testing.assert_array_equal(first.portraits.images, second.portraits.images)
    np.testing.assert_array_equal(first.latents, second.latents)
    assert not np.array_equal(first.labels, second.labels)


def test_wholly_related_teachers_agree_on_every_face() -> None:
    labels = draw_chunk(replace(DIALS, relatedness=1.0), 0, 0).labels[:, :TEACHERS]
    assert np.all(labels == labels[:, :1])
    assert 0 < labels[:, 0].sum() < len(labels)


def test_chunks_differ_and_do_not_depend_on_each_other() -> None:
    later = draw_chunk(DIALS, 1, 3)
    for split, chunk in ((0, 3), (1, 2), (2, 3)):
        assert not np.array_equal(draw_chunk(DIALS, split, chunk).latents, later.latents)
    again = draw_chunk(DIALS, 1, 3)
    np.testing.assert_array_equal(again.portraits.images, later.portraits.images)
    np.testing.assert_array_equal(again.labels, later.labels)


def test_another_seed_has_other_faces_and_teachers() -> None:
    other = replace(DIALS, seed=4)
    assert not np.allclose(directions(other), directions(DIALS))
    assert not np.array_equal(draw_chunk(other, 0, 0).latents, draw_chunk(DIALS, 0, 0).latents)


def test_the_layout_is_the_official_one(tmp_path: Path) -> None:
    faces_probe.generate(CONFIG, tmp_path / "twin")
    annotations = read_annotations(find_files(tmp_path / "twin"))
    assert annotations.partition.tolist() == [0] * 18 + [1] * 3 + [2] * 2
    expected = np.concatenate(
        [
            draw_chunk(DIALS, 0, 0).labels,
            draw_chunk(DIALS, 0, 1).labels[:2],
            draw_chunk(DIALS, 1, 0).labels[:3],
            draw_chunk(DIALS, 2, 0).labels[:2],
        ]
    )
    np.testing.assert_array_equal(annotations.labels, expected)
    manifest = json.loads((tmp_path / "twin/TWIN.json").read_text())
    assert manifest["twin"] == "faces_probe"
    assert manifest["dials"] == CONFIG | {"sigma": 1.0, "noise": 0.035}
    assert manifest["files"] == 23 + 5
    assert "SYNTHETIC" in manifest["notice"]


def test_equal_dials_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        faces_probe.generate(CONFIG, tmp_path / name)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in ("first", "second")
    )
    assert first == second


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"relatedness": 1.5}, "'relatedness' must be at least 0 and at most 1, found 1.5"),
        ({"relatednes": 0.5}, "unknown option 'relatednes'.*Did you mean 'relatedness'"),
        ({"rho": 1.0}, "unknown option 'rho'"),
        ({"val": 0}, "'val' must be at least 1, found 0"),
    ],
)
def test_wrong_dials_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MtlError, match=f"twin 'faces_probe': .*{message}"):
        faces_probe.check_config(CONFIG | changes)
    with pytest.raises(MtlError, match=message):
        faces_probe.generate(CONFIG | changes, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_relatedness_has_no_default() -> None:
    with pytest.raises(MtlError, match="option 'relatedness' is missing"):
        faces_probe.check_config({"train": 1, "val": 1, "test": 1})


def test_teachers_have_columns_of_their_own() -> None:
    assert len(set(COLUMNS)) == TEACHERS == 12
