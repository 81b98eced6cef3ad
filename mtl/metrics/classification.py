"""Scores of classification tasks from counts over the whole evaluation split.

The counts are sums over samples, so a score does not depend on the order of the samples nor on how
they were cut into batches. Only numpy is imported: training imports this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtl.errors import MtlError

EPSILON = 1e-7
"""Added to every denominator, as in Maximum Roaming's public code [C]: 0/0 counts as 0."""

ATTRIBUTE_METRICS = ("precision", "recall", "f_score")


def _counts(name: str, values: ArrayLike, length: int | None = None) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise MtlError(f"{name}: expected a count per attribute [A], found shape {array.shape}")
    if length is not None and array.size != length:
        raise MtlError(f"{name}: expected {length} counts, found {array.size}")
    if not np.isfinite(array).all() or (array < 0).any():
        raise MtlError(f"{name}: counts must be finite and not negative, found {array.tolist()}")
    return array


def attribute_scores(
    true_positive: ArrayLike, predicted_positive: ArrayLike, positive: ArrayLike
) -> dict[str, float]:
    """Precision, recall and F of binary attributes, each averaged over the attributes unweighted.

    Per attribute a: P = TP / (predicted + eps), R = TP / (positive + eps),
    F = 2 P R / (P + R + eps). The mean over attributes is flat: every attribute counts the same,
    whatever task holds it [C]. An attribute never predicted positive contributes 0 to P and F.
    The mean F is therefore not the F of the mean P and R.

    Args:
        true_positive: [A], samples both predicted and labelled positive.
        predicted_positive: [A], samples predicted positive.
        positive: [A], samples labelled positive.

    Returns:
        "precision", "recall" and "f_score", fractions in [0, 1).

    Raises:
        MtlError: for shapes that differ, or counts that no predictions can give.
    """
    positive = _counts("positive", positive)
    predicted = _counts("predicted_positive", predicted_positive, positive.size)
    true = _counts("true_positive", true_positive, positive.size)
    if (true > predicted).any() or (true > positive).any():
        worst = int(np.argmax(true - np.minimum(predicted, positive)))
        raise MtlError(
            f"true_positive[{worst}]: {true[worst]:g} exceeds predicted_positive "
            f"({predicted[worst]:g}) or positive ({positive[worst]:g})"
        )
    precision = true / (predicted + EPSILON)
    recall = true / (positive + EPSILON)
    f_score = 2 * precision * recall / (precision + recall + EPSILON)
    means = (float(np.mean(scores)) for scores in (precision, recall, f_score))
    return dict(zip(ATTRIBUTE_METRICS, means, strict=True))


def all_positive_scores(positive: ArrayLike, n: int) -> dict[str, float]:
    """The scores of the predictor that says yes to every attribute of every sample.

    The floor that a macro F should be read against: recall is 1, precision the rate of positives.

    Args:
        positive: [A], samples labelled positive.
        n: samples in the split.

    Raises:
        MtlError: when an attribute has more positives than there are samples.
    """
    positive = _counts("positive", positive)
    if (positive > n).any():
        raise MtlError(f"positive: {positive.max():g} positives exceed the {n} samples")
    return attribute_scores(positive, np.full(positive.size, float(n)), positive)


def class_scores(columns: Sequence[str], correct: ArrayLike, n: int) -> dict[str, float]:
    """Accuracy of each single-label task and their unweighted mean.

    Args:
        columns: the task names, in the order of `correct`.
        correct: [T], samples whose class was predicted.
        n: samples in the split.

    Returns:
        "accuracy_<column>" for each task and "accuracy", fractions in [0, 1].

    Raises:
        MtlError: for an empty split, or more right answers than samples.
    """
    right = _counts("correct", correct, len(columns))
    if n <= 0:
        raise MtlError(f"n: accuracy needs at least one sample, found {n}")
    if (right > n).any():
        raise MtlError(f"correct: {right.max():g} right answers exceed the {n} samples")
    scores = {
        f"accuracy_{column}": float(count / n) for column, count in zip(columns, right, strict=True)
    }
    return {**scores, "accuracy": float(np.mean(right) / n)}


def label_scores(groups: Mapping[str, ArrayLike], n: int) -> dict[str, float]:
    """Accuracy of each task, the mean over its binary labels, and the mean over the tasks.

    Args:
        groups: of each task, [A_t] right answers for each of its labels.
        n: samples in the split.

    Returns:
        The accuracy under each task's name, and "overall", fractions in [0, 1].

    Raises:
        MtlError: for an empty split, or more right answers than samples.
    """
    if n <= 0:
        raise MtlError(f"n: accuracy needs at least one sample, found {n}")
    scores = {}
    for name, correct in groups.items():
        right = _counts(name, correct)
        if (right > n).any():
            raise MtlError(f"{name}: {right.max():g} right answers exceed the {n} samples")
        scores[name] = float(np.mean(right) / n)
    return {**scores, "overall": float(np.mean(list(scores.values())))}
