"""The weights with which the relative changes of the metrics enter a printed delta."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import get_args

from mtl.errors import MtlError, unknown
from mtl.published.header import Column, Convention

Weights = dict[str, Fraction]
"""Metric column to weight; the weights sum to 1 before the sign of the direction."""

INVERTED = "_inverted"
"""How the names of conventions end whose sign is turned round."""


def _over_metrics(columns: Mapping[str, Column]) -> Weights:
    return {name: Fraction(1, len(columns)) for name in columns}


def _over_tasks(columns: Mapping[str, Column]) -> Weights:
    if without := [name for name, column in columns.items() if column.task is None]:
        raise MtlError(f"the header names no task for {', '.join(without)}")
    sizes = Counter(column.task for column in columns.values())
    return {n: Fraction(1, len(sizes) * sizes[column.task]) for n, column in columns.items()}


def _over_primaries(columns: Mapping[str, Column]) -> Weights:
    sizes = Counter(column.task for column in columns.values())
    primary = {
        name: column.task
        for name, column in columns.items()
        if column.task is not None and (column.primary or sizes[column.task] == 1)
    }
    if None in sizes or Counter(primary.values()) != Counter(set(sizes)):
        raise MtlError("the header does not declare one primary metric for each task")
    return {name: Fraction(1, len(primary)) for name in primary}


_MEANS: dict[str, Callable[[Mapping[str, Column]], Weights]] = {
    "metrics": _over_metrics,
    "tasks": _over_tasks,
    "primary": _over_primaries,
}

_SAID = {
    "metrics": "the flat mean over the metric columns",
    "tasks": "the mean over the metrics of each task and then over the tasks",
    "primary": "the mean over one metric for each task",
}

CONVENTIONS: tuple[Convention, ...] = get_args(Convention)
"""Conventions of a delta, in the order in which they are tried."""

DESCRIPTIONS: dict[str, str] = {
    name: _SAID[name.removesuffix(INVERTED)]
    + (", with the sign turned round" if name.endswith(INVERTED) else "")
    for name in CONVENTIONS
}
"""Convention to what it is, as sentences say it."""


def signed_weights(convention: str, columns: Mapping[str, Column]) -> Weights:
    """The weight of each metric's relative change, negative where a rise counts as a loss.

    Args:
        convention: one of `CONVENTIONS`; `*_inverted` turns every sign round.
        columns: the metric columns that enter.

    Raises:
        MtlError: for an unknown convention, or when the header does not say enough for it.
    """
    if convention not in CONVENTIONS:
        raise unknown("convention of delta", convention, CONVENTIONS)
    weights = _MEANS[convention.removesuffix(INVERTED)](columns)
    turn = -1 if convention.endswith(INVERTED) else 1
    return {name: turn * columns[name].sign * weight for name, weight in weights.items()}
