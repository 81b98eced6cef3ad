"""Scores of dense tasks from sums over an evaluation split.

The papers' numbers depend on how images, batches and classes are averaged, which public codes do
in different ways. Every way is a score of its own, so that none is a hidden choice. The sums are
over batches in the order of the data (`eval_batch_size`, unshuffled). Only numpy is imported:
training imports this module.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

SEGMENTATION_METRICS = (
    "miou",
    "miou_empty_zero",
    "miou_per_image",
    "miou_dataset",
    "miou_dataset_void_ignored",
    "pixel_accuracy",
)
DEPTH_METRICS = (
    "abs_err",
    "rel_err",
    "abs_err_pooled",
    "rel_err_pooled",
    "rel_err_without_p1",
)
WITHIN = {"normal_11": 11.25, "normal_22": 22.5, "normal_30": 30.0}
"""Degrees within which the share of pixels is reported."""

_OF_BATCHES = ("normal_mean", "normal_median", *WITHIN)
NORMAL_METRICS = (*_OF_BATCHES, *(f"{name}_pooled" for name in _OF_BATCHES))

ANGLE_BINS = 18_000
"""Of 0.01 degrees each: the resolution of the pooled median."""


def _ratio(numerator: Floats | Counts, denominator: Floats | Counts) -> Floats:
    """Elementwise; nan where nothing was counted."""
    out = np.full(np.shape(numerator), np.nan)
    np.divide(numerator, denominator, out=out, where=np.asarray(denominator) > 0)
    return out


def _mean(values: Floats) -> float:
    """Over what is defined; nan where nothing is."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float("nan")


def segmentation_scores(
    *,
    batch_iou: Floats,
    counted_batches: Counts,
    batches: int,
    image_iou: float,
    counted_images: int,
    intersection: Counts,
    union: Counts,
    union_without_void: Counts,
    right: int,
    decisions: int,
) -> dict[str, float]:
    """Scores of K independent binary maps, each thresholded at 0.5.

    * `miou`: the IoU of an image and class, left out where its union is empty; the mean over the
      counted images of a batch, then over the batches that have any, then over the classes [C].
    * `miou_empty_zero`: the same, but a batch without the class counts 0, as in Maximum Roaming's
      code for the routed methods on Cityscapes [C].
    * `miou_per_image`: the mean over the classes inside each image first, then over the images, as
      in its code for hard sharing on Cityscapes [C].
    * `miou_dataset`: intersections and unions summed over the split, then the mean over the
      classes: the usual mIoU, of binary maps. Void pixels are negatives, as in all of the above.
    * `miou_dataset_void_ignored`: the same without the void pixels.
    * `pixel_accuracy`: the share of right decisions, of a pixel and class each.

    Args:
        batch_iou: `[K]`, sum over batches of the mean IoU over a batch's counted images.
        counted_batches: `[K]`, the batches that have any.
        batches: of the split.
        image_iou: sum over images of the mean IoU over an image's counted classes.
        counted_images: the images that have any.
        intersection, union, union_without_void: `[K]`, pixels of the split.
        right, decisions: pixels times classes.
    """
    return {
        "miou": _mean(_ratio(batch_iou, counted_batches)),
        "miou_empty_zero": float((batch_iou / batches).mean()),
        "miou_per_image": image_iou / counted_images if counted_images else float("nan"),
        "miou_dataset": _mean(_ratio(intersection, union)),
        "miou_dataset_void_ignored": _mean(_ratio(intersection, union_without_void)),
        "pixel_accuracy": right / decisions,
    }


def depth_scores(
    *,
    batch_abs: float,
    batch_rel: float,
    counted_batches: int,
    absolute: float,
    relative: float,
    valid: int,
    relative_without_p1: float,
    valid_without_p1: int,
) -> dict[str, float]:
    """Absolute and relative errors over the valid pixels, in the unit of the targets.

    * `abs_err`, `rel_err`: the mean over the valid pixels of a batch, then over the batches [C];
      a last, smaller batch weighs as much as the others.
    * `abs_err_pooled`, `rel_err_pooled`: over all valid pixels of the split at once.
    * `rel_err_without_p1`: pooled, without the pixels of Cityscapes whose raw disparity is 1, that
      is zero disparity. The mask of MTAN's code (`target != 0`) keeps them, mostly sky and 1 to 6 %
      of the pixels, with a target of 1/65535, so that they alone make the printed relative errors
      of 29 to 68. Data whose targets are never so small have the same number twice.

    Args:
        batch_abs, batch_rel: sums over batches of a batch's mean errors.
        counted_batches: the batches with valid pixels.
        absolute, relative: sums over pixels.
        valid: number of pixels.
        relative_without_p1, valid_without_p1: the same without raw disparity 1.
    """
    return {
        "abs_err": _share(batch_abs, counted_batches),
        "rel_err": _share(batch_rel, counted_batches),
        "abs_err_pooled": _share(absolute, valid),
        "rel_err_pooled": _share(relative, valid),
        "rel_err_without_p1": _share(relative_without_p1, valid_without_p1),
    }


def _share(total: float, count: int) -> float:
    return total / count if count else float("nan")


def normal_scores(
    *,
    batch_sums: Sequence[float],
    counted_batches: int,
    angles: float,
    within: Sequence[int],
    histogram: Counts,
) -> dict[str, float]:
    """Angles between normals in degrees over the valid pixels, and the shares within some angles.

    `normal_mean`, `normal_median`, `normal_11`, `normal_22` and `normal_30` are means over the
    batches of a batch's mean, median and shares [C]: a mean of medians. The same names with
    `_pooled` are over all valid pixels at once, the median to 0.01 degrees.

    Args:
        batch_sums: sums over batches of the mean, the median and the shares within `WITHIN`.
        counted_batches: the batches with valid pixels.
        angles: sum over pixels.
        within: pixels within each of `WITHIN`.
        histogram: `[ANGLE_BINS]`, pixels by angle.
    """
    valid = int(histogram.sum())
    pooled = [_share(angles, valid), _median(histogram), *(_share(n, valid) for n in within)]
    return {
        **{
            name: _share(total, counted_batches)
            for name, total in zip(_OF_BATCHES, batch_sums, strict=True)
        },
        **{f"{name}_pooled": value for name, value in zip(_OF_BATCHES, pooled, strict=True)},
    }


def _median(histogram: Counts) -> float:
    """The middle of the bin that holds the (lower) median."""
    valid = int(histogram.sum())
    if not valid:
        return float("nan")
    place = int(np.searchsorted(np.cumsum(histogram), (valid + 1) // 2))
    return (place + 0.5) * 180 / ANGLE_BINS
