from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mtl.data import cityscapes
from mtl.data.layouts.cityscapes import frames
from mtl.data.layouts.cityscapes_classes import groups_by_id
from mtl.data.store import Store, open_store
from mtl.errors import MtlError
from tests.data import cityscapes_copy
from tests.data.cityscapes_copy import HEIGHT, WIDTH

HALF = {"size": [HEIGHT // 2, WIDTH // 2]}
WHOLE = {"size": [HEIGHT, WIDTH]}


def prepare(root: Path, out: Path, config: dict[str, Any]) -> Store:
    cityscapes.prepare(root, config, out, {"of": "a test"}, "0123456789ab", "real", "a test copy")
    return open_store(out, expect_fingerprint="0123456789ab", verify=True)


def test_the_official_files_are_prepared(tmp_path: Path) -> None:
    root = cityscapes_copy.official(tmp_path / "raw")
    store = prepare(root, tmp_path / "out", HALF)
    assert store.sizes == {"train": 3, "val": 1}
    assert store.columns[-2:] == ("vehicle", "depth")
    assert store.classes == (2,) * 7 + (0,)
    assert store.targets == ("segmentation", "depth")
    for split in ("train", "val"):
        arrays, found = store.split(split), frames(root, split)
        assert store.names(split) == [frame.name for frame in found]
        for position, frame in enumerate(found):
            # The nearest pixel's centre, at half the size: the second of every two.
            labels = np.array(Image.open(frame.labels))[1::2, 1::2]
            np.testing.assert_array_equal(
                arrays.targets["segmentation"][position, 0], groups_by_id("trainid")[labels]
            )
            disparity = np.array(Image.open(frame.disparity))[1::2, 1::2]
            depth = arrays.targets["depth"][position, 0]
            np.testing.assert_allclose(depth, disparity / 65535, rtol=1e-7)
            np.testing.assert_array_equal(depth == 0, disparity == 0)
            np.testing.assert_array_equal(np.rint(depth * 65535.0), disparity)
            scaled = Image.open(frame.image).resize((WIDTH // 2, HEIGHT // 2), Image.BILINEAR)
            np.testing.assert_array_equal(arrays.images[position].transpose(1, 2, 0), scaled)


def test_the_variant_of_the_classes_counts(tmp_path: Path) -> None:
    root = cityscapes_copy.official(tmp_path / "raw")
    for variant in ("trainid", "category", "paper"):
        store = prepare(root, tmp_path / variant, {**WHOLE, "classes": variant})
        labels = np.array(Image.open(frames(root, "val")[0].labels))
        np.testing.assert_array_equal(
            store.split("val").targets["segmentation"][0, 0], groups_by_id(variant)[labels]
        )


@pytest.mark.parametrize("labels", ["label_7", "label"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("low_res", [False, True])
def test_mtans_release_is_prepared(tmp_path: Path, labels: str, dtype: type, low_res: bool) -> None:
    root = cityscapes_copy.released(tmp_path / "raw", labels=labels, dtype=dtype, low_res=low_res)
    store = prepare(root, tmp_path / "out", WHOLE)
    assert store.sizes == {"train": 12, "val": 2}
    assert store.names("train") == [str(number) for number in range(12)]
    base = root / "low_res" if low_res else root
    for number in range(12):
        arrays, folder = store.split("train"), base / "train"
        image = np.load(folder / "image" / f"{number}.npy")
        np.testing.assert_array_equal(
            arrays.images[number], np.rint(image.transpose(2, 0, 1).astype(float) * 255)
        )
        wanted = np.load(folder / labels / f"{number}.npy")
        found = arrays.targets["segmentation"][number, 0].astype(int)
        np.testing.assert_array_equal(np.where(found == 255, -1, found), wanted)
        depth = np.load(folder / "depth" / f"{number}.npy")[..., 0]
        np.testing.assert_array_equal(arrays.targets["depth"][number, 0], depth.astype(np.float32))


def test_eight_tasks_cover_the_columns() -> None:
    tasks = cityscapes.PARTITIONS["tasks8"]()
    assert [task["kind"] for task in tasks] == ["segmentation"] * 7 + ["depth"]
    assert [column for task in tasks for column in task["columns"]] == list(cityscapes.COLUMNS)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "expected the option 'size'.*found None"),
        ({"size": 128}, "expected the option 'size'"),
        ({"size": [128, 0]}, "expected the option 'size'"),
        ({"siz": [1, 1]}, "unknown option 'siz'.*Did you mean 'size'"),
        ({**WHOLE, "classes": "papers"}, "unknown variant 'papers'.*Did you mean 'paper'"),
    ],
)
def test_wrong_options_are_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(MtlError, match=f"cityscapes: .*{message}"):
        cityscapes.check_config(config)


def official_path(kind: str) -> Callable[[Path], Path]:
    endings = {
        "leftImg8bit": "leftImg8bit.png",
        "gtFine": "gtFine_labelIds.png",
        "disparity": "disparity.png",
    }
    return lambda root: root / f"{kind}/train/ulm/ulm_000001_000019_{endings[kind]}"


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def eight_bits(path: Path) -> None:
    Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint8)).save(path)


def colours(path: Path) -> None:
    Image.fromarray(np.zeros((HEIGHT, WIDTH, 3), np.uint8)).save(path)


def smaller(path: Path) -> None:
    kind = np.uint16 if "disparity" in path.name else np.uint8
    Image.fromarray(np.zeros((HEIGHT, WIDTH - 1), kind)).save(path)


def unknown_label(path: Path) -> None:
    Image.fromarray(np.full((HEIGHT, WIDTH), 34, np.uint8)).save(path)


@pytest.mark.parametrize(
    ("kind", "damage", "message"),
    [
        ("gtFine", Path.unlink, "No such file"),
        ("disparity", Path.unlink, "No such file"),
        ("leftImg8bit", truncate, "truncated"),
        ("gtFine", truncate, "truncated"),
        ("disparity", truncate, "truncated"),
        ("disparity", eight_bits, "expected one channel of 16 bits, found an image of mode 'L'"),
        ("gtFine", colours, "expected one channel of 8 bits, found an image of mode 'RGB'"),
        ("gtFine", smaller, "15 x 8 pixels, but ulm_000001_000019_leftImg8bit.png has 16 x 8"),
        ("disparity", smaller, "15 x 8 pixels"),
        ("gtFine", unknown_label, "expected labels from 0 to 33, found 34"),
    ],
)
def test_damaged_official_files_are_refused_by_name(
    tmp_path: Path, kind: str, damage: Callable[[Path], None], message: str
) -> None:
    root = cityscapes_copy.official(tmp_path / "raw")
    path = official_path(kind)(root)
    damage(path)
    with pytest.raises(MtlError, match=f"{path.name}: .*{message}"):
        prepare(root, tmp_path / "out", HALF)
    assert not (tmp_path / "out").exists()


def save(array: np.ndarray) -> Callable[[Path], None]:
    return lambda path: np.save(path, array)


@pytest.mark.parametrize(
    ("kind", "damage", "message"),
    [
        ("label_7", Path.unlink, "does not exist"),
        ("depth", truncate, "truncated or not a NumPy array"),
        ("image", save(np.zeros((HEIGHT, WIDTH))), r"expected the shape \[H, W, 3\]"),
        ("image", save(np.full((HEIGHT, WIDTH, 3), 255.0)), "expected values from 0 to 1"),
        ("label_7", save(np.full((HEIGHT, WIDTH), 7)), "expected labels from -1 to 6"),
        ("label_7", save(np.zeros((HEIGHT, 3))), r"expected 8 x 16 .*found 8 x 3"),
        ("depth", save(np.full((HEIGHT, WIDTH, 1), np.nan)), "expected finite numbers"),
        ("depth", save(np.full((HEIGHT, WIDTH, 1), 2.0)), "expected disparities / 65535"),
        ("depth", save(np.array([["a"]])), r"expected the shape"),
    ],
)
def test_damaged_arrays_are_refused_by_name(
    tmp_path: Path, kind: str, damage: Callable[[Path], None], message: str
) -> None:
    root = cityscapes_copy.released(tmp_path / "raw")
    path = root / "train" / kind / "3.npy"
    damage(path)
    with pytest.raises(MtlError, match=rf"{kind}/3\.npy: .*{message}"):
        prepare(root, tmp_path / "out", WHOLE)
    assert not (tmp_path / "out").exists()


def test_a_folder_without_either_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match=r"expected the official folders .*found neither"):
        prepare(tmp_path, tmp_path / "out", WHOLE)
    root = cityscapes_copy.released(tmp_path / "raw")
    with pytest.raises(MtlError, match="remove the option 'classes'"):
        prepare(root, tmp_path / "out", {**WHOLE, "classes": "paper"})
    (root / "val" / "label_7").rename(root / "val" / "labels")
    with pytest.raises(MtlError, match="no folder of labels; expected label_7 or label"):
        prepare(root, tmp_path / "out", WHOLE)


def test_the_manifest_tells_copies_apart(tmp_path: Path) -> None:
    official = cityscapes_copy.official(tmp_path / "official")
    manifest = cityscapes.raw_manifest(official)
    assert (manifest["layout"], manifest["train"]["frames"]) == ("official", 3)
    assert cityscapes.raw_manifest(official) == manifest
    path = official_path("gtFine")(official)
    path.write_bytes(path.read_bytes() + b"x")
    assert cityscapes.raw_manifest(official) != manifest
    path.unlink()
    with pytest.raises(MtlError, match=f"{path.name}: the file cannot be read"):
        cityscapes.raw_manifest(official)
    released = cityscapes.raw_manifest(cityscapes_copy.released(tmp_path / "released"))
    assert (released["layout"], released["val"]["frames"]) == ("npy", 2)
