from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mtl.data import digits
from mtl.data.store import Store, open_store
from mtl.errors import MtlError

CONFIG: dict[str, Any] = {"train": 40, "val": 20, "test": 10, "side": 16}


def prepare(out: Path, **changes: Any) -> Store:
    digits.prepare(
        root=None,
        config=CONFIG | changes,
        out=out,
        identity={},
        fingerprint="0123456789ab",
        source="real",
        source_label="real digits",
    )
    return open_store(out, verify=True)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return prepare(tmp_path_factory.mktemp("digits") / "store")


def pairs(store: Store, split: str) -> np.ndarray:
    return np.array([name.split("-") for name in store.names(split)]).astype(int)


def test_the_store_describes_two_tasks_of_ten_classes(store: Store) -> None:
    assert (store.columns, store.classes) == (("left", "right"), (10, 10))
    assert store.sizes == {"train": 40, "val": 20, "test": 10}
    assert (store.height, store.width) == (16, 32)
    images = store.split("train").images
    np.testing.assert_array_equal(images[:, 0], images[:, 1])
    np.testing.assert_array_equal(images[:, 0], images[:, 2])


def test_no_scan_is_in_two_splits(store: Store) -> None:
    members = digits.split_scans()
    assert sorted(np.concatenate(list(members.values()))) == list(range(digits.SCANS))
    assert [len(part) for part in members.values()] == [1078, 359, 360]
    for split, part in members.items():
        assert set(pairs(store, split).ravel()) <= set(part)


def test_every_split_has_every_digit() -> None:
    _, labels = digits.load_scans()
    for part in digits.split_scans().values():
        assert np.bincount(labels[part], minlength=10).min() >= 20


def test_labels_and_halves_are_those_of_the_scans(store: Store) -> None:
    scans, labels = digits.load_scans()
    for split in store.sizes:
        arrays = store.split(split)
        drawn = pairs(store, split)
        np.testing.assert_array_equal(arrays.labels, labels[drawn])
        for image, (left, right) in zip(arrays.images, drawn, strict=True):
            for half, scan in ((image[0, :, :16], left), (image[0, :, 16:], right)):
                coarse = half.reshape(8, 2, 8, 2).mean(axis=(1, 3))
                assert np.corrcoef(coarse.ravel(), scans[scan].ravel())[0, 1] > 0.9


def test_nearest_keeps_the_grey_levels(tmp_path: Path) -> None:
    store = prepare(tmp_path / "a", upscale="nearest", side=8)
    scans, _ = digits.load_scans()
    left, right = pairs(store, "val")[0]
    expected = np.rint(np.concatenate([scans[left], scans[right]], axis=1) * (255 / 16))
    np.testing.assert_array_equal(store.split("val").images[0, 0], expected)


def test_overlapping_digits_keep_the_stronger_ink(tmp_path: Path) -> None:
    apart = prepare(tmp_path / "a").split("train").images
    store = prepare(tmp_path / "b", overlap=6)
    together = store.split("train").images
    assert store.width == 26
    np.testing.assert_array_equal(together[..., :10], apart[..., :10])
    np.testing.assert_array_equal(together[..., 16:], apart[..., 22:])
    np.testing.assert_array_equal(
        together[..., 10:16], np.maximum(apart[..., 10:16], apart[..., 16:22])
    )


def test_equal_seeds_give_equal_bytes_and_others_do_not(store: Store, tmp_path: Path) -> None:
    again, other = prepare(tmp_path / "a"), prepare(tmp_path / "b", seed=1)
    for path in store.directory.iterdir():
        assert path.read_bytes() == (again.directory / path.name).read_bytes()
    assert other.names("train") != store.names("train")


def test_the_splits_are_drawn_apart(store: Store, tmp_path: Path) -> None:
    more = prepare(tmp_path / "a", train=41)
    assert more.names("val") == store.names("val")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"overlap": 17}, r"'overlap' must be at most 'side' \(16\), found 17"),
        ({"side": 7}, "'side' must be at least 8"),
        ({"upscale": "cubic"}, "unknown upscale 'cubic'"),
        ({"train": 0}, "'train' must be at least 1"),
        ({"short_side": 32}, "unknown option 'short_side'"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MtlError, match=f"digits: .*{message}"):
        digits.check_config(CONFIG | changes)
    with pytest.raises(MtlError, match=message):
        prepare(tmp_path / "out", **changes)
    assert list(tmp_path.iterdir()) == []


def test_other_scans_than_the_known_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digits, "SCANS_SHA256", "0" * 64)
    with pytest.raises(MtlError, match=r"have SHA-256 87ff0c9e.*, expected 0000"):
        prepare(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_is_known_without_the_scans() -> None:
    assert digits.raw_manifest() == {"scans": 1797, "scans_sha256": digits.SCANS_SHA256}


def test_two_tasks_of_one_column() -> None:
    assert digits.PARTITIONS["left_right"]() == [
        {"name": "left", "kind": "classes", "columns": ["left"]},
        {"name": "right", "kind": "classes", "columns": ["right"]},
    ]
