from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from mtl.data.edges import edges, thin

EIGHT = np.ones((3, 3))


def picture(text: str) -> np.ndarray:
    return np.array([[cell == "#" for cell in line] for line in text.split()])


def test_a_bar_becomes_its_middle_line() -> None:
    bar = picture("....... .#####. .#####. .#####. .......")
    line = thin(bar)
    assert line[2].sum() >= 3
    assert not line[[0, 1, 3, 4]].any()


def test_a_line_a_point_and_a_ring_stay() -> None:
    for text in ("..... .###. .....", "... .#. ...", "..#.. .#.#. ..#.."):
        assert (thin(picture(text)) == picture(text)).all()


def test_a_shape_is_thinned_as_scikit_image_does() -> None:
    shape = """
        .......... .####..... .######... .########. ..#######.
        ...####... ...####... .######... .##..##... .........."""
    # skimage.morphology.thin of scikit-image 0.26, of which this project is independent.
    expected = """
        .......... .......... .......... ..##...... ....####..
        ....#..... ....#..... ..##.#.... .#...#.... .........."""
    assert (thin(picture(shape)) == picture(expected)).all()


def test_edges_of_regions_are_those_of_the_public_code() -> None:
    regions = (
        "AAAAAAAAAA", "AAABBBAAAA", "AABBBBBAAA", "AABBBBBCCC",
        "AABBBBBCCC", "DDDBBBDCCC", "DDDDDDDCCC", "DDDDDDDCCC",
    )  # fmt: skip
    numbers = {"A": 360, "B": 284, "C": 440, "D": 187}
    labels = np.array([[numbers[cell] for cell in line] for line in regions], dtype=np.uint16)
    # OpenCV 5.0's Laplacian of the labels, and scikit-image 0.26's thinning.
    expected = """
        .......... ..####.... .#....#... .#.....##.
        .#....#... ..#...#... ...###.... ......#..."""
    assert (edges(labels) == picture(expected)).all()


@given(arrays.arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_thinning_keeps_the_pieces_and_removes_only(mask: np.ndarray) -> None:
    line = thin(mask)
    assert not (line & ~mask).any()
    before, after = (ndimage.label(one, EIGHT)[1] for one in (mask, line))
    assert before == after
    assert (thin(line) == line).all()


def test_edges_lie_between_labels() -> None:
    labels = np.zeros((7, 9), dtype=np.uint16)
    labels[:, 4:] = 431
    found = edges(labels)
    assert found[1:].any(1).all()  # a line two pixels wide loses one at its end
    assert not found[:, [0, 1, 2, 5, 6, 7, 8]].any()
    assert found.sum(1).max() == 1  # one pixel wide
    assert not edges(np.full((4, 5), 7)).any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int64])
def test_differences_of_unsigned_labels_do_not_wrap(dtype: type) -> None:
    labels = np.array([[2, 2, 250, 250]] * 4, dtype=dtype)
    assert (edges(labels) == edges(labels.astype(float).astype(np.int64))).all()
