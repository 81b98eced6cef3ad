import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from mtl.errors import MtlError
from mtl.metrics.classification import all_positive_scores, attribute_scores, class_scores


def _counts(predicted: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, ...]:
    return (predicted & labels).sum(0), predicted.sum(0), labels.sum(0)


def _scores(predicted: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    return attribute_scores(*_counts(predicted, labels))


@st.composite
def decisions(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and labels [N, A]; columns without a positive included."""
    n, attributes = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rates = generator.choice([0.0, 0.1, 0.5, 1.0], size=(2, 1, attributes))
    predicted, labels = generator.random((2, n, attributes)) < rates
    return predicted, labels


@pytest.mark.oracle
@given(decisions())
def test_agrees_with_scikit_learn(pair: tuple[np.ndarray, np.ndarray]) -> None:
    predicted, labels = pair
    oracle = [
        precision_recall_fscore_support(
            labels[:, a], predicted[:, a], average="binary", zero_division=0
        )[:3]
        for a in range(labels.shape[1])
    ]
    expected = np.mean(np.array(oracle, dtype=float), axis=0)
    scores = _scores(predicted, labels)
    # The epsilon of 1e-7 in the denominators, which scikit-learn does not have.
    np.testing.assert_allclose(list(scores.values()), expected, atol=1e-6)


@given(decisions(), st.randoms(use_true_random=False))
def test_order_of_samples_and_attributes_does_not_matter(pair, random) -> None:
    predicted, labels = pair
    samples, attributes = (random.sample(range(k), k) for k in labels.shape)
    shuffled = _scores(predicted[samples][:, attributes], labels[samples][:, attributes])
    assert shuffled == pytest.approx(_scores(predicted, labels), abs=1e-12)


@given(decisions(), st.integers(1, 7))
def test_batching_does_not_matter(pair, size: int) -> None:
    predicted, labels = pair
    batches = [
        _counts(predicted[start : start + size], labels[start : start + size])
        for start in range(0, len(labels), size)
    ]
    summed = attribute_scores(*(np.sum(parts, axis=0) for parts in zip(*batches, strict=True)))
    assert summed == _scores(predicted, labels)


@given(decisions())
def test_bounds(pair) -> None:
    predicted, labels = pair
    for a in range(labels.shape[1]):
        one = _scores(predicted[:, [a]], labels[:, [a]])
        assert all(0 <= value < 1 for value in one.values())
        low, high = sorted((one["precision"], one["recall"]))
        assert low - 1e-6 <= one["f_score"] <= high + 1e-6


def test_an_attribute_never_predicted_positive_counts_as_zero() -> None:
    perfect = attribute_scores([10], [10], [10])
    halved = attribute_scores([10, 0], [10, 0], [10, 5])
    for name, value in perfect.items():
        assert halved[name] == pytest.approx(value / 2)


def test_mean_f_is_not_the_f_of_the_means() -> None:
    # P = 1, 1/9; R = 1/9, 1: each F is 1/5, the harmonic mean of the means is 5/9.
    scores = attribute_scores([1, 1], [1, 9], [9, 1])
    assert scores["f_score"] == pytest.approx(0.2, abs=1e-6)
    assert scores["precision"] == scores["recall"] == pytest.approx(5 / 9, abs=1e-6)


def test_all_positive_predictor() -> None:
    scores = all_positive_scores([25, 50], 100)
    assert scores["recall"] == pytest.approx(1, abs=1e-6)
    assert scores["precision"] == pytest.approx((0.25 + 0.5) / 2, abs=1e-6)
    assert scores["f_score"] == pytest.approx((0.4 + 2 / 3) / 2, abs=1e-6)


def test_class_scores() -> None:
    assert class_scores(["left", "right"], np.array([9, 6]), 10) == {
        "accuracy_left": 0.9,
        "accuracy_right": 0.6,
        "accuracy": 0.75,
    }


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: attribute_scores([3], [2], [5]), r"true_positive\[0\]: 3 exceeds"),
        (lambda: attribute_scores([0, 3], [4, 4], [1, 2]), r"true_positive\[1\]: 3 exceeds"),
        (lambda: attribute_scores([1, 1], [2], [5, 5]), "predicted_positive: expected 2"),
        (lambda: attribute_scores([], [], []), "positive: expected a count per attribute"),
        (lambda: attribute_scores([-1], [2], [5]), "true_positive: counts must be finite"),
        (lambda: attribute_scores([float("nan")], [2], [5]), "counts must be finite"),
        (lambda: all_positive_scores([11], 10), "11 positives exceed the 10 samples"),
        (lambda: class_scores(["left"], [11], 10), "11 right answers exceed the 10 samples"),
        (lambda: class_scores(["left"], [0], 0), "at least one sample"),
        (lambda: class_scores(["left", "right"], [1], 10), "correct: expected 2 counts"),
    ],
)
def test_impossible_counts_are_refused(call, message: str) -> None:
    with pytest.raises(MtlError, match=message):
        call()
