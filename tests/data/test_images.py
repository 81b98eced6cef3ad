from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

from mtl.data.images import nearest, read_map, read_rgb, resize, short_side_size
from mtl.errors import MtlError


@pytest.fixture(params=[".jpg", ".png"])
def photograph(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"000007{request.param}"
    pixels = np.random.default_rng(0).integers(0, 256, (218, 178, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_a_whole_image_is_read_as_pillow_reads_it(photograph: Path) -> None:
    with Image.open(photograph) as expected:
        np.testing.assert_array_equal(np.asarray(read_rgb(photograph)), np.asarray(expected))


def test_a_grey_image_becomes_rgb(tmp_path: Path) -> None:
    Image.new("L", (4, 3), 9).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(
        np.asarray(read_rgb(tmp_path / "grey.png")), np.full((3, 4, 3), 9, np.uint8)
    )


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
@pytest.mark.parametrize("tail", ["cut", "zeros"])
def test_a_truncated_image_is_refused(photograph: Path, share: float, tail: str) -> None:
    data = photograph.read_bytes()
    kept = int(len(data) * share)
    rest = b"" if tail == "cut" else bytes(len(data) - kept)
    photograph.write_bytes(data[:kept] + rest)
    with pytest.raises(MtlError, match=rf"{photograph.name}: the image is truncated"):
        read_rgb(photograph)


def test_an_image_that_lacks_only_its_end_is_refused(photograph: Path) -> None:
    photograph.write_bytes(photograph.read_bytes()[:-2])
    with pytest.raises(MtlError, match=r"truncated"):
        read_rgb(photograph)


def test_padding_after_the_end_is_harmless(photograph: Path) -> None:
    before = np.asarray(read_rgb(photograph))
    photograph.write_bytes(photograph.read_bytes() + bytes(16))
    np.testing.assert_array_equal(np.asarray(read_rgb(photograph)), before)


def test_truncated_images_are_refused_even_where_pillow_was_told_to_load_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    Image.effect_noise((64, 64), 50).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(MtlError, match="truncated"):
        read_rgb(path)


@pytest.mark.parametrize("content", [b"", b"<html>quota exceeded</html>", b"GIF89a" + bytes(30)])
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "000001.jpg"
    path.write_bytes(content)
    with pytest.raises(MtlError, match=r"000001\.jpg: .*\(not a JPEG or PNG image\)"):
        read_rgb(path)


def test_a_missing_image_is_named(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match=r"000001\.jpg: the image cannot be read \(No such file"):
        read_rgb(tmp_path / "000001.jpg")


@pytest.mark.parametrize(
    ("size", "short_side", "expected"),
    [
        ((218, 178), 64, (78, 64)),
        ((218, 178), 32, (39, 32)),
        ((178, 218), 64, (64, 78)),
        ((100, 100), 64, (64, 64)),
        ((218, 178), 178, (218, 178)),
    ],
)
def test_the_long_side_is_rounded_down(
    size: tuple[int, int], short_side: int, expected: tuple[int, int]
) -> None:
    assert short_side_size(*size, short_side) == expected


@pytest.mark.oracle
@pytest.mark.parametrize("short_side", [32, 64, 200])
def test_scaling_is_that_of_torchvision(photograph: Path, short_side: int) -> None:
    transforms = pytest.importorskip("torchvision.transforms")
    image = read_rgb(photograph)
    expected = np.asarray(transforms.Resize(short_side)(image)).transpose(2, 0, 1)
    np.testing.assert_array_equal(resize(image, *short_side_size(218, 178, short_side)), expected)


def test_scaling_averages_what_it_drops(tmp_path: Path) -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    small = resize(Image.fromarray(stripes), 8, 8)
    assert small.shape == (3, 8, 8)
    assert abs(small.astype(float) - 127.5).max() < 8


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_map_keeps_its_values(tmp_path: Path, dtype: type) -> None:
    values = np.random.default_rng(0).integers(0, np.iinfo(dtype).max + 1, (5, 7)).astype(dtype)
    Image.fromarray(values).save(tmp_path / "map.png")
    found = read_map(tmp_path / "map.png", dtype)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, values)
    other = {np.uint8: np.uint16, np.uint16: np.uint8}[dtype]
    with pytest.raises(MtlError, match=r"map\.png: expected one channel of \d+ bits, found"):
        read_map(tmp_path / "map.png", other)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_the_nearest_pixel_covers_the_new_ones_centre(
    height: int, width: int, new_height: int, new_width: int
) -> None:
    values = np.random.default_rng(0).random((2, height, width))
    found = nearest(values, new_height, new_width)
    assert found.shape == (2, new_height, new_width)
    for row in range(new_height):
        for column in range(new_width):
            y = math.floor((row + 0.5) * height / new_height)
            x = math.floor((column + 0.5) * width / new_width)
            np.testing.assert_array_equal(found[:, row, column], values[:, y, x])


def test_the_nearest_pixel_is_pillows() -> None:
    values = np.arange(64 * 48, dtype=np.uint16).reshape(64, 48)
    theirs = Image.fromarray(values).resize((12, 16), Image.Resampling.NEAREST)
    np.testing.assert_array_equal(nearest(values, 16, 12), np.array(theirs))
