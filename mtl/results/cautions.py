"""What makes a comparison of runs uneven, beyond the data and the scale."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtl.config.units import RunUnit


def unequal_training(units: Iterable[RunUnit]) -> tuple[str, ...]:
    """One sentence for each problem whose compared rows are trained for different lengths.

    Scales may give rows different numbers of epochs, which can decide a comparison.

    Args:
        units: whose runs are compared; those with the same data and tasks are one problem.
    """
    problems: dict[tuple[str, int], dict[int, list[str]]] = {}
    for unit in units:
        problem = (unit.dataset, len(unit.spec["tasks"]))
        by_epochs = problems.setdefault(problem, {})
        by_epochs.setdefault(unit.spec["training"]["epochs"], []).append(unit.method)
    return tuple(
        f"With {tasks} tasks on {dataset}, what is compared is not trained equally long: "
        + "; ".join(
            f"{', '.join(sorted(set(methods)))} for {epochs} epoch{'s' * (epochs > 1)}"
            for epochs, methods in sorted(by_epochs.items(), reverse=True)
        )
        + "."
        for (dataset, tasks), by_epochs in sorted(problems.items())
        if len(by_epochs) > 1
    )
