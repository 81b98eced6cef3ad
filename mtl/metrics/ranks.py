"""Mean rank of the rows of a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mtl.errors import MtlError
from mtl.metrics.catalogue import Metric


def mean_ranks(
    rows: Mapping[str, Mapping[str, float]], columns: Sequence[Metric]
) -> dict[str, float]:
    """Rank all rows on each metric (1 is the best) and average over the metrics.

    Equal rows share the best of their ranks ("1224"): of the usual rules, only this one can give
    the column MR that InterroGate prints in its Table 5, and only from unrounded means over all
    rows jointly [V]. So give the unrounded seed means.

    Args:
        rows: row to metric name to value.
        columns: the metrics to rank on.

    Raises:
        MtlError: for a missing or non-finite value, or no metric.
    """
    if not columns:
        raise MtlError("mean rank: needs at least one metric, found none")
    for row, values in rows.items():
        for metric in columns:
            if metric.name not in values or not math.isfinite(values[metric.name]):
                found = values.get(metric.name, "nothing")
                raise MtlError(f"mean rank: row '{row}' has {found} for '{metric.name}'")

    def rank(row: str, metric: Metric) -> int:
        own = metric.direction * rows[row][metric.name]
        return 1 + sum(metric.direction * other[metric.name] > own for other in rows.values())

    return {row: sum(rank(row, metric) for metric in columns) / len(columns) for row in rows}
