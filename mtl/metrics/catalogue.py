"""What the tables can show of a run: the metrics' names, labels, directions and printed digits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One metric column.

    Attributes:
        name: as in the records.
        label: column heading in LaTeX, without the arrow.
        label_html: the same in HTML.
        unit: "percent" for fractions that are printed times 100; "million" for counts that are
            printed in millions; "unitless", or "as measured" where the unit is that of the data:
            metres or scaled disparity.
        direction: +1 when higher is better, -1 when lower is better.
        digits: decimals printed after conversion to the unit, as the paper prints.
        task: the task or group of tasks that it measures; None for a mean over several tasks that
            have columns of their own, which would count them twice.
        primary: whether it is its task's one metric in the convention `primary` of delta.
        diagnostic: the module of `mtl.diagnostics` that a run must make to have it; None for what
            every run has. It says nothing of how good a row is, so that no delta and no mean rank
            counts it.
        kinds: of the tasks whose runs can make that diagnostic; empty for all.
    """

    name: str
    label: str
    label_html: str
    unit: str
    direction: int
    digits: int
    task: str | None
    primary: bool
    diagnostic: str | None = None
    kinds: tuple[str, ...] = ()


def is_diagnosed(metric: str) -> bool:
    """Whether only runs that make a diagnostic have the metric."""
    return metric in METRICS and METRICS[metric].diagnostic is not None


def _percent(name: str, label: str, task: str | None, primary: bool = False) -> Metric:
    return Metric(name, label, label, "percent", +1, 1, task, primary)


def _share(name: str, label: str, task: str | None, primary: bool = False) -> Metric:
    return Metric(name, label, label, "percent", +1, 2, task, primary)


def _error(
    name: str, label: str, task: str | None, unit: str, digits: int, primary: bool = False
) -> Metric:
    return Metric(name, label, label, unit, -1, digits, task, primary)


def _of_gradients(name: str, label: str, unit: str, direction: int, digits: int) -> Metric:
    """A mean over training of what `gradient_conflict` measures."""
    return Metric(
        name, label, label, unit, direction, digits, None, False, "gradient_conflict",
        kinds=("attributes",),
    )  # fmt: skip


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _percent("precision", "Precision", "attributes"),
        _percent("recall", "Recall", "attributes"),
        _percent("f_score", "F-score", "attributes", primary=True),
        _percent("accuracy_left", "Left digit", "left", primary=True),
        _percent("accuracy_right", "Right digit", "right", primary=True),
        _percent("accuracy", "Mean accuracy", None),
        _share("gender", "Gender", "gender", primary=True),
        _share("age", "Age", "age", primary=True),
        _share("clothes", "Clothes", "clothes", primary=True),
        _share("overall", "Overall", None),
        # Of the ways to average, the first is the one of the papers' tables; the others, whose task
        # is None, have tables of their own, without a delta.
        _share("miou", "mIoU", "segmentation", primary=True),
        _share("miou_empty_zero", "mIoU, empty 0", None),
        _share("miou_per_image", "mIoU by image", None),
        _share("miou_dataset", "mIoU pooled", None),
        _share("miou_dataset_void_ignored", "mIoU pooled, no void", None),
        _share("pixel_accuracy", "Pixel acc.", None),
        _error("abs_err", "Abs. Err.", "depth", "as measured", 4, primary=True),
        _error("rel_err", "Rel. Err.", "depth", "unitless", 4),
        _error("abs_err_pooled", "Abs. pooled", None, "as measured", 4),
        _error("rel_err_pooled", "Rel. pooled", None, "unitless", 4),
        _error("rel_err_without_p1", "Rel. pooled, no p = 1", None, "unitless", 4),
        _error("normal_mean", "Mean angle", "normals", "degrees", 2, primary=True),
        _error("normal_median", "Median angle", "normals", "degrees", 2),
        _share("normal_11", "Within 11.25°", "normals"),
        _share("normal_22", "Within 22.5°", "normals"),
        _share("normal_30", "Within 30°", "normals"),
        _error("normal_mean_pooled", "Mean angle pooled", None, "degrees", 2),
        _error("normal_median_pooled", "Median pooled", None, "degrees", 2),
        _share("normal_11_pooled", "Within 11.25°, pooled", None),
        _share("normal_22_pooled", "Within 22.5°, pooled", None),
        _share("normal_30_pooled", "Within 30°, pooled", None),
        _percent("semseg", "Semseg", "semseg", primary=True),
        _error("normals", "Normals", "normals", "degrees", 2, primary=True),
        Metric("saliency", "Saliency", "Saliency", "unitless", +1, 3, "saliency", True),
        Metric("human", "Human", "Human", "unitless", +1, 3, "human", True),
        _error("edge", "Edge loss", "edge", "unitless", 4, primary=True),
        Metric("edge_odsf", "Edge odsF", "Edge odsF", "unitless", +1, 3, None, False),
        _of_gradients("gradient_cosine", "Cosine", "unitless", +1, 3),
        _of_gradients("gradient_negative", "Negative pairs", "percent", -1, 1),
        _of_gradients("gradient_variance", "Variance", "unitless", -1, 3),
        Metric("flops", "FLOPs", "FLOPs", "million", -1, 2, None, False, "inference_cost"),
    )
}
