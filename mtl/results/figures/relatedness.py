"""How far rows lie above single-task learning, by the relatedness of the tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.errors import MtlError
from mtl.results.figures.source import Heading, Shown, Source, read
from mtl.results.statistics import pair, summarise

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.results.runs import Runs

DIAL = "relatedness"


@dataclass(frozen=True)
class Gain:
    """A row minus the baseline in one setting, over the seeds that both have.

    Attributes:
        relatedness: the setting's dial, from 0 to 1.
        mean: None without a common seed.
        std: sample standard deviation of the differences; None for less than two.
        dropped: seeds that only one of the two has.
    """

    shown: Shown
    relatedness: float
    mean: float | None
    std: float | None
    n: int
    dropped: tuple[int, ...]


@dataclass(frozen=True)
class RelatednessData:
    """The gains of every row, in the order of relatedness, in the unit of the records.

    Attributes:
        baseline: the runs of single-task learning, one for each setting in the same order.
    """

    heading: Heading
    metric: str
    baseline: tuple[Shown, ...]
    rows: tuple[tuple[Gain, ...], ...]


def build(
    project: Project,
    paper: str,
    figure: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> RelatednessData:
    """Aggregate the differences to the baseline, paired by seed.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: leave points without runs out instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, missing or damaged runs, or a setting without the dial.
    """
    source = read(project, paper, figure, allow_missing, runs)
    spec = source.spec
    settings = sorted(spec.settings, key=lambda name: _relatedness(source, name))
    return RelatednessData(
        heading=source.heading(),
        metric=spec.metric,
        baseline=tuple(source.shown(setting, spec.baseline) for setting in settings),
        rows=tuple(tuple(_gain(source, setting, row) for setting in settings) for row in spec.rows),
    )


def _relatedness(source: Source, setting: str) -> float:
    value = source.project.paper(source.paper).settings[setting].twin.get(DIAL)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MtlError(
            f"figure {source.paper}/{source.name}: setting '{setting}' needs twin.{DIAL}, a number "
            f"from 0 to 1, found {value!r}"
        )
    return float(value)


def _gain(source: Source, setting: str, row: str) -> Gain:
    spec, shown = source.spec, source.shown(setting, row)
    relatedness = _relatedness(source, setting)
    own, base = (source.runs[setting, name].values(spec.metric) for name in (row, spec.baseline))
    if not set(own) & set(base):
        return Gain(shown, relatedness, None, None, 0, tuple(sorted({*own, *base})))
    paired = pair(own, base)
    summary = summarise(paired.differences)
    return Gain(shown, relatedness, summary.mean, summary.std, summary.n, paired.dropped)
