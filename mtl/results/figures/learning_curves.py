"""Learning curves: a metric by epoch, mean and spread over seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.results.derived import reference_scores
from mtl.results.figures.curves import Curve, by_epoch
from mtl.results.figures.source import Heading, read

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.results.runs import Runs


@dataclass(frozen=True)
class CurveData:
    """A figure of learning curves.

    Attributes:
        reference: the metric of the predictor that says yes to everything; None where it means
            nothing, or without runs.
    """

    heading: Heading
    setting: str
    metric: str
    reference: float | None
    rows: tuple[Curve, ...]


def build(
    project: Project,
    paper: str,
    figure: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> CurveData:
    """Aggregate the learning curves of a figure.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: give rows without runs a reason instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, missing or damaged runs, or seeds with different epochs.
    """
    source = read(project, paper, figure, allow_missing, runs)
    spec = source.spec
    rows = tuple(
        by_epoch(source.shown(*pair), found, lambda record: record.curve, spec.metric, "curve")
        for pair, found in source.runs.items()
    )
    records = (record for found in source.runs.values() for record in found.records)
    references = reference_scores(records)
    return CurveData(source.heading(), spec.setting, spec.metric, references.get(spec.metric), rows)
