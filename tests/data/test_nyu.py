from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mtl.data import nyu
from mtl.data.layouts.nyu import scaled_camera
from mtl.data.layouts.nyu_classes import classes_13
from mtl.data.normals import normals_from_depth
from mtl.data.store import Store, open_store
from mtl.errors import MtlError
from tests.data import nyu_copy
from tests.data.nyu_copy import HEIGHT, WIDTH

WHOLE = {"size": [HEIGHT, WIDTH]}
HALF = {"size": [HEIGHT // 2, WIDTH // 2]}


def prepare(root: Path, out: Path, config: dict[str, Any]) -> Store:
    nyu.prepare(root, config, out, {"of": "a test"}, "0123456789ab", "real", "a test copy")
    return open_store(out, expect_fingerprint="0123456789ab", verify=True)


@pytest.mark.parametrize("depth", ["filled", "raw"])
def test_the_official_files_are_prepared(tmp_path: Path, depth: str) -> None:
    root, written = nyu_copy.write(tmp_path / "raw"), nyu_copy.arrays()
    store = prepare(root, tmp_path / "out", {**HALF, "depth": depth})
    assert store.sizes == {"train": 3, "val": 2}
    assert store.columns == nyu.COLUMNS
    assert store.classes == (2,) * 13 + (0, 0)
    table = classes_13(np.concatenate([[0], nyu_copy.mapping()]).astype(np.uint8))
    for split, numbers in (("train", nyu_copy.TRAIN), ("val", nyu_copy.TEST)):
        arrays = store.split(split)
        assert store.names(split) == [f"{number:04d}" for number in numbers]
        for position, number in enumerate(numbers):
            labels = written["labels"][number - 1][1::2, 1::2]
            np.testing.assert_array_equal(
                arrays.targets["segmentation"][position, 0], table[labels]
            )
            name = "depths" if depth == "filled" else "rawDepths"
            metres = written[name][number - 1]
            np.testing.assert_array_equal(arrays.targets["depth"][position, 0], metres[1::2, 1::2])
            camera = scaled_camera(WIDTH, HEIGHT, WIDTH, HEIGHT)
            normals = normals_from_depth(metres, camera)
            np.testing.assert_array_equal(
                arrays.targets["normals"][position], normals[:, 1::2, 1::2]
            )
            image = Image.fromarray(written["images"][number - 1])
            scaled = image.resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.BILINEAR)
            np.testing.assert_array_equal(arrays.images[position].transpose(1, 2, 0), scaled)


def released(root: Path) -> dict[str, np.ndarray]:
    """MTAN's arrays; eleven images to train, so that names sort otherwise than numbers."""
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(11, HEIGHT, WIDTH, 3))
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    normals[:, 0] = 0
    values = {
        "image": rng.random((11, HEIGHT, WIDTH, 3)),
        "label": rng.integers(-1, 13, (11, HEIGHT, WIDTH)).astype(np.float64),
        "depth": rng.choice([0, 1.5, 7], (11, HEIGHT, WIDTH, 1)),
        "normal": normals,
    }
    for split, count in (("train", 11), ("val", 2)):
        for kind, arrays in values.items():
            (root / split / kind).mkdir(parents=True)
            for number in range(count):
                np.save(root / split / kind / f"{number}.npy", arrays[number])
    return values


def test_mtans_release_is_prepared(tmp_path: Path) -> None:
    written = released(tmp_path / "raw")
    store = prepare(tmp_path / "raw", tmp_path / "out", WHOLE)
    assert store.sizes == {"train": 11, "val": 2}
    assert store.names("train") == [str(number) for number in range(11)]
    arrays = store.split("train")
    for number in range(11):
        found = arrays.targets["segmentation"][number, 0].astype(int)
        np.testing.assert_array_equal(np.where(found == 255, -1, found), written["label"][number])
        np.testing.assert_array_equal(
            arrays.targets["depth"][number, 0], written["depth"][number][..., 0]
        )
        np.testing.assert_allclose(
            arrays.targets["normals"][number],
            written["normal"][number].transpose(2, 0, 1),
            atol=1e-6,
        )


def test_fifteen_tasks_cover_the_columns() -> None:
    tasks = nyu.PARTITIONS["tasks15"]()
    assert [task["kind"] for task in tasks] == ["segmentation"] * 13 + ["depth", "normals"]
    assert [column for task in tasks for column in task["columns"]] == list(nyu.COLUMNS)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "expected the option 'size'.*found None"),
        ({"size": [288]}, "expected the option 'size'"),
        ({**WHOLE, "depths": "raw"}, "unknown option 'depths'.*Did you mean 'depth'"),
        ({**WHOLE, "depth": "rew"}, "unknown depth 'rew'.*Did you mean 'raw'"),
    ],
)
def test_wrong_options_are_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(MtlError, match=f"nyu: .*{message}"):
        nyu.check_config(config)


@pytest.mark.parametrize(
    ("kind", "array", "message"),
    [
        ("label", np.full((HEIGHT, WIDTH), 13), "expected labels from -1 to 12"),
        ("depth", np.full((HEIGHT, WIDTH, 1), -1.0), "expected metres from 0 on"),
        ("normal", np.full((HEIGHT, WIDTH, 3), 1.0), "expected unit vectors or zeros"),
        ("normal", np.zeros((HEIGHT, WIDTH)), r"expected the shape \[H, W, 3\]"),
        ("depth", np.zeros((HEIGHT, 3, 1)), "expected 6 x 8 .*found 6 x 3"),
    ],
)
def test_damaged_arrays_are_refused_by_name(
    tmp_path: Path, kind: str, array: np.ndarray, message: str
) -> None:
    released(tmp_path / "raw")
    np.save(tmp_path / "raw/train" / kind / "3.npy", array)
    with pytest.raises(MtlError, match=rf"{kind}/3\.npy: .*{message}"):
        prepare(tmp_path / "raw", tmp_path / "out", WHOLE)
    assert not (tmp_path / "out").exists()


def test_labels_beyond_the_map_are_refused(tmp_path: Path) -> None:
    labels = nyu_copy.arrays()["labels"]
    labels[0, 0, 0] = 895
    root = nyu_copy.write(tmp_path / "raw", labels=labels)
    with pytest.raises(MtlError, match=r"image 1: expected labels from 0 to 894, found 895"):
        prepare(root, tmp_path / "out", WHOLE)


@pytest.mark.parametrize("name", ["nyu_depth_v2_labeled.mat", "splits.mat", "classMapping40.mat"])
def test_a_missing_official_file_is_named(tmp_path: Path, name: str) -> None:
    root = nyu_copy.write(tmp_path / "raw")
    manifest = nyu.raw_manifest(root)
    assert manifest["layout"] == "official"
    (root / name).unlink()
    with pytest.raises(MtlError, match=rf"{name}: .*does not exist"):
        prepare(root, tmp_path / "out", WHOLE)
    with pytest.raises(MtlError, match=rf"{name}: the file cannot be read"):
        nyu.raw_manifest(root)


def test_the_release_has_a_manifest_of_its_own(tmp_path: Path) -> None:
    released(tmp_path)
    manifest = nyu.raw_manifest(tmp_path)
    assert (manifest["layout"], manifest["val"]["images"]) == ("npy", 2)
    with pytest.raises(MtlError, match="remove the option 'depth'"):
        prepare(tmp_path, tmp_path / "out", {**WHOLE, "depth": "raw"})
