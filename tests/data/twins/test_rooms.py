from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mtl.data import nyu
from mtl.data.layouts.nyu import LABELED, MAPPING, SPLITS, open_labeled, read_splits, scaled_camera
from mtl.data.layouts.nyu_classes import CLASSES_40, read_classes_40
from mtl.data.normals import normals_from_depth
from mtl.data.store import open_store
from mtl.data.twins import rooms
from mtl.data.twins.room.layout import CLASS
from mtl.data.twins.room.sensor import class_map
from mtl.data.twins.rooms import CHUNK, Chunk, Dials, draw_chunk
from mtl.errors import MtlError

CONFIG = {"train": 18, "val": 3}
DIALS = Dials(**CONFIG)


@pytest.fixture(scope="module")
def many() -> list[Chunk]:
    return [draw_chunk(DIALS, 0, chunk) for chunk in range(10)]


def classes_of(many: list[Chunk]) -> np.ndarray:
    return np.concatenate([chunk.room.classes for chunk in many])


def labels_of(many: list[Chunk]) -> np.ndarray:
    return np.concatenate([chunk.labels for chunk in many])


def test_every_class_occurs_and_nothing_else(many: list[Chunk]) -> None:
    assert set(np.unique(classes_of(many)).tolist()) == set(range(1, len(CLASSES_40) + 1))


def test_the_shares_of_large_classes_are_near_the_real_ones(many: list[Chunk]) -> None:
    """Real: wall 24 %, floor 11 %, ceiling 2 %; a sixth is unlabelled."""
    classes, labels = classes_of(many), labels_of(many)
    wanted = {
        "wall": (0.2, 0.34), "floor": (0.07, 0.14), "cabinet": (0.03, 0.09), "bed": (0.02, 0.07),
        "ceiling": (0.005, 0.03), "door": (0.01, 0.05), "window": (0.01, 0.05),
    }  # fmt: skip
    for name, (low, high) in wanted.items():
        share = float((classes == CLASS[name]).mean())
        assert low < share < high, (name, share)
    assert 0.1 < (labels == 0).mean() < 0.2


def test_labels_lead_back_to_the_classes(many: list[Chunk]) -> None:
    table = np.concatenate([[0], class_map()])
    labels = labels_of(many)
    assert labels.max() <= 894
    found = table[labels]
    assert (found[labels > 0] == classes_of(many)[labels > 0]).all()
    assert len(np.unique(labels[classes_of(many) == CLASS["wall"]])) > 3


def test_depths_are_those_of_rooms(many: list[Chunk]) -> None:
    for chunk in many:
        depth = chunk.room.views.depth
        assert depth.min() > 0.3
        assert depth.max() < 8
        seen = chunk.raw_depths > 0
        assert (chunk.raw_depths[seen] == depth[seen]).all()
        assert 0.03 < (~seen).mean() < 0.15


def test_normals_from_depth_are_the_exact_ones(many: list[Chunk]) -> None:
    """On flat faces, away from edges; the caster knows the true normals."""
    height, width = DIALS.height, DIALS.width
    for chunk in many[:3]:
        for position in range(CHUNK):
            official = scaled_camera(width, height, width, height)
            v0 = float(chunk.camera.v0[position])
            camera = replace(official, cy=v0)
            views = chunk.room.views
            found = normals_from_depth(views.depth[position], camera).transpose(1, 2, 0)
            face = views.face[position]
            inner = np.zeros(face.shape, bool)
            inner[1:-1, 1:-1] = np.all(
                [
                    face[1:-1, 1:-1] == near
                    for near in (face[:-2, 1:-1], face[2:, 1:-1], face[1:-1, :-2], face[1:-1, 2:])
                ],
                axis=0,
            )
            flat = np.isin(chunk.room.classes[position], [CLASS["wall"], CLASS["floor"]])
            used = inner & flat & (found != 0).any(-1)
            assert used.sum() > 100
            cosine = (found * views.normal[position]).sum(-1)[used]
            assert cosine.min() > 0.999


def test_the_image_depends_on_the_classes(many: list[Chunk]) -> None:
    images, classes = np.concatenate([c.images for c in many]).astype(float), classes_of(many)
    names = ("wall", "floor", "bed", "sofa", "television")
    means = [images[classes == CLASS[name]].mean(0) for name in names]
    for position, one in enumerate(means):
        for other in means[:position]:
            assert np.abs(one - other).max() > 20


def test_chunks_are_drawn_alike_in_any_order() -> None:
    first = draw_chunk(DIALS, 1, 2)
    draw_chunk(DIALS, 0, 0)
    again = draw_chunk(replace(DIALS, val=99), 1, 2)
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.labels, again.labels)
    other = draw_chunk(replace(DIALS, seed=1), 1, 2)
    assert not np.array_equal(first.room.classes, other.room.classes)


def test_the_twin_is_read_as_nyu(tmp_path: Path) -> None:
    root = tmp_path / "twin"
    rooms.generate(CONFIG, root)
    np.testing.assert_array_equal(read_classes_40(root / MAPPING)[1:], class_map())
    with open_labeled(root / LABELED) as labeled:
        splits = read_splits(root / SPLITS, labeled.count)
        assert [len(splits[name]) for name in ("train", "test")] == [18, 3]
        drawn = {
            split: [draw_chunk(DIALS, number, chunk) for chunk in range(2)]
            for number, split in enumerate(("train", "test"))
        }
        for split, members in splits.items():
            images = np.concatenate([chunk.images for chunk in drawn[split]])
            for index in members:
                view = labeled.view(int(index))
                (place,) = np.flatnonzero((images == view.image).all((1, 2, 3)))
                chunk, position = drawn[split][place // CHUNK], place % CHUNK
                np.testing.assert_array_equal(view.labels, chunk.labels[position])
                np.testing.assert_array_equal(view.depth, chunk.room.views.depth[position])
                np.testing.assert_array_equal(view.raw_depth, chunk.raw_depths[position])
    manifest = json.loads((root / "TWIN.json").read_text())
    assert manifest["twin"] == "rooms"
    assert manifest["notice"].startswith("SYNTHETIC")
    assert manifest["files"] == 3
    nyu.prepare(root, {"size": [64, 96]}, tmp_path / "out", {}, "0123456789ab", "twin", "toy")
    store = open_store(tmp_path / "out", verify=True)
    assert store.sizes == {"train": 18, "val": 3}
    arrays = store.split("train")
    assert set(np.unique(arrays.targets["segmentation"])) >= {0, 4, 5, 11, 12, 255}
    lengths = np.linalg.norm(arrays.targets["normals"].astype(float), axis=1)
    assert (np.isclose(lengths, 1, atol=1e-3) | (lengths == 0)).all()
    assert (lengths > 0).mean() > 0.7


def test_equal_dials_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        rooms.generate({"train": 2, "val": 1}, tmp_path / name)
    files = sorted(path for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 4
    for path in files:
        other = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": 0}, "option 'train' must be at least 1"),
        ({"hight": 64}, "unknown option 'hight'.*Did you mean 'height'"),
        ({"width": 8}, "option 'width' must be at least 32"),
        ({"noise": -0.1}, "option 'noise' must be at least 0"),
    ],
)
def test_wrong_dials_are_refused(change: dict[str, float], message: str) -> None:
    with pytest.raises(MtlError, match=f"twin 'rooms': .*{message}"):
        rooms.check_config({**CONFIG, **change})
