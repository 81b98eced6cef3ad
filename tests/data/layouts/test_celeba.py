from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mtl.data.layouts.celeba import ATTRIBUTES, find_files, image_paths, read_annotations
from mtl.errors import MtlError

Make = Callable[..., Any]
LAYOUTS = ["official", "torchvision", "torchvision folder", "kaggle"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_every_layout_reads_alike(
    make_celeba: Make, layout: str, line_end: str, suffix: str
) -> None:
    copy = make_celeba(layout=layout, line_end=line_end, suffix=suffix)
    files = find_files(copy.root)
    assert files.layout == layout.split()[0]
    assert files.attributes == copy.attributes
    annotations = read_annotations(files)
    assert annotations.names == copy.names
    np.testing.assert_array_equal(annotations.labels, copy.labels)
    assert annotations.partition.tolist() == copy.parts
    assert [path.suffix for path in image_paths(files, annotations.names)] == [suffix] * 6


def test_a_byte_order_mark_is_skipped(make_celeba: Make) -> None:
    copy = make_celeba(layout="kaggle")
    copy.attributes.write_bytes(b"\xef\xbb\xbf" + copy.attributes.read_bytes())
    assert read_annotations(find_files(copy.root)).names == copy.names


def test_columns_in_another_order_are_put_in_the_official_one(make_celeba: Make) -> None:
    copy = make_celeba()
    lines = [line.split() for line in copy.attributes.read_text().splitlines()]
    order = np.random.default_rng(0).permutation(40)
    shuffled = [
        lines[0],
        [lines[1][i] for i in order],
        *([row[0], *(row[1 + i] for i in order)] for row in lines[2:]),
    ]
    copy.attributes.write_text("".join(" ".join(line) + "\n" for line in shuffled))
    np.testing.assert_array_equal(read_annotations(find_files(copy.root)).labels, copy.labels)


def test_the_partition_file_may_be_in_another_order(make_celeba: Make) -> None:
    copy = make_celeba()
    lines = copy.partition.read_text().splitlines()
    copy.partition.write_text("\n".join(reversed(lines)) + "\n\n")
    assert read_annotations(find_files(copy.root)).partition.tolist() == copy.parts


def test_images_without_annotation_are_left_aside(make_celeba: Make) -> None:
    copy = make_celeba()
    (copy.images / "Thumbs.db").write_bytes(b"")
    copy.edit(copy.attributes, 8, lambda line: "")
    copy.edit(copy.partition, 6, lambda line: "")
    files = find_files(copy.root)
    names = read_annotations(files).names
    assert names == copy.names[:-1]
    assert len(image_paths(files, names)) == 5


ATTRIBUTE_ERRORS = [
    (1, lambda line: "many", ":1: expected the number of images as an integer, found 'many'"),
    (1, lambda line: "6.0", ":1: expected the number of images as an integer, found '6.0'"),
    (1, lambda line: "", ":1: expected the number of images as an integer, found '5_o_Clock"),
    (2, lambda line: line.replace("Smiling", "Smilling"), ":2: unknown attribute 'Smilling'"),
    (2, lambda line: line.replace("Young", "Male"), ":2: attribute 'Male' is named twice"),
    (2, lambda line: line.replace(" Young", ""), ":2: expected 40 attribute names, found 39"),
    (4, lambda line: line + " 1", ":4: expected 40 values after the image name, found 41"),
    (4, lambda line: line[:-2], ":4: expected 40 values after the image name, found 39"),
    (5, lambda line: line[:-2] + " 0", ":5: expected values -1 or 1, found '0'"),
    (5, lambda line: line[:-2] + " x", ":5: expected values -1 or 1, found 'x'"),
    (5, lambda line: line[:-2] + "+1", ":5: expected values -1 or 1, found '"),
    (6, lambda line: "000001.jpg" + line[10:], ":6: image '000001.jpg' is listed again, .* line 3"),
    (6, lambda line: "../1.jpg" + line[10:], ":6: expected the file name of an image, found"),
]


@pytest.mark.parametrize(("line", "change", "message"), ATTRIBUTE_ERRORS)
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_a_malformed_attribute_file_is_refused_by_line(
    make_celeba: Make, line_end: str, line: int, change: Callable[[str], str], message: str
) -> None:
    copy = make_celeba(line_end=line_end)
    copy.edit(copy.attributes, line, change)
    with pytest.raises(MtlError, match=re.escape(str(copy.attributes)) + message):
        read_annotations(find_files(copy.root))


CSV_ERRORS = [
    (1, lambda line: line.replace("image_id", "image"), ":1: expected the first column 'image_id'"),
    (1, lambda line: line + ",Age", ":1: unknown attribute 'Age'"),
    (3, lambda line: line + ",1", ":3: expected 40 values after the image name, found 41"),
    (4, lambda line: line + "0", ":4: expected values -1 or 1, found '"),
]


@pytest.mark.parametrize(("line", "change", "message"), CSV_ERRORS)
def test_a_malformed_csv_file_is_refused_by_line(
    make_celeba: Make, line: int, change: Callable[[str], str], message: str
) -> None:
    copy = make_celeba(layout="kaggle")
    copy.edit(copy.attributes, line, change)
    with pytest.raises(MtlError, match=re.escape(str(copy.attributes)) + message):
        read_annotations(find_files(copy.root))


PARTITION_ERRORS = [
    (2, lambda line: line[:-1] + "3", ":2: expected partition 0 .*, found '3'"),
    (2, lambda line: line[:-1] + "00", ":2: expected partition 0 .*, found '00'"),
    (2, lambda line: line[:-2], ":2: expected one value after the image name, found 0"),
    (2, lambda line: line + " 1", ":2: expected one value after the image name, found 2"),
    (3, lambda line: "000001.jpg 0", ":3: image '000001.jpg' is listed again, first in line 1"),
]


@pytest.mark.parametrize(("line", "change", "message"), PARTITION_ERRORS)
def test_a_malformed_partition_file_is_refused_by_line(
    make_celeba: Make, line: int, change: Callable[[str], str], message: str
) -> None:
    copy = make_celeba()
    copy.edit(copy.partition, line, change)
    with pytest.raises(MtlError, match=re.escape(str(copy.partition)) + message):
        read_annotations(find_files(copy.root))


def test_a_csv_partition_needs_its_columns(make_celeba: Make) -> None:
    copy = make_celeba(layout="kaggle")
    copy.edit(copy.partition, 1, lambda line: "image_id,split")
    with pytest.raises(
        MtlError, match=r"partition\.csv:1: expected the columns image_id,partition"
    ):
        read_annotations(find_files(copy.root))


def test_an_image_that_only_one_file_lists_is_named_with_its_line(make_celeba: Make) -> None:
    copy = make_celeba()
    copy.edit(copy.partition, 4, lambda line: "")
    with pytest.raises(MtlError, match=r"list_attr_celeba\.txt:6: image '000004\.jpg' is not"):
        read_annotations(find_files(copy.root))


def test_an_image_that_only_the_partition_lists_is_named_with_its_line(make_celeba: Make) -> None:
    copy = make_celeba()
    copy.edit(copy.attributes, 7, lambda line: "")
    with pytest.raises(MtlError, match=r"list_eval_partition\.txt:5: image '000005\.jpg' is not"):
        read_annotations(find_files(copy.root))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "ends before the number of images"),
        (b"6\r\n", "ends before the line of attribute names"),
        (f"6\n{' '.join(ATTRIBUTES)}\n".encode(), "lists no image"),
        (b"6\n\xff\xfe\n", "not a text file"),
    ],
)
def test_an_attribute_file_without_content_is_refused(
    make_celeba: Make, content: bytes, message: str
) -> None:
    copy = make_celeba()
    copy.attributes.write_bytes(content)
    with pytest.raises(MtlError, match=rf"list_attr_celeba\.txt: {message}"):
        read_annotations(find_files(copy.root))


