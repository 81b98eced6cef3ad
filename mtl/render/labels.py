"""Words and units that figures and page share."""

from __future__ import annotations

from collections.abc import Iterable

from mtl.metrics.catalogue import Metric

REFERENCE = "all-positive predictor"
"""The predictor that says yes to everything: the level that a collapsed training reaches."""


_SCALES = {"percent": 100.0, "million": 1e-6}
_SIGNS = {"percent": "%", "degrees": "°", "million": "M"}


def unit_scale(metric: Metric) -> float:
    """What a stored value is multiplied by for print."""
    return _SCALES.get(metric.unit, 1.0)


def heading(metric: Metric) -> str:
    """A metric above its column; counts with their unit, as the columns of costs have it."""
    return f"{metric.label} (M)" if metric.unit == "million" else metric.label


def axis_label(metric: Metric) -> str:
    """A metric as an axis: what it averages over, an arrow where less is better, and its unit."""
    name = metric.label if metric.task != "attributes" else f"Mean {metric.label} over attributes"
    name += " ↓" if metric.direction < 0 else ""
    unit = _SIGNS.get(metric.unit)
    return f"{name} ({unit})" if unit else name


def data_label(labels: Iterable[str]) -> str:
    """Sources of data as they stand beside numbers: what is synthetic says so in capitals."""
    return "; ".join(
        f"SYNTHETIC{label[len('synthetic') :]}" if is_synthetic(label) else label
        for label in labels
    )


def is_synthetic(label: str) -> bool:
    """Whether a source of data, as its data set declares it, is synthetic."""
    return label.casefold().startswith("synthetic")
