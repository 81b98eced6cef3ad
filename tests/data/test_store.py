from __future__ import annotations

import errno
import io
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.data import store as store_module
from mtl.data.store import SPLITS, SplitSource, labelled, open_store, write_store
from mtl.errors import MtlError

HEIGHT, WIDTH = 3, 5
SIZES = {"train": 4, "val": 2, "test": 1}
ARRAYS = [f"{kind}_{split}.npy" for kind in ("images", "labels") for split in SPLITS]


def arrays(split: str) -> dict[str, Any]:
    rng, size = np.random.default_rng(SPLITS.index(split)), SIZES[split]
    return {
        "names": [f"{split} {number}.jpg" for number in range(size)],
        "labels": np.stack([rng.integers(0, 2, size), rng.integers(0, 10, size)], 1).astype("u1"),
        "images": rng.integers(0, 256, (size, 3, HEIGHT, WIDTH)).astype(np.uint8),
    }


def sources() -> dict[str, SplitSource]:
    return {split: labelled(**arrays(split)) for split in SIZES}


def maps(split: str) -> dict[str, np.ndarray]:
    rng, shape = np.random.default_rng(SPLITS.index(split)), (SIZES[split], 1, HEIGHT, WIDTH)
    normals = rng.normal(size=(SIZES[split], 3, HEIGHT, WIDTH))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    normals[:, :, 0] = 0
    return {
        "images": rng.integers(0, 256, (SIZES[split], 3, HEIGHT, WIDTH)).astype(np.uint8),
        "segmentation": rng.choice([0, 1, 255], shape).astype(np.uint8),
        "depth": rng.random(shape, np.float32),
        "normals": normals.astype(np.float32),
    }


def write_maps(directory: Path, **changed: np.ndarray) -> Path:
    """A store of maps; `changed` arrays replace those of the split "val"."""
    splits = {}
    for split in SPLITS:
        whole = maps(split) | (changed if split == "val" else {})
        items = [
            {name: values[row] for name, values in whole.items()} for row in range(SIZES[split])
        ]
        splits[split] = SplitSource(arrays(split)["names"], items)
    return write(
        directory,
        columns=["flat", "sky", "depth", "normals"],
        classes=[2, 2, 0, 0],
        targets=["segmentation", "depth", "normals"],
        splits=splits,
    )


def write(directory: Path, **changes: Any) -> Path:
    arguments: dict[str, Any] = {
        "dataset": "celeba",
        "identity": {"seed": 1, "name": "é"},
        "fingerprint": "abcdef012345",
        "source": "twin",
        "source_label": "synthetic",
        "columns": ["Smiling", "digit"],
        "classes": [2, 10],
        "height": HEIGHT,
        "width": WIDTH,
        "splits": sources(),
    }
    write_store(directory, **(arguments | changes))
    return directory


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write(tmp_path / "store")


def test_what_was_written_is_read_back(written: Path) -> None:
    store = open_store(written, expect_fingerprint="abcdef012345", verify=True)
    assert (store.dataset, store.source, store.source_label) == ("celeba", "twin", "synthetic")
    assert store.identity == {"seed": 1, "name": "é"}
    assert (store.columns, store.classes) == (("Smiling", "digit"), (2, 10))
    assert (store.height, store.width) == (HEIGHT, WIDTH)
    assert list(store.sizes.items()) == list(SIZES.items())
    assert store.targets == ("labels",)
    for name in SPLITS:
        split, source = store.split(name), arrays(name)
        np.testing.assert_array_equal(split.images, source["images"])
        np.testing.assert_array_equal(split.labels, source["labels"])
        assert split.images.dtype == split.labels.dtype == np.uint8
        assert store.names(name) == source["names"]


def test_maps_are_read_back(tmp_path: Path) -> None:
    store = open_store(write_maps(tmp_path / "store"), verify=True)
    assert store.targets == ("segmentation", "depth", "normals")
    for name in SPLITS:
        split, written = store.split(name), maps(name)
        np.testing.assert_array_equal(split.images, written.pop("images"))
        assert split.targets.keys() == written.keys()
        for target, values in written.items():
            np.testing.assert_array_equal(split.targets[target], values)
            assert split.targets[target].dtype == values.dtype
        with pytest.raises(KeyError, match="labels"):
            assert split.labels is None


