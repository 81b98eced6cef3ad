"""Read the records of runs, and refuse any that is truncated, edited or incomplete.

A unit is one configuration trained for a group of seeds: a folder with `unit.json` (volatile facts
and the hash of every record, written last) and `seed<k>/metrics.json` (facts that depend on the
commit and the platform only).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtl import io
from mtl.errors import MtlError
from mtl.results.seal import is_sealed

SCHEMA = 1

_RECORD_FIELDS: dict[str, type | tuple[type, ...]] = {
    "schema": int,
    "dataset": str,
    "method": str,
    "fingerprint": str,
    "seed": int,
    "identity": dict,
    "counts": dict,
    "profile": dict,
    "selection": dict,
    "metrics": dict,
    "final": dict,
    "detail": dict,
    "curve": list,
    "solver_gap": (dict, type(None)),
    "diagnostics": dict,
    "checkpoint": dict,
    "content": str,
}
_UNIT_FIELDS: dict[str, type | tuple[type, ...]] = {
    "schema": int,
    "fingerprint": str,
    "dataset": str,
    "method": str,
    "seeds": list,
    "records": dict,
    "provenance": dict,
    "content": str,
}


@dataclass(frozen=True)
class Record:
    """One seed of a configuration, as training wrote it.

    Attributes:
        path: the `metrics.json` that it was read from.
        identity: what the fingerprint hashes: spec, seeds of the unit, data, code.
        counts: learnable parameters (total, active for one task), multiply-accumulates and the
            input that they were counted at.
        profile: the same of the network that the full scale trains, with its `width`, counted at
            the input size that the paper's counts hold for; what tables print.
        selection: the rule and the epoch that it chose.
        metrics: name to fraction at the selected epoch.
        final: the same at the last epoch.
        detail: the counts per column that the metrics were computed from.
        curve: per epoch, the training loss and the metrics.
        solver_gap: the largest and mean residual of the method's solver, if it has one.
        diagnostics: what each module of `mtl.diagnostics` that the run made found, by its name.
        checkpoint: the hash of the weights.
    """

    path: Path
    dataset: str
    method: str
    fingerprint: str
    seed: int
    identity: dict[str, Any]
    counts: dict[str, Any]
    profile: dict[str, Any]
    selection: dict[str, Any]
    metrics: dict[str, float]
    final: dict[str, float]
    detail: dict[str, Any]
    curve: list[dict[str, float]]
    solver_gap: dict[str, float] | None
    diagnostics: dict[str, Any]
    checkpoint: dict[str, str]


@dataclass(frozen=True)
class Unit:
    """The records of one configuration and what is known of their making.

    Attributes:
        path: the folder.
        seeds: in the order in which they were trained together.
        records: one for each seed, in the same order.
        hashes: seed to the hash of its record's bytes.
        provenance: commit, versions, device, platform, timings.
    """

    path: Path
    dataset: str
    method: str
    fingerprint: str
    seeds: tuple[int, ...]
    records: tuple[Record, ...]
    hashes: dict[int, str]
    provenance: dict[str, Any]


def load_record(path: Path | str) -> Record:
    """Read and check one `metrics.json`.

    Raises:
        MtlError: when it is absent, truncated, lacks a field, holds a metric that is not a finite
            number, or its content is not what its seal says.
    """
    path = Path(path)
    data = _read(path, "record", _RECORD_FIELDS)
    for field in ("metrics", "final"):
        if not data[field]:
            raise MtlError(f"{path}: field '{field}' holds no metric")
        for name, value in data[field].items():
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise MtlError(f"{path}: field '{field}.{name}' must be a number, found {value!r}")
            if not math.isfinite(value):
                raise MtlError(f"{path}: field '{field}.{name}' is {value}")
    kept = {name: data[name] for name in _RECORD_FIELDS if name not in ("schema", "content")}
    return Record(path=path, **kept)


def load_unit(directory: Path | str, fingerprint: str | None = None) -> Unit:
    """Read and check a unit with all its records.

    Args:
        directory: the folder that holds `unit.json`.
        fingerprint: what the unit must have been made from; any if None.

    Raises:
        MtlError: naming the file, when the unit or one of its records is absent, truncated, edited
            or belongs to another configuration.
    """
    directory = Path(directory)
    path = directory / "unit.json"
    data = _read(path, "unit", _UNIT_FIELDS)
    if fingerprint is not None and data["fingerprint"] != fingerprint:
        raise MtlError(
            f"{path}: was made from {data['fingerprint']}, but {fingerprint} was expected; "
            "the configuration, data or code has changed since. Train it again."
        )
    seeds = data["seeds"]
    if sorted(data["records"]) != sorted(map(str, seeds)):
        raise MtlError(f"{path}: 'records' names seeds {sorted(data['records'])}, not {seeds}")
    records = tuple(_load_member(directory, data, seed) for seed in seeds)
    return Unit(
        path=directory,
        dataset=data["dataset"],
        method=data["method"],
        fingerprint=data["fingerprint"],
        seeds=tuple(seeds),
        records=records,
        hashes={int(seed): digest for seed, digest in data["records"].items()},
        provenance=data["provenance"],
    )


def _load_member(directory: Path, unit: Mapping[str, Any], seed: int) -> Record:
    """The record of one seed, which must be the one that the unit was closed with."""
    path = directory / f"seed{seed}" / "metrics.json"
    record = load_record(path)
    for field in ("fingerprint", "dataset", "method"):
        if getattr(record, field) != unit[field]:
            raise MtlError(
                f"{path}: '{field}' is {getattr(record, field)!r}, but {directory / 'unit.json'} "
                f"has {unit[field]!r}"
            )
    if record.seed != seed:
        raise MtlError(f"{path}: holds seed {record.seed}")
    if io.sha256_file(path) != unit["records"][str(seed)]:
        raise MtlError(
            f"{path}: is not the record that {directory / 'unit.json'} was written with; "
            "it was edited or replaced. Delete the unit's folder and train it again."
        )
    return record


def _read(path: Path, what: str, fields: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    data = io.read_json(path, what)
    if not isinstance(data, dict):
        raise MtlError(f"{path}: the {what} must be a mapping, found {type(data).__name__}")
    if data.get("schema") != SCHEMA:
        raise MtlError(f"{path}: the {what} has schema {data.get('schema')!r}, expected {SCHEMA}")
    for name, kind in fields.items():
        if name not in data:
            raise MtlError(f"{path}: the {what} lacks the field '{name}'")
        if not isinstance(data[name], kind):
            raise MtlError(
                f"{path}: field '{name}' has the wrong type, {type(data[name]).__name__}"
            )
    try:
        intact = is_sealed(data)
    except ValueError:
        raise MtlError(f"{path}: the {what} holds NaN or an infinity") from None
    if not intact:
        raise MtlError(
            f"{path}: the {what} was edited: its content is not what its seal says. "
            "Delete the unit's folder and train it again."
        )
    return data
