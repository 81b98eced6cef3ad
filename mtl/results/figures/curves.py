"""Values by epoch, with mean and spread over seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtl.errors import MtlError, unknown
from mtl.results.statistics import summarise

if TYPE_CHECKING:
    from mtl.results.figures.source import Shown
    from mtl.results.records import Record
    from mtl.results.runs import RunSet


@dataclass(frozen=True)
class Curve:
    """One row's curve; values in the unit of the records.

    Attributes:
        shown: its runs; without any, the sequences are empty.
        x: epochs, or what else the horizontal axis shows.
        std: sample standard deviation over seeds; 0 for a single seed.
    """

    shown: Shown
    x: tuple[float, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]


def by_epoch(
    shown: Shown,
    runs: RunSet,
    points: Callable[[Record], Iterable[Mapping[str, Any]]],
    quantity: str,
    field: str,
) -> Curve:
    """A quantity by epoch over the seeds of a row.

    Args:
        shown, runs: the row.
        points: the entries of a record, each with `epoch` and the quantity.
        quantity: which entry.
        field: of the record, for messages.

    Raises:
        MtlError: when an entry lacks the quantity, or the seeds have different epochs.
    """
    found: dict[float, list[float]] = {}
    for record in runs.records:
        for point in points(record):
            if quantity not in point:
                raise unknown("metric", quantity, point, f"{record.path}: field '{field}'")
            found.setdefault(point["epoch"], []).append(point[quantity])
    n = len(runs.records)
    if uneven := [epoch for epoch, values in found.items() if len(values) != n]:
        raise MtlError(
            f"{runs.records[0].path.parent.parent}: epoch {uneven[0]} has values of "
            f"{len(found[uneven[0]])} of {n} seeds; the seeds of a curve must have equal epochs"
        )
    epochs = sorted(found)
    summaries = [summarise(found[epoch]) for epoch in epochs]
    return Curve(
        shown,
        x=tuple(epochs),
        mean=tuple(summary.mean for summary in summaries),
        std=tuple(summary.std or 0.0 for summary in summaries),
    )