@pytest.mark.parametrize(
    ("target", "value", "message"),
    [
        ("segmentation", np.uint8(2), "holds values that 'segmentation' cannot have"),
        ("depth", np.float32(-1), "holds values that 'depth' cannot have"),
        ("depth", np.float32(np.nan), "holds values that 'depth' cannot have"),
        ("depth", np.float64(1), "row 1 of depth_val.npy is float64"),
        ("normals", np.float32(0.5), "holds values that 'normals' cannot have"),
        ("images", np.float32(0.5), "row 1 of images_val.npy is float32"),
    ],
)
def test_maps_of_other_values_are_refused(
    tmp_path: Path, target: str, value: Any, message: str
) -> None:
    values = maps("val")[target].astype(value.dtype)
    values[1, :, 2, 3] = value
    with pytest.raises(ValueError, match=message.replace("row 1", "row 0|row 1")):
        write_maps(tmp_path / "store", **{target: values})
    assert list(tmp_path.iterdir()) == []


def test_a_store_of_binary_columns_is_what_it_always_was(tmp_path: Path) -> None:
    written = write_maps(tmp_path / "store")
    facts: dict[str, Any] = {}
    for split in SPLITS:
        names = "".join(f"{name}\n" for name in arrays(split)["names"]).encode()
        files = {"names": names} | {name: saved(values) for name, values in maps(split).items()}
        for name, content in files.items():
            suffix = "txt" if name == "names" else "npy"
            assert (written / f"{name}_{split}.{suffix}").read_bytes() == content
        hashes = {f"{name}_sha256": sha256(content).hexdigest() for name, content in files.items()}
        facts[split] = {"n": SIZES[split], **hashes}
    description = json.loads((written / "store.json").read_text(encoding="utf-8"))
    description.pop("content")
    assert description == {
        "schema": 2,
        "dataset": "celeba",
        "fingerprint": "abcdef012345",
        "identity": {"seed": 1, "name": "é"},
        "source": "twin",
        "source_label": "synthetic",
        "columns": ["flat", "sky", "depth", "normals"],
        "classes": [2, 2, 0, 0],
        "targets": ["segmentation", "depth", "normals"],
        "height": HEIGHT,
        "width": WIDTH,
        "splits": facts,
    }


def saved(values: np.ndarray) -> bytes:
    """As NumPy itself saves an array."""
    buffer = io.BytesIO()
    np.save(buffer, values)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("target", "highest", "refused"),
    [
        ("segmentation", [20, 255], [21, 254]),
        ("parts", [6, 255], [7]),
        ("saliency", [1], [2, 255]),
        ("edges", [1], [2, 255]),
    ],
)
def test_columns_of_targets_state_the_number_of_their_classes(
    tmp_path: Path, target: str, highest: list[int], refused: list[int]
) -> None:
    for value in highest:
        store = open_store(write_target(tmp_path / f"{value}", target, value), verify=True)
        assert (store.split("val").targets[target] == value).all()
    for value in refused:
        with pytest.raises(ValueError, match=f"holds values that '{target}' cannot have"):
            write_target(tmp_path / "refused", target, value)


def write_target(directory: Path, changed: str, value: int) -> Path:
    """A store with a column for each target; one target has one value everywhere."""
    targets = {"segmentation": 21, "parts": 7, "saliency": 2, "edges": 2}
    row = {name: np.zeros((1, HEIGHT, WIDTH), np.uint8) for name in targets}
    row[changed] += np.uint8(value)
    row["images"] = np.zeros((3, HEIGHT, WIDTH), np.uint8)
    return write(
        directory,
        columns=list(targets),
        classes=list(targets.values()),
        targets=list(targets),
        splits={split: SplitSource(["one"], [row]) for split in ("train", "val")},
    )


def test_a_truncated_map_is_refused(tmp_path: Path) -> None:
    written = write_maps(tmp_path / "store")
    path = written / "depth_test.npy"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(MtlError, match=r"depth_test\.npy: truncated or not a NumPy array"):
        open_store(written)


