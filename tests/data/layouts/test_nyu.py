from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from mtl.data.layouts import nyu
from mtl.data.layouts.nyu import open_labeled, read_splits, scaled_camera
from mtl.data.layouts.nyu_classes import CLASSES_13, CLASSES_40, classes_13, read_classes_40
from mtl.errors import MtlError
from tests.data import nyu_copy


def test_images_are_read_one_by_one_with_their_axes_turned(tmp_path: Path) -> None:
    root, written = nyu_copy.write(tmp_path), nyu_copy.arrays()
    with open_labeled(root / nyu.LABELED) as labeled:
        assert (labeled.count, labeled.height, labeled.width) == (5, 6, 8)
        for index in range(labeled.count):
            view = labeled.view(index)
            np.testing.assert_array_equal(view.image, written["images"][index])
            np.testing.assert_array_equal(view.depth, written["depths"][index])
            np.testing.assert_array_equal(view.raw_depth, written["rawDepths"][index])
            np.testing.assert_array_equal(view.labels, written["labels"][index])
            assert (view.image.dtype, view.labels.dtype) == (np.uint8, np.uint16)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rawDepths": None}, "the array 'rawDepths' is missing"),
        (
            {"labels": np.zeros((5, 6, 8), np.uint8)},
            "'labels': expected uint16 .*found uint8",
        ),
        ({"images": np.zeros((5, 6, 8), np.uint8)}, "array 'images': expected uint8 with 4 axes"),
        ({"images": np.zeros((5, 6, 8, 4), np.uint8)}, "expected 3 channels, found 4"),
        ({"depths": np.ones((4, 6, 8), np.float32)}, r"'depths': expected the shape \(5, 8, 6\)"),
    ],
)
def test_wrong_arrays_are_refused_by_name(
    tmp_path: Path, changes: dict[str, np.ndarray | None], message: str
) -> None:
    root = nyu_copy.write(tmp_path, **changes)
    with (
        pytest.raises(MtlError, match=rf"nyu_depth_v2_labeled\.mat: .*{message}"),
        open_labeled(root / nyu.LABELED),
    ):
        pass


@pytest.mark.parametrize("value", [np.nan, -1.0])
def test_impossible_depths_are_refused(tmp_path: Path, value: float) -> None:
    depths = nyu_copy.arrays()["depths"]
    depths[2, 1, 1] = value
    root = nyu_copy.write(tmp_path, depths=depths)
    with open_labeled(root / nyu.LABELED) as labeled:
        labeled.view(1)
        with pytest.raises(MtlError, match=r"array 'depths', image 3: expected metres"):
            labeled.view(2)


def test_missing_and_truncated_files_are_named(tmp_path: Path) -> None:
    root = nyu_copy.write(tmp_path)
    path = root / nyu.LABELED
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(MtlError, match=r"labeled\.mat: truncated or no HDF5"), open_labeled(path):
        pass
    path.unlink()
    with pytest.raises(MtlError, match=r"labeled\.mat: the file .* does not exist"):
        open_labeled(path).__enter__()


def test_splits_count_from_one_on_disk(tmp_path: Path) -> None:
    root = nyu_copy.write(tmp_path)
    found = read_splits(root / nyu.SPLITS, nyu_copy.COUNT)
    assert {name: (places + 1).tolist() for name, places in found.items()} == {
        name: list(numbers) for name, numbers in nyu_copy.splits().items()
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"trainNdxs": [[1], [2]]}, "no MATLAB file with trainNdxs and testNdxs"),
        ({"trainNdxs": [[1], [2]], "testNdxs": [[2]]}, "an image is named twice"),
        ({"trainNdxs": [[0], [2]], "testNdxs": [[3]]}, "expected images from 1 to 5, found 0 to 3"),
        ({"trainNdxs": [[1], [2]], "testNdxs": [[6]]}, "expected images from 1 to 5, found 1 to 6"),
    ],
)
def test_wrong_splits_are_refused(tmp_path: Path, content: dict, message: str) -> None:
    savemat(tmp_path / "splits.mat", {name: np.array(one) for name, one in content.items()})
    with pytest.raises(MtlError, match=rf"splits\.mat: .*{message}"):
        read_splits(tmp_path / "splits.mat", 5)


def test_classes_go_by_40_to_13(tmp_path: Path) -> None:
    root = nyu_copy.write(tmp_path)
    table = read_classes_40(root / nyu.MAPPING)
    assert table.shape == (895,)
    assert table[0] == 0
    np.testing.assert_array_equal(table[1:], nyu_copy.mapping())
    assert set(table[1:].tolist()) == set(range(1, 41))


def test_the_row_from_40_to_13_keeps_the_meaning() -> None:
    """Classes whose names agree, and those whose place is plain."""
    found = classes_13(np.arange(41, dtype=np.uint8))
    assert found[0] == 255
    names = dict(zip(CLASSES_40, (CLASSES_13[number] for number in found[1:]), strict=True))
    for same in ("wall", "floor", "bed", "chair", "sofa", "table", "window", "picture", "ceiling"):
        assert names[same] == same
    plain = {
        "books": "books", "television": "tv", "desk": "table", "door": "wall", "blinds": "window",
        "cabinet": "furniture", "lamp": "objects", "floormat": "floor", "toilet": "objects",
    }  # fmt: skip
    assert {name: names[name] for name in plain} == plain
    assert set(found[1:].tolist()) == set(range(13))


@pytest.mark.parametrize(
    "content",
    [
        {"mapClasses": np.ones((1, 894))},
        {"mapClass": np.ones((1, 893))},
        {"mapClass": np.zeros((1, 894))},
    ],
)
def test_another_map_of_classes_is_refused(tmp_path: Path, content: dict) -> None:
    savemat(tmp_path / "map.mat", content)
    with pytest.raises(MtlError, match=r"map\.mat: .*mapClass"):
        read_classes_40(tmp_path / "map.mat")
    with pytest.raises(MtlError, match=r"absent\.mat: the map of the classes does not exist"):
        read_classes_40(tmp_path / "absent.mat")


def test_a_scaled_camera_sees_the_same() -> None:
    assert scaled_camera(640, 480, 640, 480) == nyu.CAMERA
    half = scaled_camera(640, 480, 320, 240)
    # The edges of the image stay in the same directions.
    for whole, small, size in (
        ((nyu.CAMERA.cx, nyu.CAMERA.fx), (half.cx, half.fx), 640),
        ((nyu.CAMERA.cy, nyu.CAMERA.fy), (half.cy, half.fy), 480),
    ):
        for edge in (-0.5, size - 0.5):
            there = (edge - whole[0]) / whole[1]
            assert ((edge + 0.5) / 2 - 0.5 - small[0]) / small[1] == pytest.approx(there)
    tiny = scaled_camera(96, 72, 96, 72)
    assert tiny.fx == pytest.approx(nyu.CAMERA.fx * 96 / 640)
