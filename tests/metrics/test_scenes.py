import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, jaccard_score

from mtl.metrics.scenes import (
    EDGE_THRESHOLDS,
    SALIENCY_THRESHOLDS,
    edge_odsf,
    edge_tolerance,
    mean_iou,
    saliency_score,
)


@st.composite
def classified(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """True and predicted classes of some pixels, and how many classes there may be."""
    n, count = draw(st.integers(1, 40)), draw(st.integers(2, 7))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    wanted, predicted = generator.integers(0, draw(st.integers(1, count)), (2, n))
    return wanted, predicted, count


@pytest.mark.oracle
@given(classified())
def test_mean_iou_is_the_macro_jaccard_of_scikit_learn(
    found: tuple[np.ndarray, np.ndarray, int],
) -> None:
    wanted, predicted, count = found
    confusion = confusion_matrix(wanted, predicted, labels=range(count))
    # Without `labels`, it averages over the classes of the truth and of the prediction.
    assert mean_iou(confusion) == pytest.approx(jaccard_score(wanted, predicted, average="macro"))


@given(classified())
def test_mean_iou_does_not_depend_on_the_names_of_classes(
    found: tuple[np.ndarray, np.ndarray, int],
) -> None:
    wanted, predicted, count = found
    confusion = confusion_matrix(wanted, predicted, labels=range(count))
    renamed = confusion[::-1, ::-1]
    assert mean_iou(renamed) == pytest.approx(mean_iou(confusion))
    assert mean_iou(confusion.T) == pytest.approx(mean_iou(confusion))


def test_mean_iou_by_hand() -> None:
    # Class 0: 2 of 4; class 1: 1 of 3; class 2 is nowhere.
    assert mean_iou(np.array([[2, 1, 0], [1, 1, 0], [0, 0, 0]])) == pytest.approx(
        (2 / 4 + 1 / 3) / 2
    )
    # A class that is only predicted counts 0.
    assert mean_iou(np.array([[3, 1], [0, 0]])) == pytest.approx(3 / 8)
    assert math.isnan(mean_iou(np.zeros((3, 3), dtype=np.int64)))


def test_saliency_is_the_best_of_the_means_not_the_mean_of_the_best() -> None:
    by_image = np.zeros((2, len(SALIENCY_THRESHOLDS)))
    by_image[0, 3], by_image[1, 9] = 0.8, 0.6
    by_image[:, 5] = 0.5
    assert saliency_score(by_image.sum(0), 2) == pytest.approx(0.5)


def test_the_thresholds() -> None:
    np.testing.assert_allclose(SALIENCY_THRESHOLDS, [0.2 + 0.05 * k for k in range(15)])
    np.testing.assert_allclose(EDGE_THRESHOLDS, [0.05 * k for k in range(1, 20)])


def test_edges_have_the_best_f_at_one_threshold() -> None:
    nothing = np.zeros(len(EDGE_THRESHOLDS), dtype=np.int64)
    precise, predicted, recalled = nothing.copy(), nothing.copy(), nothing.copy()
    precise[4], predicted[4], recalled[4] = 3, 4, 5  # P = 3/4, R = 1/2, F = 3/5
    precise[8], predicted[8], recalled[8] = 2, 2, 1  # P = 1, R = 1/10, F = 2/11
    assert edge_odsf(precise, predicted, recalled, 10) == pytest.approx(3 / 5)
    assert edge_odsf(nothing, nothing, nothing, 10) == 0
    assert edge_odsf(nothing, nothing + 7, nothing, 0) == 0


@pytest.mark.parametrize(
    ("size", "pixels"), [((1, 7), 1), ((64, 64), 1), ((200, 200), 2), ((512, 512), 5)]
)
def test_the_tolerance_grows_with_the_diagonal(size: tuple[int, int], pixels: int) -> None:
    assert edge_tolerance(*size) == pixels
