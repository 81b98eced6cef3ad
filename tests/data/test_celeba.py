from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mtl.data import celeba
from mtl.data.store import Store, open_store
from mtl.errors import MtlError

Make = Callable[..., Any]


def prepare(root: Path, out: Path, config: Mapping[str, Any] | None = None) -> Store:
    celeba.prepare(
        root=root,
        config=config or {"short_side": 10},
        out=out,
        identity={"of": "a test"},
        fingerprint="0123456789ab",
        source="real",
        source_label="a test copy",
    )
    return open_store(out, expect_fingerprint="0123456789ab", verify=True)


@pytest.mark.parametrize("layout", ["official", "torchvision", "torchvision folder", "kaggle"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_every_layout_is_prepared_alike(
    make_celeba: Make, tmp_path: Path, layout: str, line_end: str, suffix: str
) -> None:
    copy = make_celeba(layout=layout, line_end=line_end, suffix=suffix)
    store = prepare(copy.root, tmp_path / "out")
    assert store.sizes == {"train": 3, "val": 2, "test": 1}
    assert (store.height, store.width) == (12, 10)
    assert store.columns == celeba.ATTRIBUTES
    assert store.classes == (2,) * 40
    assert store.names("val") == ["000004.jpg", "000005.jpg"]
    np.testing.assert_array_equal(store.split("val").labels, copy.labels[3:5])
    with Image.open(copy.images / f"000006{suffix}") as image:
        expected = np.asarray(image.resize((10, 12), Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(store.split("test").images[0], expected.transpose(2, 0, 1))


def test_an_exact_size_is_height_and_width(make_celeba: Make, tmp_path: Path) -> None:
    store = prepare(make_celeba().root, tmp_path / "out", {"size": [8, 6]})
    assert store.split("train").images.shape == (3, 3, 8, 6)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "expected one of the options 'short_side' and 'size'"),
        ({"short_side": 8, "size": [8, 8]}, "expected one of the options"),
        ({"short_sid": 8}, "unknown option 'short_sid'.*Did you mean 'short_side'"),
        ({"short_side": 0}, "expected 'short_side' as pixels"),
        ({"short_side": 8.0}, "expected 'short_side' as pixels"),
        ({"short_side": True}, "expected 'short_side' as pixels"),
        ({"size": 8}, r"'size' as \[height, width\]"),
        ({"size": [8]}, r"'size' as \[height, width\]"),
        ({"size": [8, -8]}, r"'size' as \[height, width\]"),
    ],
)
def test_wrong_options_are_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(MtlError, match=f"celeba: .*{message}"):
        celeba.check_config(config)


def damage_nothing_but_size(path: Path) -> None:
    Image.new("RGB", (21, 25)).save(path)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (Path.unlink, r"000005\.jpg: the image is missing"),
        (truncate, r"000005\.jpg: the image is truncated"),
        (
            damage_nothing_but_size,
            r"000005\.jpg: the image has 21 x 25 pixels, but 000001\.jpg has 20 x 25; "
            r"all must be equal \(aligned CelebA has 178 x 218\)",
        ),
    ],
)
def test_a_damaged_image_leaves_nothing_behind(
    make_celeba: Make, tmp_path: Path, damage: Callable[[Path], None], message: str
) -> None:
    copy = make_celeba()
    damage(copy.images / "000005.jpg")
    with pytest.raises(MtlError, match=message):
        prepare(copy.root, tmp_path / "prepared" / "out")
    assert not (tmp_path / "prepared").exists() or not list((tmp_path / "prepared").iterdir())


def test_an_empty_split_is_refused(make_celeba: Make, tmp_path: Path) -> None:
    copy = make_celeba()
    copy.edit(copy.partition, 6, lambda line: "000006.jpg 0")
    with pytest.raises(
        MtlError, match=r"partition\.txt: no image of the split 'test' \(partition 2"
    ):
        prepare(copy.root, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_manifest_changes_with_what_it_stands_for(make_celeba: Make) -> None:
    copy = make_celeba()
    before = celeba.raw_manifest(copy.root)
    assert (before["layout"], before["images"]) == ("official", 6)
    (copy.images / "Thumbs.db").write_bytes(b"stray")
    assert celeba.raw_manifest(copy.root) == before
    copy.edit(copy.partition, 1, lambda line: "000001.jpg 1")
    changed = celeba.raw_manifest(copy.root)
    assert changed["partition_sha256"] != before["partition_sha256"]
    assert changed["attributes_sha256"] == before["attributes_sha256"]
    truncate(copy.images / "000001.jpg")
    assert celeba.raw_manifest(copy.root)["images_sha256"] != before["images_sha256"]


def test_the_groups_divide_the_attributes() -> None:
    tasks = celeba.PARTITIONS["groups8"]()
    assert [task["name"] for task in tasks] == [
        "global", "eyes", "hair", "mouth", "nose", "beard", "cheek", "wearings",
    ]  # fmt: skip
    columns = [column for task in tasks for column in task["columns"]]
    assert sorted(columns) == sorted(celeba.ATTRIBUTES)
    by_name = {task["name"]: task["columns"] for task in tasks}
    assert by_name["nose"] == ["Big_Nose", "Pointy_Nose"]
    assert by_name["beard"] == [
        "5_o_Clock_Shadow", "Goatee", "Mustache", "No_Beard", "Sideburns",
    ]  # fmt: skip
    assert by_name["wearings"][0] == "Wearing_Earrings"
    assert {task["kind"] for task in tasks} == {"attributes"}


def test_forty_tasks_of_one_attribute() -> None:
    tasks = celeba.PARTITIONS["attributes40"]()
    assert [task["columns"] for task in tasks] == [[name] for name in celeba.ATTRIBUTES]