def test_a_store_may_lack_a_test_split(tmp_path: Path) -> None:
    splits = sources()
    del splits["test"]
    store = open_store(write(tmp_path / "store", splits=splits), verify=True)
    assert list(store.sizes) == ["train", "val"]
    with pytest.raises(MtlError, match="unknown split 'test'"):
        store.split("test")


def test_arrays_are_mapped_read_only(written: Path) -> None:
    split = open_store(written).split("train")
    assert isinstance(split.images, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        split.images[0] = 0


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_numpy_reads_the_arrays(written: Path) -> None:
    assert np.load(written / "images_train.npy").shape == (4, 3, HEIGHT, WIDTH)


def test_an_unknown_split_is_refused(written: Path) -> None:
    with pytest.raises(MtlError, match=r"unknown split 'vall'.*Did you mean 'val'"):
        open_store(written).split("vall")


def test_another_fingerprint_is_refused(written: Path) -> None:
    with pytest.raises(MtlError, match=r"store\.json: expected.*000000000000, found abcdef012345"):
        open_store(written, expect_fingerprint="0" * 12)


@pytest.mark.parametrize("name", ["store.json", "names_val.txt", *ARRAYS])
def test_a_missing_file_is_named(written: Path, name: str) -> None:
    (written / name).unlink()
    with pytest.raises(MtlError, match=rf"{name}: the .* (missing|does not exist)"):
        open_store(written)


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("kept", [0, 5, 40, 127, -1])
def test_a_truncated_array_is_refused(written: Path, name: str, kept: int) -> None:
    path = written / name
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(MtlError, match=rf"{name}: truncated or not a NumPy array"):
        open_store(written)


@pytest.mark.parametrize("name", ARRAYS)
def test_trailing_bytes_are_refused(written: Path, name: str) -> None:
    with open(written / name, "ab") as file:
        file.write(b"\0")
    with pytest.raises(MtlError, match=rf"{name}: expected \d+ bytes, found \d+"):
        open_store(written)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 3, WIDTH, HEIGHT), np.uint8),
        np.zeros((3, 3, HEIGHT, WIDTH), np.uint8),
        np.zeros((4, 3, HEIGHT, WIDTH), np.int8),
    ],
)
def test_another_shape_or_type_is_refused(written: Path, array: np.ndarray) -> None:
    np.save(written / "images_train.npy", array)
    with pytest.raises(
        MtlError, match=r"images_train\.npy: expected uint8 of shape \(4, 3, 3, 5\)"
    ):
        open_store(written)


def test_an_array_of_objects_is_not_unpickled(written: Path) -> None:
    np.save(written / "labels_val.npy", np.array([[{}]], object), allow_pickle=True)
    with pytest.raises(MtlError, match=r"labels_val\.npy: truncated or not a NumPy array"):
        open_store(written)


def test_lost_names_are_refused(written: Path) -> None:
    path = written / "names_train.txt"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]))
    with pytest.raises(MtlError, match=r"names_train\.txt: expected 4 names, found 3"):
        open_store(written)


def test_binary_names_are_refused(written: Path) -> None:
    (written / "names_train.txt").write_bytes(b"\xff\xfe\n" * 4)
    with pytest.raises(MtlError, match=r"names_train\.txt: not UTF-8"):
        open_store(written)


@pytest.mark.parametrize("name", [*ARRAYS, "names_test.txt"])
def test_an_edit_of_the_same_size_is_found_by_verifying(written: Path, name: str) -> None:
    data = bytearray((written / name).read_bytes())
    data[-2] ^= 1
    (written / name).write_bytes(bytes(data))
    open_store(written)
    with pytest.raises(MtlError, match=rf"{name}: its hash is not the one in store\.json"):
        open_store(written, verify=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 2], "truncated or not JSON"),
        (lambda text: text.replace('"twin"', '"real"'), "field 'content' does not match"),
        (lambda text: text.replace('"schema": 2', '"schema": 1'), "'schema': expected 2, found 1"),
        (lambda text: "[]", "field 'schema': expected 2, found None"),
        (lambda text: '{"schema": 2}', "field 'content' does not match"),
    ],
)
def test_an_edited_description_is_refused(
    written: Path, change: Callable[[str], str], message: str
) -> None:
    path = written / "store.json"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(MtlError, match=rf"store\.json: .*{message}"):
        open_store(written)


