"""The numbers of every table in one small JSON file, which `dvc metrics show` and `diff` read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtl.io import atomic_write, canonical_json
from mtl.results.aggregate import Row, build_table
from mtl.results.derived import DELTA
from mtl.results.runs import Runs
from mtl.results.seal import seal

if TYPE_CHECKING:
    from mtl.config.project import Project

DIGITS = 6
"""Decimals kept: a ten-thousandth of a percent, far below what a difference could mean."""


def summarise_project(project: Project, allow_missing: bool = False) -> dict[str, Any]:
    """Paper, table, row, setting, metric to `{"mean", "std", "n"}`, fractions.

    Deltas stand beside the metrics as `delta_p`, in percent. What cannot be computed is left out.

    Raises:
        MtlError: for damaged runs, and for missing ones unless they are allowed.
    """
    runs = Runs(project)
    return {
        name: {
            table: {
                row.id: _row(row)
                for row in build_table(project, name, table, allow_missing, runs).rows
            }
            for table in paper.tables
        }
        for name, paper in project.papers.items()
    }


def write_summary(
    project: Project, path: Path | str, fingerprint: str, allow_missing: bool = False
) -> None:
    """Write the summary.

    It is its own stamp: `fingerprint` says what it was made from and `content` seals it, since
    `dvc metrics` could not read a neighbouring file.

    Args:
        project: the working tree at a scale.
        path: of the JSON file.
        fingerprint: of the product.
        allow_missing: leave out what has no runs instead of refusing.

    Raises:
        MtlError: for missing or damaged runs, or a file that cannot be written.
    """
    summary = summarise_project(project, allow_missing)
    atomic_write(path, canonical_json(seal({**summary, "fingerprint": fingerprint})))


def _row(row: Row) -> dict[str, dict[str, Any]]:
    settings: dict[str, dict[str, Any]] = {}
    for (setting, metric), cell in row.cells.items():
        if cell.n:
            settings.setdefault(setting, {})[metric] = _numbers(cell.mean, cell.std, cell.n)
    for setting, delta in row.deltas.items():
        if delta.value is not None:
            n = len(delta.values or ())
            settings[setting][DELTA] = _numbers(delta.value, delta.std, n)
    return settings


def _numbers(mean: float, std: float | None, n: int) -> dict[str, float | int]:
    numbers: dict[str, float | int] = {"mean": round(mean, DIGITS), "n": n}
    return numbers if std is None else {**numbers, "std": round(std, DIGITS)}
