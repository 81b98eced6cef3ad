"""Measures the training step of every row of a table, in turns."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from mtl.config import Project, RunUnit
from mtl.data.store import open_store
from mtl.errors import MtlError, unknown
from mtl.io import atomic_write, canonical_json
from mtl.results.seal import seal
from mtl.results.step_times import SCHEMA, identity_of, path_of, ratio
from mtl.training.platform import (
    choose_device,
    describe_commit,
    describe_platform,
    describe_versions,
    make_deterministic,
)
from mtl.training.spec import TrainingSpec
from mtl.training.step_time import clock_of, in_turns, step_of
from mtl.training.trainer import Trainer


def measure(
    project: Project,
    paper: str,
    table: str,
    rounds: int,
    device: str = "auto",
    say: Callable[[str], None] = print,
) -> Path:
    """Measure and store the times of a table's rows, setting by setting.

    All seeds that train together make one step together, as in the runs; no diagnostic looks at it,
    and methods that start from other runs start from random weights, which cost the same. Rows
    that take no step are left out.

    Args:
        project: at the scale to measure.
        paper, table: whose `step_time` names the row to divide by.
        rounds: in each of which every row makes one step.
        device: "auto", "cpu", "cuda" or "cuda:<n>".
        say: told of each setting.

    Returns:
        The file that was written, relative to the project.

    Raises:
        MtlError: for an unknown table, one that asks for no step times or divides by a row
            without steps, less than one round, data that are not prepared, or a loss that is not
            finite.
    """
    spec = project.paper(paper).tables.get(table)
    if spec is None:
        raise unknown("table", table, project.paper(paper).tables, f"paper {paper}")
    if spec.step_time is None:
        raise MtlError(f"{paper}/{table}: the table has no field 'step_time' with a row's name")
    if rounds < 1:
        raise MtlError(f"--rounds: expected at least 1, found {rounds}")
    make_deterministic()
    chosen = choose_device(device)
    what, clock = clock_of(chosen)
    lines = []
    for setting in dict.fromkeys(group.setting for group in spec.groups):
        units = _units(project, paper, setting, (*spec.rows, *spec.extra_rows))
        if spec.step_time not in units:
            raise MtlError(f"{paper}/{table}: step_time: '{spec.step_time}' has no training step")
        say(f"{setting}: {len(units)} rows, {rounds} rounds")
        steps = [step_of(_trainer(project, unit, chosen)) for unit in units.values()]
        times = dict(zip(units, in_turns(steps, rounds, clock), strict=True))
        for row, unit in units.items():
            found = ratio(times[row], times[spec.step_time])
            lines.append(
                {
                    "row": row,
                    "setting": setting,
                    "spec": identity_of(unit),
                    "seconds": statistics.median(times[row]),
                    **dataclasses.asdict(found),
                }
            )
    facts = describe_platform(chosen)
    record = {
        "schema": SCHEMA,
        "baseline": spec.step_time,
        "rounds": rounds,
        "where": f"{what} on {_words(facts)}",
        "rows": lines,
        "provenance": {
            **describe_commit(project.root),
            "platform": facts,
            "versions": describe_versions(),
        },
    }
    path = path_of(project.scale.name, paper, table)
    atomic_write(project.root / path, canonical_json(seal(record)))
    return path


def _units(project: Project, paper: str, setting: str, rows: Sequence[str]) -> dict[str, RunUnit]:
    """The first unit of each row that takes steps."""
    units = {row: project.units_for(paper, setting, row)[0] for row in rows}
    return {row: unit for row, unit in units.items() if unit.spec["regime"] != "closed_form"}


def _trainer(project: Project, unit: RunUnit, device: torch.device) -> Trainer:
    if not (project.root / unit.data.record).is_file():
        raise MtlError(
            f"{unit.data.path}: the prepared data do not exist; make them with "
            f"`python -m mtl prepare {unit.dataset}`"
        )
    data = open_store(project.root / unit.data.path, unit.data.fingerprint)
    spec = dataclasses.replace(TrainingSpec.parse(unit.spec), diagnostics=())
    return Trainer(spec, unit.seeds, data, device)


def _words(facts: Mapping[str, Any]) -> str:
    """The device and torch's version, as a table's note names them."""
    threads = "1 thread" if facts["threads"] == 1 else f"{facts['threads']} threads"
    cpu = f"{threads} of {facts['machine']} with {facts['cpu_capability']}"
    return f"{facts.get('gpu', cpu)}, torch {facts['torch']}"
