"""Why a unit has to be trained: how its identity differs from the nearest one on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mtl.config import Project, RunUnit
from mtl.config.units import RUNS
from mtl.errors import MtlError
from mtl.results.records import Unit, load_unit

_ABSENT = object()


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """One line for each value in which two plain JSON structures differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            inner = f"{path}.{key}" if path else str(key)
            yield from differences(old.get(key, _ABSENT), new.get(key, _ABSENT), inner)
    elif old is _ABSENT:
        yield f"{path}: new, {new}"
    elif new is _ABSENT:
        yield f"{path}: gone, was {old}"
    elif old != new:
        yield f"{path}: {old} -> {new}"


def stored_units(root: Path, dataset: str, method: str) -> list[Unit]:
    """The whole units of a method on disk; damaged ones are passed over."""
    units = []
    for path in sorted((root / RUNS / dataset / method).glob("[!.]*/unit.json")):
        try:
            units.append(load_unit(path.parent))
        except MtlError:
            continue
    return units


def identity_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """How two run identities differ; the label of the data source does not count."""

    def without_label(identity: Mapping[str, Any]) -> dict[str, Any]:
        data = {key: value for key, value in identity["data"].items() if key != "source_label"}
        return {**identity, "data": data}

    return list(differences(without_label(old), without_label(new)))


def why(project: Project, unit: RunUnit) -> list[str]:
    """Why a unit is not there, as lines to print; says so when it is there."""
    if unit.is_done(project.root):
        return [f"{unit.name}: is trained"]
    candidates = [
        identity_changes(stored.records[0].identity, unit.identity)
        for stored in stored_units(project.root, unit.dataset, unit.method)
    ]
    if not candidates:
        return [f"{unit.name}: no unit of {unit.dataset}/{unit.method} is on disk"]
    nearest = min(candidates, key=len)
    return [f"{unit.name}: differs from the nearest unit on disk in", *(f"  {x}" for x in nearest)]
