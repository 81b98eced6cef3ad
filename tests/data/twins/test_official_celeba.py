from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mtl.data.layouts.celeba import ATTRIBUTES, find_files, read_annotations
from mtl.data.twins import official_celeba as official

NAMES = [official.image_name(number) for number in (1, 2, 3)]


def flags() -> np.ndarray:
    return np.random.default_rng(0).random((3, 40)) < 0.5


def test_attribute_rows_have_the_official_bytes() -> None:
    present = flags()
    present[:, 0] = [True, False, True]
    lines = official.attribute_text(NAMES, ATTRIBUTES, present).split("\r\n")
    assert lines[0] == "3"
    assert lines[1] == " ".join(ATTRIBUTES) + " "
    for line, name, row in zip(lines[2:5], NAMES, present, strict=True):
        values = " ".join(f"{2 * int(flag) - 1:2d}" for flag in row).strip()
        assert line == f"{name} {values}"
    assert lines[2].startswith("000001.jpg 1 ")
    assert lines[3].startswith("000002.jpg -1 ")
    assert lines[5:] == [""]


def test_the_size_of_the_official_attribute_file_follows() -> None:
    # 202,599 rows of 11 + 40 * 3 + 1 bytes, one fewer where the first value is 1 (11.11 %), and
    # two header lines: the official file has 26,721,026 bytes.
    row = len(official.attribute_text(["000001.jpg"], ["a"], np.zeros((1, 1), bool)))
    header = len("1\r\na \r\n")
    assert row - header == len("000001.jpg -1\r\n")
    whole = len("202599\r\n") + len(" ".join(ATTRIBUTES) + " \r\n") + 202_599 * (11 + 40 * 3 + 1)
    assert round((whole - 26_721_026) / 202_599, 4) == 0.1111


def test_partition_rows_have_the_official_bytes() -> None:
    text = official.partition_text(NAMES, [0, 1, 2])
    assert text == "000001.jpg 0\r\n000002.jpg 1\r\n000003.jpg 2\r\n"
    assert len(text) == 14 * 3


def test_the_other_files_list_every_image() -> None:
    boxes = np.arange(12).reshape(3, 4)
    points = np.arange(30).reshape(3, 5, 2)
    box_lines = official.box_text(NAMES, boxes).splitlines()
    assert box_lines[:2] == ["3", "image_id x_1 y_1 width height"]
    assert [line.split() for line in box_lines[2:]] == [
        [name, *map(str, row)] for name, row in zip(NAMES, boxes, strict=True)
    ]
    point_lines = official.landmark_text(NAMES, points).splitlines()
    assert len(point_lines[1].split()) == 10
    assert point_lines[2].split() == ["000001.jpg", *map(str, range(10))]
    assert official.identity_text(NAMES, np.array([5, 6, 7])).splitlines()[1] == "000002.jpg 6"


@pytest.mark.parametrize("count", [1, 3])
def test_the_reader_reads_what_was_written(tmp_path: Path, count: int) -> None:
    for folder in ("Anno", "Eval", "Img/img_align_celeba"):
        (tmp_path / folder).mkdir(parents=True)
    names, present = NAMES[:count], flags()[:count]
    (tmp_path / "Anno/list_attr_celeba.txt").write_bytes(
        official.attribute_text(names, ATTRIBUTES, present).encode()
    )
    (tmp_path / "Eval/list_eval_partition.txt").write_bytes(
        official.partition_text(names, [0, 1, 2][:count]).encode()
    )
    annotations = read_annotations(find_files(tmp_path))
    assert annotations.names == names
    np.testing.assert_array_equal(annotations.labels, present)
