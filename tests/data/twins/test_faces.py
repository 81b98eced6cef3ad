from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mtl.data import celeba
from mtl.data.layouts.celeba import find_files, read_annotations
from mtl.data.store import open_store
from mtl.data.twins import celeba_copy, faces, official_celeba
from mtl.data.twins.attributes import NAMES
from mtl.data.twins.faces import CHUNK, Dials, draw_chunk
from mtl.errors import MtlError
from mtl.io import sha256, sha256_file

CONFIG: dict[str, Any] = {"seed": 3, "train": 20, "val": 5, "test": 4}


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("twin") / "faces"
    faces.generate(CONFIG, out)
    return out


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_equal_dials_give_equal_bytes(twin: Path, tmp_path: Path) -> None:
    faces.generate(CONFIG, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(twin)


def test_the_faces_of_a_seed_stay_the_same() -> None:
    """Taken from version 1; a machine may round differently, but not draw other numbers."""
    drawn = draw_chunk(Dials(train=99, val=9, test=9, seed=5), split=1, chunk=3)
    rows = [int("".join(str(int(flag)) for flag in row), 2) for row in drawn.labels[:3]]
    assert rows == [139588042753, 70867783745, 136085762]
    means = drawn.portraits.images.mean(axis=(1, 2, 3))[:4]
    np.testing.assert_allclose(means, [89.743, 98.681, 125.948, 124.173], atol=0.02)
    assert drawn.portraits.landmarks.mean() == pytest.approx(0.289683, abs=1e-5)


def test_another_seed_gives_other_images(twin: Path, tmp_path: Path) -> None:
    faces.generate(CONFIG | {"seed": 4}, tmp_path / "other")
    first, other = contents(twin), contents(tmp_path / "other")
    assert first.keys() == other.keys()
    assert all(first[name] != other[name] for name in first if name.endswith(".jpg"))


def test_chunks_do_not_depend_on_each_other() -> None:
    dials = Dials(train=99, val=9, test=9, seed=5)
    later = draw_chunk(dials, split=1, chunk=3)
    for chunk in (0, 3):
        draw_chunk(dials, split=0, chunk=chunk)
    again = draw_chunk(dials, split=1, chunk=3)
    np.testing.assert_array_equal(later.portraits.images, again.portraits.images)
    np.testing.assert_array_equal(later.labels, again.labels)
    others = [draw_chunk(dials, 1, 2), draw_chunk(dials, 0, 3)]
    assert all(not np.array_equal(other.labels, later.labels) for other in others)


def test_a_smaller_split_begins_a_larger_one(twin: Path, tmp_path: Path) -> None:
    faces.generate(CONFIG | {"train": CHUNK + 1}, tmp_path / "fewer")
    large, small = contents(twin), contents(tmp_path / "fewer")
    for number in range(1, CHUNK + 2):
        name = f"Img/img_align_celeba/{number:06d}.jpg"
        assert small[name] == large[name]
    first_val = (f"Img/img_align_celeba/{n + 1:06d}.jpg" for n in (CHUNK + 1, 20))
    assert small[next(first_val)] == large[next(first_val)]


def test_the_layout_is_the_official_one(twin: Path) -> None:
    files = find_files(twin)
    assert files.layout == "official"
    annotations = read_annotations(files)
    assert annotations.names == [f"{number:06d}.jpg" for number in range(1, 30)]
    assert annotations.partition.tolist() == [0] * 20 + [1] * 5 + [2] * 4
    with Image.open(files.images / "000029.jpg") as image:
        assert (image.size, image.mode, image.format) == ((178, 218), "RGB", "JPEG")
    for name in ("identity_CelebA", "list_bbox_celeba", "list_landmarks_align_celeba"):
        assert (twin / "Anno" / f"{name}.txt").read_text().count(".jpg") == 29


def test_annotation_files_have_the_official_bytes(twin: Path) -> None:
    chunks = [draw_chunk(Dials(**CONFIG), 0, chunk) for chunk in (0, 1)]
    labels = np.concatenate(
        [
            np.concatenate([chunk.labels for chunk in chunks])[:20],
            draw_chunk(Dials(**CONFIG), 1, 0).labels[:5],
            draw_chunk(Dials(**CONFIG), 2, 0).labels[:4],
        ]
    )
    names = [official_celeba.image_name(number) for number in range(1, 30)]
    rows = [
        f"{name} {' '.join(f'{2 * int(flag) - 1:2d}' for flag in row).strip()}\r\n"
        for name, row in zip(names, labels, strict=True)
    ]
    expected = "29\r\n" + " ".join(NAMES) + " \r\n" + "".join(rows)
    assert (twin / "Anno/list_attr_celeba.txt").read_bytes() == expected.encode()


def test_the_manifest_accounts_for_every_file(twin: Path) -> None:
    manifest = json.loads((twin / "TWIN.json").read_text())
    files = [name for name in contents(twin) if name != "TWIN.json"]
    assert manifest["files"] == len(files) == 29 + 5
    assert manifest["files_sha256"] == sha256([[name, sha256_file(twin / name)] for name in files])
    assert manifest["dials"] == CONFIG | {
        "rho": 1.0,
        "sigma": 1.0,
        "noise": 0.035,
        "label_noise": 0.0,
    }
    assert "SYNTHETIC" in manifest["notice"]
    assert manifest["version"] == faces.VERSION


def test_people_of_different_splits_are_different(tmp_path: Path) -> None:
    faces.generate({"train": 45, "val": 41, "test": 3}, tmp_path / "twin")
    rows = (tmp_path / "twin/Anno/identity_CelebA.txt").read_text().split()
    people = np.array(rows[1::2]).astype(int)
    by_split = [set(people[:45]), set(people[45:86]), set(people[86:])]
    assert [len(split) for split in by_split] == [2, 2, 1]
    assert set.union(*by_split) == {1, 2, 3, 4, 5}


def test_written_landmarks_and_boxes_lie_in_the_image(twin: Path) -> None:
    for name, columns in (("list_bbox_celeba", 4), ("list_landmarks_align_celeba", 10)):
        lines = (twin / "Anno" / f"{name}.txt").read_text().splitlines()[2:]
        values = np.array([line.split()[1:] for line in lines]).astype(int)
        assert values.shape == (29, columns)
        if columns == 4:
            values[:, 2:] += values[:, :2]
        assert values.min() >= 0
        assert values[:, ::2].max() < 178
        assert values[:, 1::2].max() < 218


def test_label_noise_flips_labels_but_paints_the_same() -> None:
    clean = [draw_chunk(Dials(1, 1, 1, seed=2), 0, chunk) for chunk in range(8)]
    noisy = [draw_chunk(Dials(1, 1, 1, seed=2, label_noise=0.1), 0, chunk) for chunk in range(8)]
    for first, second in zip(clean, noisy, strict=True):
        np.testing.assert_array_equal(first.portraits.images, second.portraits.images)
        np.testing.assert_array_equal(first.present, first.labels)
        np.testing.assert_array_equal(first.present, second.present)
    flipped = np.mean([np.mean(chunk.present != chunk.labels) for chunk in noisy])
    assert 0.08 < flipped < 0.12


def test_a_twin_is_prepared_like_celeba(twin: Path, tmp_path: Path) -> None:
    celeba.prepare(twin, {"short_side": 32}, tmp_path / "out", {}, "f" * 12, "twin", "faces")
    store = open_store(tmp_path / "out", verify=True)
    assert store.sizes == {"train": 20, "val": 5, "test": 4}
    assert (store.height, store.width) == (39, 32)
    expected = draw_chunk(Dials(**CONFIG), 1, 0).labels[:5]
    np.testing.assert_array_equal(store.split("val").labels, expected)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train": 0}, "'train' must be at least 1, found 0"),
        ({"rho": 1.5}, "'rho' must be at least 0 and at most 1, found 1.5"),
        ({"label_noise": 0.6}, "'label_noise' must be at least 0 and at most 0.5"),
        ({"seed": -1}, "'seed' must be at least 0"),
        ({"sigmma": 1.0}, "unknown option 'sigmma'.*Did you mean 'sigma'"),
    ],
)
def test_wrong_dials_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MtlError, match=f"twin 'faces': .*{message}"):
        faces.check_config(CONFIG | changes)
    with pytest.raises(MtlError, match=message):
        faces.generate(CONFIG | changes, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_generation_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(celeba_copy, "_jpeg", interrupted)
    with pytest.raises(KeyboardInterrupt):
        faces.generate(CONFIG, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
