"""The time of a training step by that of another row: a measurement, stored beside the references.

Its file is written by `mtl step-time` and read by tables. No run, metric or drift check knows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mtl.errors import MtlError
from mtl.io import read_json, sha256
from mtl.results.seal import is_sealed

if TYPE_CHECKING:
    from mtl.config.project import Project
    from mtl.config.units import RunUnit

SCHEMA = 1
FOLDER = Path("results/reference/step_times")

STALE = "measured with another configuration of the row or of the divisor"
UNMEASURED = "not measured"
NO_STEP = "no training step"

_TIMED = ("dataset", "tasks", "model", "method", "regime", "loss_weights")
"""What a step depends on, of a specification, beside the size of a batch."""


@dataclass(frozen=True)
class Ratio:
    """Of times in the same round: the median, and the quartiles."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class StepTimes:
    """What was measured for a table.

    Attributes:
        baseline: the row that the times are divided by.
        rounds: behind each ratio.
        where: the clock and the platform, in words.
        ratios: by (row, setting), where both rows are still configured as they were measured.
        gaps: by (row, setting), why the table's others have none.
    """

    baseline: str
    rounds: int
    where: str
    ratios: dict[tuple[str, str], Ratio]
    gaps: dict[tuple[str, str], str]


def path_of(scale: str, paper: str, table: str) -> Path:
    """The file of a table's measurement, relative to the project."""
    return FOLDER / scale / paper / f"{table}.json"


def identity_of(unit: RunUnit) -> str:
    """Names what a unit's step depends on: the network and its losses, the batch, the images' size.

    How long and how fast it learns plays no part. Nor does code: what is measured stays true of the
    commit that the file names.
    """
    spec = {key: unit.spec[key] for key in _TIMED if key in unit.spec}
    batch = unit.spec["training"]["batch_size"]
    return sha256([spec, batch, list(unit.seeds), unit.data.config])


def ratio(times: Sequence[float], baseline: Sequence[float]) -> Ratio:
    """Of two rows' times by round."""
    quotients = np.asarray(times) / np.asarray(baseline)
    low, median, high = np.quantile(quotients, (0.25, 0.5, 0.75))
    return Ratio(float(median), float(low), float(high))


def load(project: Project, paper: str, table: str) -> StepTimes | None:
    """What was measured for a table at the project's scale; None if nothing was.

    Raises:
        MtlError: for a file that is damaged or was edited.
    """
    path = project.root / path_of(project.scale.name, paper, table)
    if not path.is_file():
        return None
    content = read_json(path, "measured step times")
    if not isinstance(content, dict) or not is_sealed(content) or content.get("schema") != SCHEMA:
        raise MtlError(f"{path}: the file was edited; measure again: `mtl step-time`")
    spec = project.paper(paper).tables[table]
    lines = {(line["row"], line["setting"]): line for line in content["rows"]}
    shown = [
        (row, group.setting) for group in spec.groups for row in (*spec.rows, *spec.extra_rows)
    ]
    gaps = {
        key: why for key in shown if (why := _gap(project, paper, key, lines.get(key))) is not None
    }
    for row, setting in shown:
        if spec.step_time != content["baseline"] or (spec.step_time, setting) in gaps:
            gaps.setdefault((row, setting), STALE)
    ratios = {
        key: Ratio(lines[key]["median"], lines[key]["low"], lines[key]["high"])
        for key in shown
        if key not in gaps
    }
    return StepTimes(content["baseline"], content["rounds"], content["where"], ratios, gaps)


def _gap(
    project: Project, paper: str, key: tuple[str, str], line: Mapping[str, Any] | None
) -> str | None:
    """Why what was measured of a (row, setting), if anything, is not what it takes now."""
    row, setting = key
    unit = project.units_for(paper, setting, row)[0]
    if unit.spec["regime"] == "closed_form":
        return NO_STEP
    if line is None:
        return UNMEASURED
    return None if line["spec"] == identity_of(unit) else STALE