def test_a_missing_image_is_named(make_celeba: Make) -> None:
    copy = make_celeba()
    (copy.images / "000003.jpg").unlink()
    files = find_files(copy.root)
    with pytest.raises(MtlError, match=r"000003\.jpg: the image is missing, though .*celeba\.txt"):
        image_paths(files, copy.names)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_missing_parts_of_a_layout_are_named(make_celeba: Make, layout: str) -> None:
    copy = make_celeba(layout=layout)
    copy.partition.rename(copy.root / "moved")
    with pytest.raises(MtlError, match=re.escape(f"{copy.partition}: missing")):
        find_files(copy.root)
    (copy.root / "moved").rename(copy.partition)
    copy.images.rename(copy.root / "moved")
    if copy.images.parent.name == "img_align_celeba":
        copy.images.parent.rmdir()
    with pytest.raises(MtlError, match="no image folder found; looked for img_align_celeba"):
        find_files(copy.root)


def test_a_folder_without_celeba_is_refused(make_celeba: Make) -> None:
    copy = make_celeba()
    with pytest.raises(MtlError, match="no CelebA annotation found; looked for Anno/list_attr"):
        find_files(copy.images)
    with pytest.raises(MtlError, match="does not exist"):
        find_files(copy.root / "nowhere")


def test_the_official_names_are_40_and_distinct() -> None:
    assert len(ATTRIBUTES) == len(set(ATTRIBUTES)) == 40
    assert (ATTRIBUTES[0], ATTRIBUTES[20], ATTRIBUTES[39]) == ("5_o_Clock_Shadow", "Male", "Young")
