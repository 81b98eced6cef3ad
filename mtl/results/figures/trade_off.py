"""How well rows do against what they cost, in one or several settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.results import derived
from mtl.results.derived import DELTA
from mtl.results.figures.source import Heading, Shown, Source, read
from mtl.results.statistics import Summary, summarise

if TYPE_CHECKING:
    from mtl.config.models import Series as SeriesModel
    from mtl.config.project import Project
    from mtl.results.runs import Runs


@dataclass(frozen=True)
class Point:
    """One row; cost and value over its seeds, in the unit of the records, deltas in percent.

    Attributes:
        cost, value: None without runs.
        baseline: the runs that a delta compares with; None for a metric.
    """

    shown: Shown
    cost: Summary | None
    value: Summary | None
    baseline: Shown | None


@dataclass(frozen=True)
class Series:
    """The rows of one setting.

    Attributes:
        curve: joined by a line, in order.
        points: single marks.
    """

    label: str
    curve: tuple[Point, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True)
class TradeOffData:
    """The figure's numbers.

    Attributes:
        cost, value: names of the metrics; `mtl.results.derived.DELTA` for a delta.
        delta_index: how the paper writes its delta.
        log: whether the axis of costs is logarithmic.
    """

    heading: Heading
    cost: str
    value: str
    delta_index: str
    log: bool
    series: tuple[Series, ...]


def build(
    project: Project,
    paper: str,
    figure: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> TradeOffData:
    """Aggregate a trade-off.

    A delta's mean is that of the seed means, as in tables, and its deviation that of the deltas of
    the pairs of runs of one seed.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: leave points without runs out instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, missing or damaged runs, or a baseline whose mean is not
            positive.
    """
    source = read(project, paper, figure, allow_missing, runs)
    spec = source.spec
    return TradeOffData(
        heading=source.heading(),
        cost=spec.cost,
        value=spec.metric or DELTA,
        delta_index=project.paper(paper).delta_index,
        log=spec.log,
        series=tuple(
            Series(
                one.label,
                tuple(_point(source, one, row) for row in one.curve),
                tuple(_point(source, one, row) for row in one.points),
            )
            for one in spec.series
        ),
    )


def _point(source: Source, series: SeriesModel, row: str) -> Point:
    shown = source.shown(series.setting, row)
    costs = source.runs[series.setting, row].values(source.spec.cost)
    return Point(
        shown=shown,
        cost=summarise(list(costs.values())) if costs else None,
        value=_value(source, series, row),
        baseline=None if series.baseline is None else source.shown(series.setting, series.baseline),
    )


def _value(source: Source, series: SeriesModel, row: str) -> Summary | None:
    spec, setting = source.spec, series.setting
    if spec.metric is not None:
        found = source.runs[setting, row].values(spec.metric)
        return summarise(list(found.values())) if found else None
    assert series.baseline is not None, "planning refuses a delta without a baseline"
    values = {
        (name, setting, metric): found
        for name in (row, series.baseline)
        for metric in spec.metrics
        if (found := source.runs[setting, name].values(metric))
    }
    arguments = (spec.delta, row, series.baseline, setting, spec.metrics, values)
    mean, by_seed = derived.delta_of_means(*arguments), derived.delta_by_seed(*arguments)
    if mean is None or by_seed is None:
        return None
    return Summary(mean, summarise(by_seed).std, len(by_seed))
