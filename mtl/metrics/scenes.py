"""Scores of PASCAL-Context's five tasks from sums over an evaluation split.

As in Vandenhende et al.'s public code, which InterroGate's numbers fit (inferred), but for the edge
loss. Only numpy is imported: training imports this module.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

SALIENCY_THRESHOLDS = tuple(np.linspace(0.2, 0.9, 15).tolist())
"""Of the probability of being salient [C]."""

EDGE_THRESHOLDS = tuple((np.arange(1, 20) / 20).tolist())
"""Of the probability of an edge."""

EDGE_TOLERANCE = 0.0075
"""How far a matched edge may lie away, by the image's diagonal: the benchmark's usual share."""


def mean_iou(confusion: Counts) -> float:
    """Mean over the classes of the intersection over union of a split's pixels together.

    A class that neither the truth nor the prediction has is left out; the public code counts it 0.
    Of the real data's splits every class is there.

    Args:
        confusion: `[K, K]` pixels by their class and the predicted one, void ones left out.
    """
    right = np.diag(confusion)
    union = confusion.sum(0) + confusion.sum(1) - right
    seen = union > 0
    return float((right[seen] / union[seen]).mean()) if seen.any() else float("nan")


def saliency_score(iou_sums: Floats, images: int) -> float:
    """The best over the thresholds of the mean over images of the intersection over union.

    Args:
        iou_sums: `[15]`, of the images, for each of `SALIENCY_THRESHOLDS`. Where nothing is salient
            and nothing is predicted, an image has 1.
        images: of the split.
    """
    return float(iou_sums.max() / images)


def edge_odsf(precise: Counts, predicted: Counts, recalled: Counts, true: int) -> float:
    """The best F-measure at one threshold for the whole split; our own routine, in no paper.

    A predicted edge pixel is right if there is a true one within the tolerance, and a true one is
    found if there is a predicted one. Differs from the usual benchmark, which thins the prediction
    first and matches each pixel once; predictions of thick lines are therefore less precise here.

    Args:
        precise, predicted: `[19]`, right and all predicted pixels for each of `EDGE_THRESHOLDS`.
        recalled: `[19]`, true pixels that are found.
        true: all of them.
    """
    precision = precise / np.maximum(predicted, 1)
    recall = recalled / max(true, 1)
    total = precision + recall
    return float((2 * precision * recall / np.where(total > 0, total, 1)).max())


def edge_tolerance(height: int, width: int) -> int:
    """In pixels of each axis, at least one."""
    return max(1, round(EDGE_TOLERANCE * float(np.hypot(height, width))))
