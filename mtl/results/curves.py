"""Learning curves of a figure: mean and spread over seeds at every epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.config import products
from mtl.errors import MtlError, unknown
from mtl.results.derived import reference_scores
from mtl.results.runs import RunRef, Runs, RunSet, fingerprint_of, require_complete
from mtl.results.statistics import summarise

if TYPE_CHECKING:
    from mtl.config.project import Project


@dataclass(frozen=True)
class Curve:
    """One row of a figure; the sequences run over the epochs, values in the unit of the records.

    Attributes:
        std: sample standard deviation over seeds; 0 for a single seed.
        minimum, maximum: over seeds.
        n: seeds.
        missing: why there is no curve; None if there is one.
    """

    row: str
    label: str
    label_html: str
    method: str
    epochs: tuple[float, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    minimum: tuple[float, ...]
    maximum: tuple[float, ...]
    n: int
    runs: tuple[RunRef, ...]
    missing: str | None


@dataclass(frozen=True)
class CurveData:
    """A figure of learning curves; the attributes mean the same as those of `TableData`.

    Attributes:
        reference: the metric of the predictor that says yes to everything; None where it means
            nothing, or without runs.
    """

    paper: str
    name: str
    title: str
    caption: str
    setting: str
    setting_label: str
    metric: str
    reference: float | None
    rows: tuple[Curve, ...]
    scale: str
    source_labels: tuple[str, ...]
    n_seeds: int
    deviations: tuple[str, ...]
    notes: tuple[str, ...]
    fingerprint: str


def build_curves(
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
    product = products.figure(project, paper, figure)
    model = project.paper(paper)
    spec = model.figures[figure]
    reader = runs or Runs(project)
    sets = {(row, spec.setting): reader.of(paper, spec.setting, row) for row in spec.rows}
    if not allow_missing:
        require_complete(sets, f"figure {paper}/{figure}")
    curves = []
    for row in spec.rows:
        label = model.rows[row].label or row
        label_html = model.rows[row].label_html or label
        labels = (row, label, label_html, model.rows[row].method)
        curves.append(_curve(labels, spec.metric, sets[row, spec.setting]))
    references = reference_scores(record for found in sets.values() for record in found.records)
    return CurveData(
        paper=paper,
        name=figure,
        title=spec.title,
        caption=spec.caption,
        setting=spec.setting,
        setting_label=model.settings[spec.setting].label,
        metric=spec.metric,
        reference=references.get(spec.metric),
        rows=tuple(curves),
        scale=project.scale.name,
        source_labels=tuple(dict.fromkeys(unit.data.source_label for unit in product.units)),
        n_seeds=project.scale.seeds,
        deviations=project.deviations(paper, figure),
        notes=(),
        fingerprint=fingerprint_of(product, sets.values()),
    )


def _curve(labels: tuple[str, str, str, str], metric: str, runs: RunSet) -> Curve:
    by_epoch: dict[float, list[float]] = {}
    for record in runs.records:
        for point in record.curve:
            if metric not in point:
                raise unknown("metric", metric, point, f"{record.path}: field 'curve'")
            by_epoch.setdefault(point["epoch"], []).append(point[metric])
    n = len(runs.records)
    if uneven := [epoch for epoch, values in by_epoch.items() if len(values) != n]:
        raise MtlError(
            f"{runs.records[0].path.parent.parent}: epoch {uneven[0]} has values of "
            f"{len(by_epoch[uneven[0]])} of {n} seeds; the seeds of a curve must have equal epochs"
        )
    epochs = sorted(by_epoch)
    summaries = [summarise(by_epoch[epoch]) for epoch in epochs]
    return Curve(
        *labels,
        epochs=tuple(epochs),
        mean=tuple(summary.mean for summary in summaries),
        std=tuple(summary.std or 0.0 for summary in summaries),
        minimum=tuple(min(by_epoch[epoch]) for epoch in epochs),
        maximum=tuple(max(by_epoch[epoch]) for epoch in epochs),
        n=n,
        runs=runs.refs,
        missing=None if n else runs.reason,
    )
