"""Columns that follow from the metric columns: delta, mean rank, and the reference level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mtl.errors import MtlError
from mtl.metrics.catalogue import METRICS
from mtl.metrics.classification import all_positive_scores
from mtl.metrics.delta import delta
from mtl.metrics.ranks import mean_ranks
from mtl.results.comparisons import Values
from mtl.results.records import Record
from mtl.results.statistics import summarise

DELTA = "delta_p"
"""The delta's name in products, whatever index a paper writes."""


def scored(metrics: Sequence[str]) -> tuple[str, ...]:
    """The metrics that say how good a row is: those that every run has."""
    return tuple(metric for metric in metrics if METRICS[metric].diagnostic is None)


def ranked(metrics: Sequence[str]) -> tuple[str, ...]:
    """The metrics that rows are ranked on.

    A mean over tasks that have columns of their own does not count a second time.
    """
    scores = scored(metrics)
    return tuple(metric for metric in scores if METRICS[metric].task is not None) or scores


def column_means(
    row: str, setting: str, metrics: Sequence[str], values: Values
) -> dict[str, float] | None:
    """A row's unrounded seed means in a setting; None unless it has every metric."""
    if not all((row, setting, metric) in values for metric in metrics):
        return None
    return {
        metric: summarise(list(values[row, setting, metric].values())).mean for metric in metrics
    }


def delta_of_means(
    convention: str, row: str, baseline: str, setting: str, metrics: Sequence[str], values: Values
) -> float | None:
    """Delta of the seed means, which is what papers print; in percent, None without runs.

    Args:
        metrics: of the table's columns; only those that are `scored` count.

    Raises:
        MtlError: when the baseline's mean is not positive.
    """
    metrics = scored(metrics)
    own, base = (column_means(name, setting, metrics, values) for name in (row, baseline))
    if not metrics or own is None or base is None:
        return None
    return delta(convention, own, base, [METRICS[metric] for metric in metrics])


def delta_by_seed(
    convention: str, row: str, baseline: str, setting: str, metrics: Sequence[str], values: Values
) -> tuple[float, ...] | None:
    """Deltas of the pairs of runs that share a seed; in percent, None without such pairs.

    Args:
        metrics: of the table's columns; only those that are `scored` count.

    Raises:
        MtlError: when a baseline run's value is not positive.
    """
    metrics = scored(metrics)
    if not metrics:
        return None
    own, base = (
        {metric: values.get((name, setting, metric), {}) for metric in metrics}
        for name in (row, baseline)
    )
    common = set.intersection(*(set(seeds) for seeds in (*own.values(), *base.values())))
    columns = [METRICS[metric] for metric in metrics]
    deltas = [
        delta(
            convention,
            {metric: by_seed[seed] for metric, by_seed in own.items()},
            {metric: by_seed[seed] for metric, by_seed in base.items()},
            columns,
        )
        for seed in sorted(common)
    ]
    return tuple(deltas) or None


def mean_rank_of_rows(
    rows: Sequence[str], setting: str, metrics: Sequence[str], values: Values
) -> dict[str, float]:
    """Mean rank of every row of the table; empty unless each has every metric that is `ranked`."""
    columns = ranked(metrics)
    means: dict[str, dict[str, float]] = {}
    for row in rows:
        own = column_means(row, setting, columns, values)
        if own is None:
            return {}
        means[row] = own
    return mean_ranks(means, [METRICS[metric] for metric in columns]) if columns else {}


def reference_scores(records: Iterable[Record]) -> dict[str, float]:
    """Scores of saying yes to every attribute: a property of the data that a setting is scored on.

    Empty for settings without attributes, and when there is no record.

    Raises:
        MtlError: when the records were not scored on the same labels.
    """
    first: Record | None = None
    scored: Mapping[str, object] = {}
    for record in records:
        labels = {name: record.detail.get(name) for name in ("columns", "positive", "n")}
        first, scored = (first, scored) if first else (record, labels)
        if labels != scored:
            raise MtlError(
                f"{record.path}: was not scored on the same labels as {first.path}, though both "
                "belong to one setting"
            )
    if first is None or "positive" not in first.detail:
        return {}
    return all_positive_scores(first.detail["positive"], first.detail["n"])
