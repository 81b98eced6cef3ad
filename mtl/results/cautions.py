"""What makes a comparison of runs uneven, beyond the data and the scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mtl.io import canonical_json

if TYPE_CHECKING:
    from mtl.config.units import RunUnit

_Length = tuple[int, int]
"""Epochs, optimiser steps a batch."""

_Problem = tuple[str, int, str, str, str]
"""Dataset, number of tasks, host, and what tells settings apart in which these agree."""


def unequal_training(units: Iterable[RunUnit]) -> tuple[str, ...]:
    """One sentence for each problem whose compared rows are trained for different lengths.

    Scales may give rows different numbers of epochs, which can decide a comparison. Rows that take
    a step for every task also take more steps in an epoch than others, so that both are stated;
    at equal epochs that is the papers' protocol and needs no caution.

    Args:
        units: whose runs are compared; those with the same data, tasks and host are one problem.
    """
    problems: dict[_Problem, dict[_Length, list[str]]] = {}
    for unit in units:
        by_length = problems.setdefault(_problem(unit), {})
        by_length.setdefault(_length(unit), []).append(unit.method)
    sentences = (
        f"With {tasks} tasks on {dataset} ({host}), what is compared is not trained equally long: "
        f"{_lengths(by_length)}."
        for (dataset, tasks, host, *_), by_length in sorted(problems.items())
        if len({epochs for epochs, _ in by_length}) > 1
    )
    return tuple(dict.fromkeys(sentences))


def _problem(unit: RunUnit) -> _Problem:
    tasks = unit.spec["tasks"]
    host = unit.spec["model"]["host"]
    return unit.dataset, len(tasks), host, unit.data.fingerprint, canonical_json(tasks)


def _length(unit: RunUnit) -> _Length:
    each_task = unit.spec["regime"] == "steady_state"
    return unit.spec["training"]["epochs"], len(unit.spec["tasks"]) if each_task else 1


def _lengths(by_length: Mapping[_Length, list[str]]) -> str:
    return "; ".join(
        f"{', '.join(sorted(set(methods)))} for {_count(epochs, 'epoch')} with "
        f"{_count(steps, 'optimiser step')} a batch"
        for (epochs, steps), methods in sorted(by_length.items(), reverse=True)
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
