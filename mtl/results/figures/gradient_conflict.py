"""How the tasks' gradients agree at the shared parameters, over training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtl.results.figures.curves import Curve, by_epoch
from mtl.results.figures.source import Heading, diagnostic, read

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.results.records import Record
    from mtl.results.runs import Runs

NAME = "gradient_conflict"
QUANTITIES = ("cosine", "negative", "variance")
"""Mean cosine of the pairs of tasks; the share of pairs with a negative one; and the variance,
1 - |mean gradient|^2 / mean |gradient|^2: 0 where all tasks agree, near 1 where they cancel."""


@dataclass(frozen=True)
class ConflictData:
    """The curves of each quantity, one a row."""

    heading: Heading
    setting: str
    curves: Mapping[str, tuple[Curve, ...]]


def build(
    project: Project,
    paper: str,
    figure: str,
    allow_missing: bool = False,
    runs: Runs | None = None,
) -> ConflictData:
    """Aggregate the conflict of the tasks' gradients.

    Args:
        project: the working tree at a scale.
        paper, figure: which one.
        allow_missing: give rows without runs a reason instead of refusing the figure.
        runs: a reader to share.

    Raises:
        MtlError: for unknown names, missing or damaged runs, runs without this diagnostic, or seeds
            with different epochs.
    """
    source = read(project, paper, figure, allow_missing, runs)
    return ConflictData(
        source.heading(),
        source.spec.setting,
        {
            quantity: tuple(
                by_epoch(source.shown(*pair), found, _points, quantity, f"diagnostics.{NAME}")
                for pair, found in source.runs.items()
            )
            for quantity in QUANTITIES
        },
    )


def _points(record: Record) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = diagnostic(record, NAME)["points"]
    return points
