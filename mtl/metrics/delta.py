"""Average relative improvement over a baseline, by the convention that a paper really used.

"Delta" is computed in at least three ways in the literature, which differ by several points on the
same numbers, so that every value here belongs to a named convention. All are in percent.

* `metrics`: the flat mean of the signed relative changes over all metric columns. It is what
  ETR-NLP printed: it reproduces every delta_p of its Tables 3 to 6 [V], as in nash-mtl and FAMO.
* `tasks`: the mean over the metrics of each task first, then over the tasks. It is the formula that
  ETR-NLP gives [P] (whose sign exponent p is inverted there: taken literally an improvement
  would count as a loss) but not what it printed: 17.8 instead of the printed 20.8 for ETR-NLP in
  Table 6. LibMTL uses it.
* `primary`: one metric a task, InterroGate's Delta_MTL; also ASTMT and auto-lambda.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from mtl.errors import MtlError, unknown
from mtl.metrics.catalogue import Metric


def delta(
    convention: str,
    values: Mapping[str, float],
    baseline: Mapping[str, float],
    columns: Sequence[Metric],
) -> float:
    """Relative improvement of `values` over `baseline` in percent; positive is better.

    Args:
        convention: a key of `CONVENTIONS`.
        values, baseline: metric name to value, both in the same unit.
        columns: the metric columns of the table that enter the mean.

    Raises:
        MtlError: for an unknown convention, a missing or non-finite value, or a baseline that
            is not positive.
    """
    if convention not in CONVENTIONS:
        raise unknown("convention of delta", convention, CONVENTIONS)
    if not columns:
        raise MtlError("delta: needs at least one metric column, found none")
    return 100.0 * CONVENTIONS[convention](values, baseline, columns)


def _relative_change(
    metric: Metric, values: Mapping[str, float], baseline: Mapping[str, float]
) -> float:
    for name, source in (("row", values), ("baseline", baseline)):
        if metric.name not in source:
            raise MtlError(f"delta: the {name} has no value of '{metric.name}'")
        if not math.isfinite(source[metric.name]):
            raise MtlError(f"delta: the {name}'s '{metric.name}' is {source[metric.name]}")
    reference = baseline[metric.name]
    if reference <= 0:
        raise MtlError(
            f"delta: a relative change needs a positive baseline, found {reference:g} for "
            f"'{metric.name}'"
        )
    return metric.direction * (values[metric.name] - reference) / reference


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _over_metrics(
    values: Mapping[str, float], baseline: Mapping[str, float], columns: Sequence[Metric]
) -> float:
    return _mean([_relative_change(metric, values, baseline) for metric in columns])


def _over_tasks(
    values: Mapping[str, float], baseline: Mapping[str, float], columns: Sequence[Metric]
) -> float:
    by_task: dict[str, list[float]] = {}
    for metric in columns:
        if metric.task is not None:
            change = _relative_change(metric, values, baseline)
            by_task.setdefault(metric.task, []).append(change)
    if not by_task:
        names = ", ".join(metric.name for metric in columns)
        raise MtlError(f"delta: convention 'tasks' needs a metric of a task, found only {names}")
    return _mean([_mean(changes) for changes in by_task.values()])


def _over_primaries(
    values: Mapping[str, float], baseline: Mapping[str, float], columns: Sequence[Metric]
) -> float:
    tasks = {metric.task for metric in columns if metric.task is not None}
    primaries = [metric for metric in columns if metric.primary]
    covered = [metric.task for metric in primaries]
    if not tasks or sorted(tasks) != sorted(str(task) for task in covered):
        raise MtlError(
            "delta: convention 'primary' needs exactly one primary metric for each of the tasks "
            f"{', '.join(sorted(tasks)) or '(none)'}; found "
            f"{', '.join(metric.name for metric in primaries) or 'none'}"
        )
    return _mean([_relative_change(metric, values, baseline) for metric in primaries])


CONVENTIONS: dict[
    str, Callable[[Mapping[str, float], Mapping[str, float], Sequence[Metric]], float]
] = {"metrics": _over_metrics, "tasks": _over_tasks, "primary": _over_primaries}
"""Name to the mean that it takes; the functions return fractions."""
