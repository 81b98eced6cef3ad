"""All numbers of tables and figures at one moment, with what they were made from.

It is what the drift check compares.

A reference (`results/reference/<scale>.json`) is a snapshot on disk. It holds every value at full
precision and the whole specification of every unit, so that a difference can be named by its field
even when the old runs are gone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtl import io
from mtl.config.diagnostics import required_diagnostics
from mtl.errors import MtlError
from mtl.metrics.catalogue import METRICS
from mtl.results.records import Unit
from mtl.results.runs import Runs, RunSet
from mtl.results.seal import is_sealed, seal

if TYPE_CHECKING:
    from mtl.config.models import Paper
    from mtl.config.project import Project

SCHEMA = 2

RowKey = tuple[str, str, str]
"""(paper, setting, row)."""


@dataclass(frozen=True)
class UnitFacts:
    """What a unit was made from and on.

    Attributes:
        spec, data, code: parts of its identity.
        platform: what must agree for results to agree in every bit; the number of seeds trained
            together is part of it.
        records: seed to the hash of its record.
    """

    fingerprint: str
    spec: dict[str, Any]
    data: dict[str, str]
    code: dict[str, str]
    platform: dict[str, Any]
    records: dict[int, str]


@dataclass(frozen=True)
class RowFacts:
    """A row in one setting.

    Attributes:
        shown_in: the tables and figures that show it.
        units: the fingerprints of its units.
        values: metric to seed to value.
    """

    shown_in: tuple[str, ...]
    units: tuple[str, ...]
    values: dict[str, dict[int, float]]


@dataclass(frozen=True)
class Snapshot:
    """The numbers of all tables and figures at one scale.

    Attributes:
        units: by fingerprint.
        rows: by paper, setting and row; one that several tables and figures show appears once.
        problems: why rows are incomplete or cannot be read.
    """

    scale: str
    units: dict[str, UnitFacts]
    rows: dict[RowKey, RowFacts]
    problems: tuple[str, ...] = ()


def take_snapshot(project: Project) -> Snapshot:
    """Read all runs that a project's tables and figures show.

    Damaged and missing ones become problems.
    """
    runs = Runs(project)
    units: dict[str, UnitFacts] = {}
    rows: dict[RowKey, RowFacts] = {}
    problems: list[str] = []
    for key, (places, metrics) in _shown(project).items():
        paper, setting, row = key
        try:
            found = runs.of(paper, setting, row)
            values = {metric: found.values(metric) for metric in metrics}
        except MtlError as error:
            problems.append(str(error))
            continue
        problems += _gaps(key, found)
        if found.units:
            units.update((unit.fingerprint, _facts(unit)) for unit in found.units)
            rows[key] = RowFacts(places, tuple(unit.fingerprint for unit in found.units), values)
    return Snapshot(project.scale.name, units, rows, tuple(dict.fromkeys(problems)))


def _shown(project: Project) -> dict[RowKey, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every row of every table and figure: where it is shown, and the metrics that its runs give.

    A figure without a metric of its own stands for all metrics of its setting.
    """
    shown: dict[RowKey, tuple[dict[str, None], dict[str, None]]] = {}
    for paper, model in project.papers.items():
        diagnostics = required_diagnostics(model)
        for place, setting, row, metrics in _places(model):
            made = (None, *diagnostics.get((setting, row), ()))
            places, found = shown.setdefault((paper, setting, row), ({}, {}))
            places[place] = None
            found.update((m, None) for m in metrics if METRICS[m].diagnostic in made)
    return {key: (tuple(places), tuple(metrics)) for key, (places, metrics) in shown.items()}


def _places(paper: Paper) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """(table or figure, setting, row, metrics) of everything that a paper shows."""
    for name, table in paper.tables.items():
        for group in table.groups:
            for row in (*table.rows, *table.extra_rows):
                yield name, group.setting, row, group.metrics
    for name, figure in paper.figures.items():
        own = tuple(figure.named_metrics.values())
        for setting, row in figure.pairs:
            yield name, setting, row, own or paper.settings[setting].metrics


def _gaps(key: RowKey, found: RunSet) -> Iterator[str]:
    for planned, reason in found.missing:
        yield f"{'/'.join(key)} ({planned.name}): {reason}"


def _facts(unit: Unit) -> UnitFacts:
    identity = unit.records[0].identity
    return UnitFacts(
        fingerprint=unit.fingerprint,
        spec=identity["spec"],
        data=identity["data"],
        code=identity["code"],
        platform={**unit.provenance["platform"], "seeds_together": len(unit.seeds)},
        records=unit.hashes,
    )


def write_reference(path: Path | str, snapshot: Snapshot) -> None:
    """Store a snapshot as the reference.

    Raises:
        MtlError: when it is incomplete, or cannot be written.
    """
    if snapshot.problems:
        listed = "\n  ".join(snapshot.problems)
        raise MtlError(f"{path}: an incomplete set of runs is no reference:\n  {listed}")
    content = {
        "schema": SCHEMA,
        "scale": snapshot.scale,
        "units": {
            fingerprint: {
                name: value
                for name, value in dataclasses.asdict(unit).items()
                if name != "fingerprint"
            }
            for fingerprint, unit in snapshot.units.items()
        },
        "rows": {"/".join(key): dataclasses.asdict(row) for key, row in snapshot.rows.items()},
    }
    io.atomic_write(path, io.canonical_json(seal(content)))


def load_reference(path: Path | str) -> Snapshot:
    """Read a reference.

    Raises:
        MtlError: when it is absent, damaged or edited.
    """
    if not Path(path).is_file():
        raise MtlError(f"{path}: there is no reference yet; make it with: mtl drift --update")
    content = io.read_json(path, "reference")
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise MtlError(f"{path}: is no reference of schema {SCHEMA}; make it anew")
    if not is_sealed(content):
        raise MtlError(f"{path}: the reference was edited; restore it, or make it anew")
    units = {
        fingerprint: UnitFacts(fingerprint, **{**unit, "records": _by_seed(unit["records"])})
        for fingerprint, unit in content["units"].items()
    }
    rows = {
        _row_key(key): RowFacts(
            tuple(row["shown_in"]),
            tuple(row["units"]),
            {metric: _by_seed(values) for metric, values in row["values"].items()},
        )
        for key, row in content["rows"].items()
    }
    return Snapshot(content["scale"], units, rows)


def _row_key(text: str) -> RowKey:
    paper, setting, row = text.split("/")
    return paper, setting, row


def _by_seed(values: dict[str, Any]) -> dict[int, Any]:
    return {int(seed): value for seed, value in sorted(values.items(), key=lambda v: int(v[0]))}
