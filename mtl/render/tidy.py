"""Tables as tidy CSV: one line a number, in full precision, with what it was made from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mtl.metrics.catalogue import METRICS
from mtl.results.derived import DELTA

if TYPE_CHECKING:
    from mtl.results.aggregate import Cell, DeltaCell, Row, TableData
    from mtl.results.costs import Costs, Counts

FIELDS = (
    "row", "label", "method", "in_paper", "setting", "metric", "unit", "n", "mean", "std",
    "values", "seeds", "best", "second", "tied", "baseline", "difference", "ci_low", "ci_high",
    "p_value", "p_holm", "test", "sign_flip_p", "published_mean", "published_std", "fingerprints",
    "missing", "scale", "source",
)  # fmt: skip
"""Columns. `values` and `seeds` hold one entry a seed, `fingerprints` one a unit, with spaces."""

_STORED = {"percent": "fraction", "million": "count"}
"""The unit of the values here, where it is not the one in which they are printed."""

_COUNTS = ("parameters_total", "parameters_active", "parameters_registered", "macs")


def _words(values: Any) -> str:
    return " ".join(str(value) for value in values)


def _metric(cell: Cell) -> dict[str, Any]:
    line: dict[str, Any] = {
        "setting": cell.setting,
        "metric": cell.metric,
        "unit": _STORED.get(METRICS[cell.metric].unit, METRICS[cell.metric].unit),
        "n": cell.n,
        "missing": cell.missing,
        "fingerprints": _words(dict.fromkeys(run.fingerprint for run in cell.runs)),
    }
    if cell.published:
        line |= {"published_mean": cell.published.mean, "published_std": cell.published.std}
    if cell.missing or not cell.n:
        return line
    line |= {
        "mean": cell.mean,
        "std": cell.std,
        "values": _words(cell.values),
        "seeds": _words(cell.seeds),
        "best": cell.best,
        "second": cell.second,
        "tied": cell.tied,
    }
    if comparison := cell.comparison:
        line |= {
            "baseline": comparison.baseline,
            "difference": comparison.mean_difference,
            "ci_low": comparison.ci_low,
            "ci_high": comparison.ci_high,
            "p_value": comparison.p_value,
            "p_holm": comparison.p_holm,
            "test": comparison.test,
            "sign_flip_p": comparison.sign_flip_p,
        }
    return line


def _delta(cell: DeltaCell, baseline: str) -> dict[str, Any]:
    line: dict[str, Any] = {
        "setting": cell.setting,
        "metric": DELTA,
        "unit": f"percent ({cell.convention})",
        "mean": cell.value,
        "std": cell.std,
        "values": _words(cell.values or ()),
        "baseline": baseline,
    }
    if cell.published:
        line |= {"published_mean": cell.published.mean, "published_std": cell.published.std}
    return line


def _costs(costs: Costs, setting: str) -> Iterator[dict[str, Any]]:
    """The counts of the network that the table prints and of the trained one, as printed last."""
    for prefix, counts in (("", costs.profile), ("trained_", costs.trained)):
        for metric in _COUNTS:
            yield {
                "setting": setting,
                "metric": f"{prefix}{metric}",
                "unit": f"count ({_network(counts)})" if counts else "count",
                "mean": getattr(counts, metric, None),
            }
    for metric, printed in (("parameters", costs.printed_parameters), ("macs", costs.printed_macs)):
        if printed is not None:
            yield {
                "setting": setting,
                "metric": f"printed_{metric}",
                "unit": printed.unit,
                "published_mean": printed.text,
            }


def _network(counts: Counts) -> str:
    return f"width {counts.width}, {'x'.join(map(str, counts.image))}"


def _step_times(data: TableData, row: Row) -> Iterator[dict[str, Any]]:
    """Ratios of times, with the quartiles over the rounds in the columns of an interval."""
    found = data.step_times
    for group in data.groups if found else ():
        assert found is not None
        if ratio := found.ratios.get((row.id, group.setting)):
            yield {
                "setting": group.setting,
                "metric": "step_time",
                "unit": f"ratio (median, quartiles of {found.rounds} rounds)",
                "mean": ratio.median,
                "ci_low": ratio.low,
                "ci_high": ratio.high,
                "baseline": found.baseline,
            }


def _lines(data: TableData) -> Iterator[dict[str, Any]]:
    for row in data.rows:
        common = {
            "row": row.id,
            "label": row.label,
            "method": row.method,
            "in_paper": row.in_paper,
            "scale": data.scale,
            "source": "; ".join(data.source_labels),
        }
        cells = [_metric(cell) for cell in row.cells.values()]
        deltas = [_delta(cell, data.baseline) for cell in row.deltas.values()]
        ranks = [
            {"setting": setting, "metric": "mean_rank", "unit": "rank", "mean": rank}
            for setting, rank in row.mean_rank.items()
            if rank is not None
        ]
        steps = _step_times(data, row)
        costs = [line for name, own in row.costs.items() for line in _costs(own, name)]
        for line in (*costs, *cells, *deltas, *ranks, *steps):
            yield common | line


def _text(value: Any) -> Any:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def table(data: TableData, fingerprint: str) -> str:
    """The table's numbers in record units; the first line is a comment with the fingerprint.

    Floats are written with the shortest text that reads back to the same value.
    """
    buffer = io.StringIO()
    buffer.write(f"# fingerprint: {fingerprint}\n")
    writer = csv.DictWriter(buffer, FIELDS, restval="", lineterminator="\n")
    writer.writeheader()
    for line in _lines(data):
        writer.writerow({name: _text(value) for name, value in line.items()})
    return buffer.getvalue()