def test_the_description_holds_what_readers_of_json_need(written: Path) -> None:
    description = json.loads((written / "store.json").read_text(encoding="utf-8"))
    assert description["splits"]["train"].keys() == {
        "n",
        "images_sha256",
        "labels_sha256",
        "names_sha256",
    }
    assert description["fingerprint"] == "abcdef012345"


def replaced(split: str, **changes: Any) -> dict[str, SplitSource]:
    return sources() | {split: labelled(**(arrays(split) | changes))}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source": "fake"}, "source must be one of"),
        ({"classes": [2]}, "one number of classes each"),
        ({"columns": ["a", "a"]}, "columns must be distinct"),
        ({"targets": []}, "targets must be of"),
        ({"targets": ["contours"]}, "targets must be of"),
        ({"splits": {"train": sources()["train"]}}, "splits must be"),
        ({"splits": replaced("val", labels=np.zeros((2, 3), np.uint8))}, "labels_val.npy is"),
        ({"splits": replaced("val", labels=np.zeros((2, 2), int))}, "labels_val.npy is int64"),
        ({"splits": replaced("val", labels=np.full((2, 2), 2, np.uint8))}, "values that 'labels'"),
        (
            {"splits": replaced("val", names=[], labels=np.zeros((0, 2), np.uint8), images=[])},
            "empty",
        ),
        ({"splits": replaced("val", names=["a\nb", "c"])}, "line end"),
        ({"splits": replaced("test", images=[])}, "shorter|longer"),
        ({"splits": replaced("test", names=["a", "b"])}, r"images_test\.npy needs 2 rows, got 1"),
        (
            {"splits": replaced("test", images=[np.zeros((3, 1, 1), np.uint8)])},
            r"row 0 of images_test\.npy",
        ),
    ],
)
def test_contradicting_arguments_leave_nothing(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        write(tmp_path / "store", **changes)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_keeps_the_old_store(written: Path) -> None:
    def failing() -> Iterator[np.ndarray]:
        yield np.zeros((3, HEIGHT, WIDTH), np.uint8)
        raise MtlError("image 2 is corrupt")

    before = (written / "store.json").read_bytes()
    with pytest.raises(MtlError, match="image 2 is corrupt"):
        write(written, splits=replaced("val", images=failing()))
    assert (written / "store.json").read_bytes() == before
    assert list(written.parent.iterdir()) == [written]
    open_store(written, verify=True)


def test_a_full_disk_is_an_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store_module, "_write_arrays", full)
    with pytest.raises(MtlError, match="the disk is full"):
        write(tmp_path / "store")
    assert list(tmp_path.iterdir()) == []


@given(
    data=st.data(),
    height=st.integers(1, 4),
    width=st.integers(1, 4),
    columns=st.integers(1, 3),
)
def test_any_sizes_survive(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    height: int,
    width: int,
    columns: int,
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    sizes = {split: data.draw(st.integers(1, 4), label=split) for split in SPLITS}
    images = {n: rng.integers(0, 256, (k, 3, height, width), np.uint8) for n, k in sizes.items()}
    labels = {n: rng.integers(0, 2, (k, columns), np.uint8) for n, k in sizes.items()}
    directory = tmp_path_factory.mktemp("any") / "store"
    write(
        directory,
        columns=[f"column {number}" for number in range(columns)],
        classes=[2] * columns,
        height=height,
        width=width,
        splits={
            split: labelled([str(i) for i in range(size)], labels[split], images[split])
            for split, size in sizes.items()
        },
    )
    store = open_store(directory, verify=True)
    for split in SPLITS:
        np.testing.assert_array_equal(store.split(split).images, images[split])
        np.testing.assert_array_equal(store.split(split).labels, labels[split])
