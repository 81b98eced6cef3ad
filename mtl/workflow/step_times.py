"""Measures the training step of every row of a table, in turns."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from mtl.config import Project
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
from mtl.training.step_time import in_turns, step_of
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
        The file that was written.

    Raises:
        MtlError: for an unknown table, one that asks for no step times, or data that are not
            prepared.
    """
    spec = project.paper(paper).tables.get(table)
    if spec is None:
        raise unknown("table", table, project.paper(paper).tables, f"paper {paper}")
    if spec.step_time is None:
        raise MtlError(f"{paper}/{table}: the table has no field 'step_time' with a row's name")
    make_deterministic()
    chosen = choose_device(device)
    lines = []
    for setting in dict.fromkeys(group.setting for group in spec.groups):
        units = {
            row: project.units_for(paper, setting, row)[0] for row in (*spec.rows, *spec.extra_rows)
        }
        units = {row: unit for row, unit in units.items() if unit.spec["regime"] != "closed_form"}
        say(f"{setting}: {len(units)} rows, {rounds} rounds")
        steps = []
        for unit in units.values():
            data = open_store(project.root / unit.data.path, unit.data.fingerprint)
            parsed = dataclasses.replace(TrainingSpec.parse(unit.spec), diagnostics=())
            steps.append(step_of(Trainer(parsed, unit.seeds, data, chosen)))
        times = dict(zip(units, in_turns(steps, rounds), strict=True))
        for row, unit in units.items():
            found = ratio(times[row], times[spec.step_time])
            lines.append(
                {
                    "row": row,
                    "setting": setting,
                    "spec": identity_of(unit.spec),
                    **dataclasses.asdict(found),
                }
            )
    facts = describe_platform(chosen)
    threads = "1 thread" if facts["threads"] == 1 else f"{facts['threads']} threads"
    record = {
        "schema": SCHEMA,
        "baseline": spec.step_time,
        "rounds": rounds,
        "where": str(facts.get("gpu", f"CPU, {threads}")),
        "rows": lines,
        "provenance": {
            **describe_commit(project.root),
            "platform": facts,
            "versions": describe_versions(),
        },
    }
    path = project.root / path_of(project.scale.name, paper, table)
    atomic_write(path, canonical_json(seal(record)))
    return path
