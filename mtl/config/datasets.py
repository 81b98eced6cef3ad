"""What planning adds to the register of datasets: what their tasks measure, checks of options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from mtl.data import registry
from mtl.errors import MtlError
from mtl.metrics.catalogue import METRICS, is_diagnosed
from mtl.metrics.classification import ATTRIBUTE_METRICS
from mtl.metrics.dense import DEPTH_METRICS, NORMAL_METRICS, SEGMENTATION_METRICS

# What the evaluation of all tasks of a kind measures; tasks of classes have an accuracy each.
_OF_KIND = {
    "attributes": ATTRIBUTE_METRICS,
    "segmentation": SEGMENTATION_METRICS,
    "depth": DEPTH_METRICS,
    "normals": NORMAL_METRICS,
    "semseg": ("semseg",),
    "human_parts": ("human",),
    "saliency": ("saliency",),
    "edges": ("edge", "edge_odsf"),
    "normals_l1": ("normals",),
}


def metrics(tasks: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The metrics that the evaluation of a partition yields (mtl.metrics)."""
    kinds = dict.fromkeys(task["kind"] for task in tasks)
    if "classes" in kinds:
        return (*(f"accuracy_{task['name']}" for task in tasks), "accuracy")
    if "labels" in kinds:
        return (*(task["name"] for task in tasks), "overall")
    return tuple(metric for kind in kinds for metric in _OF_KIND[kind])


def diagnosed_metrics(tasks: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The metrics of a partition that runs have only with a diagnostic."""
    kinds = {task["kind"] for task in tasks}
    return tuple(
        name
        for name, metric in METRICS.items()
        if is_diagnosed(name) and (not metric.kinds or kinds <= set(metric.kinds))
    )


def manifest_path(dataset: str) -> Path:
    """Where the manifest of a user's copy of the real data lies, relative to the project."""
    return Path("data/raw") / f"{dataset}.manifest.json"


def _check(module: ModuleType, config: Mapping[str, Any], where: str) -> None:
    """Let a module check its options, as it does again before it runs."""
    try:
        module.check_config(config)
    except MtlError as error:
        raise MtlError(f"{where}: {error}") from None


def check_options(dataset: str, config: Mapping[str, Any], where: str) -> None:
    """Check the options of a dataset's preparation.

    Raises:
        MtlError: naming the option and, through `where`, the file and line.
    """
    _check(registry.load(dataset), config, where)


def check_twin(dataset: str, config: Mapping[str, Any], where: str) -> None:
    """Check the dials of a dataset's twin.

    Raises:
        MtlError: naming the dial and, through `where`, the file and line.
    """
    _check(registry.load_twin(dataset), config, where)
