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

SCHEMA = 1
FOLDER = Path("results/reference/step_times")

_TIMED = ("dataset", "tasks", "model", "method", "regime", "training", "loss_weights")
"""What a step depends on, of a specification."""


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
        where: the device, in words.
        ratios: by (row, setting), of those whose configuration is still the measured one.
        stale: rows that were measured with another one.
    """

    baseline: str
    rounds: int
    where: str
    ratios: dict[tuple[str, str], Ratio]
    stale: tuple[str, ...]


def path_of(scale: str, paper: str, table: str) -> Path:
    """The file of a table's measurement, relative to the project."""
    return FOLDER / scale / paper / f"{table}.json"


def identity_of(spec: Mapping[str, Any]) -> str:
    """Names what a step of a run's specification depends on."""
    return sha256({key: spec[key] for key in _TIMED if key in spec})


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
    if not isinstance(content, dict) or not is_sealed(content) or content["schema"] != SCHEMA:
        raise MtlError(f"{path}: the file was edited; measure again: `mtl step-time`")
    ratios, stale = {}, []
    for line in content["rows"]:
        row, setting = line["row"], line["setting"]
        known = project.papers[paper].rows.get(row) and project.papers[paper].settings.get(setting)
        units = project.units_for(paper, setting, row) if known else []
        if units and identity_of(units[0].spec) == line["spec"]:
            ratios[row, setting] = Ratio(line["median"], line["low"], line["high"])
        else:
            stale.append(row)
    once = tuple(dict.fromkeys(stale))
    return StepTimes(content["baseline"], content["rounds"], content["where"], ratios, once)
