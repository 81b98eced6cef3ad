from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mtl.data.layouts.cityscapes import Camera, distance, frames, read_camera
from mtl.errors import MtlError
from tests.data import cityscapes_copy

SORTED = ["aachen_000000_000019", "aachen_000002_000019", "ulm_000001_000019"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_frames_are_sorted_and_paired_by_name(tmp_path: Path, wrapped: bool) -> None:
    found = frames(cityscapes_copy.official(tmp_path, wrapped=wrapped), "train")
    assert [frame.name for frame in found] == SORTED
    for frame in found:
        for path in (frame.image, frame.labels, frame.disparity, frame.camera):
            assert path.is_file()
            assert path.name.startswith(f"{frame.name}_")


def test_files_of_other_types_do_not_make_frames(tmp_path: Path) -> None:
    root = cityscapes_copy.official(tmp_path)
    (root / "gtFine/train/aachen/aachen_000009_000019_gtFine_labelIds.png").write_bytes(b"")
    (root / "leftImg8bit/train/aachen/Thumbs.db").write_bytes(b"")
    assert [frame.name for frame in frames(root, "train")] == SORTED


def test_cameras_are_not_needed_for_frames(tmp_path: Path) -> None:
    root = cityscapes_copy.official(tmp_path)
    for path in sorted((root / "camera").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (root / "camera").rmdir()
    assert frames(root, "val")[0].camera == (
        root / "camera/val/lindau/lindau_000000_000019_camera.json"
    )


@pytest.mark.parametrize("kind", ["leftImg8bit", "gtFine", "disparity"])
def test_a_missing_type_is_named_with_its_archive(tmp_path: Path, kind: str) -> None:
    root = cityscapes_copy.official(tmp_path)
    (root / kind).rename(root / "elsewhere")
    with pytest.raises(MtlError, match=rf"no folder '{kind}' .*unpack {kind}_trainvaltest\.zip"):
        frames(root, "train")


def test_a_missing_folder_or_split_is_named(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match="absent: the folder of Cityscapes does not exist"):
        frames(tmp_path / "absent", "train")
    root = cityscapes_copy.official(tmp_path / "copy")
    with pytest.raises(MtlError, match="leftImg8bit/test: no image"):
        frames(root, "test")


@pytest.mark.parametrize(
    "name", ["aachen_000000", "ulm_000000_000019", "aachen_00000x_000019", "aachen_1_2_3"]
)
def test_a_name_that_does_not_say_what_it_is_is_refused(tmp_path: Path, name: str) -> None:
    root = cityscapes_copy.official(tmp_path)
    (root / f"leftImg8bit/train/aachen/{name}_leftImg8bit.png").write_bytes(b"")
    with pytest.raises(MtlError, match=rf"{name}_leftImg8bit\.png: expected the name 'aachen_"):
        frames(root, "train")


def test_the_camera_is_read(tmp_path: Path) -> None:
    frame = frames(cityscapes_copy.official(tmp_path), "val")[0]
    assert read_camera(frame.camera) == Camera(0.209313, 2262.52, 2265.3, 1096.98, 513.137)


@pytest.mark.parametrize("value", [None, "1", 0, -1, True])
def test_a_camera_without_a_number_is_refused(tmp_path: Path, value: object) -> None:
    path = tmp_path / "camera.json"
    content = json.loads(json.dumps(cityscapes_copy.CAMERA))
    content["intrinsic"]["fx"] = value
    path.write_text(json.dumps(content))
    with pytest.raises(MtlError, match=r"camera\.json: field 'intrinsic\.fx': expected a positive"):
        read_camera(path)
    path.write_text("[]")
    with pytest.raises(MtlError, match=r"field 'extrinsic\.baseline'.*found None"):
        read_camera(path)


def test_distances_follow_the_official_rule() -> None:
    """p = 0 is invalid, p = 1 is no disparity; else d = (p - 1) / 256 pixels, Z = B f / d."""
    camera = Camera(0.2, 2000.0, 2000.0, 1000.0, 500.0)
    found = distance(np.array([[0, 1, 257, 5121]], np.uint16), camera)
    np.testing.assert_allclose(found, [[np.nan, np.inf, 400.0, 20.0]])
