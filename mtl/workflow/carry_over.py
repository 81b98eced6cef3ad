"""Keeps runs after a code edit that is meant to change no result, once samples have proved it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mtl.config import Project, RunUnit
from mtl.config.units import CHECKPOINTS
from mtl.data.store import DESCRIPTION
from mtl.errors import MtlError
from mtl.io import atomic_directory, atomic_write, canonical_json, read_json, sha256
from mtl.results.records import Unit
from mtl.results.seal import seal
from mtl.workflow.reasons import identity_changes, stored_units
from mtl.workflow.retrain import retrained, sample

# What a code edit changes in a record that holds the same results.
_OF_IDENTITY = ("identity", "fingerprint", "content")


# What the description of a prepared dataset says of its content.
_CONTENT = ("columns", "classes", "height", "width", "source", "splits")


@dataclass(frozen=True)
class Pair:
    """A unit that is not trained, and the stored one that differs from it in code alone.

    That may be the code that prepared the data, where it gave the same arrays again.
    """

    unit: RunUnit
    stored: Unit

    @property
    def changes(self) -> list[str]:
        """What differs."""
        return identity_changes(self.stored.records[0].identity, self.unit.identity)

    @property
    def files(self) -> list[str]:
        """The code files among it."""
        return [line for line in self.changes if line.startswith("code.")]


def candidates(project: Project) -> list[Pair]:
    """The units that are not trained, but were under other code."""
    pairs: list[Pair] = []
    carried: dict[str, str] = {}
    for unit in project.units():
        if unit.is_done(project.root):
            continue
        stored = stored_units(project.root, unit.dataset, unit.method)
        found = [
            pair for pair in (Pair(unit, one) for one in stored) if _is_kept(project, pair, carried)
        ]
        if found:
            nearest = min(found, key=lambda pair: len(pair.changes))
            pairs.append(nearest)
            carried[unit.fingerprint] = nearest.stored.fingerprint
    return pairs


def _is_kept(project: Project, pair: Pair, carried: Mapping[str, str]) -> bool:
    """Whether nothing differs but code, and the code of the data only where they are the same.

    The same holds of the runs that it starts from; `carried` are the fingerprints before, of those
    that are carried over themselves.
    """
    others = [line for line in pair.changes if line not in pair.files]
    if (start := pair.unit.start) is not None and start.fingerprint in carried:
        before = carried[start.fingerprint]
        others = [line for line in others if line != f"start: {before} -> {start.fingerprint}"]
    return not others or (
        all(line.startswith("data.fingerprint:") for line in others) and _same_arrays(project, pair)
    )


def _same_arrays(project: Project, pair: Pair) -> bool:
    """Whether both prepared datasets lie on disk, with the same arrays."""
    stores = project.root / pair.unit.data.path.parent
    before = pair.stored.records[0].identity["data"]["fingerprint"]
    paths = [stores / name / DESCRIPTION for name in (before, pair.unit.data.fingerprint)]
    if not all(path.is_file() for path in paths):
        return False
    old, new = (read_json(path, "description of the prepared data") for path in paths)
    return all(old[key] == new[key] for key in _CONTENT)


def results(record: Mapping[str, Any]) -> str:
    """The canonical text of a record without what names its code."""
    return canonical_json({key: value for key, value in record.items() if key not in _OF_IDENTITY})


def choose(pairs: list[Pair], count: int, salt: str = "") -> list[Pair]:
    """The pairs to train again: every changed file at least once, and as many as asked for."""
    by_fingerprint = {pair.unit.fingerprint: pair for pair in pairs}
    units = sample([pair.unit for pair in pairs], len(pairs), salt)
    ordered = [by_fingerprint[unit.fingerprint] for unit in units]
    chosen: list[Pair] = []
    covered: set[str] = set()
    for pair in ordered:
        if not covered.issuperset(pair.files):
            chosen.append(pair)
            covered.update(pair.files)
    rest = [pair for pair in ordered if pair not in chosen]
    return chosen + rest[: max(0, count - len(chosen))]


def _differing_seeds(pair: Pair, new: Unit) -> list[str]:
    """The seeds whose results differ, in words; equal bits prove the same on any platform.

    Raises:
        MtlError: when they differ and the platforms do too.
    """
    lines = []
    for old, again in zip(pair.stored.records, new.records, strict=True):
        before, after = read_json(old.path, "record"), read_json(again.path, "record")
        if results(before) != results(after):
            fields = [k for k in after if k not in _OF_IDENTITY and before.get(k) != after[k]]
            lines.append(f"{pair.unit.name}, seed {old.seed}: {', '.join(fields)}")
    here, there = new.provenance["platform"], pair.stored.provenance["platform"]
    if lines and here != there:
        raise MtlError(
            f"{pair.unit.name}: the results differ, but the stored runs were made on another "
            f"platform ({there}, here {here}), so that their bits prove nothing; choose other "
            "units with --salt, or train this one under the old code first"
        )
    return lines


def _carry(project: Project, pair: Pair, verified: list[str]) -> None:
    """Store the old records under the new identity, and say so in the unit."""
    unit, stored = pair.unit, pair.stored
    hashes = {}
    old_checkpoints = CHECKPOINTS / unit.dataset / unit.method / stored.fingerprint
    if (project.root / old_checkpoints).is_dir():
        with atomic_directory(project.root / unit.checkpoints) as folder:
            shutil.copytree(project.root / old_checkpoints, folder, dirs_exist_ok=True)
    with atomic_directory(project.root / unit.path) as folder:
        for record in stored.records:
            content = read_json(record.path, "record")
            text = canonical_json(
                seal({**content, "identity": unit.identity, "fingerprint": unit.fingerprint})
            )
            atomic_write(folder / f"seed{record.seed}" / "metrics.json", text)
            hashes[str(record.seed)] = sha256(text)
        old = read_json(stored.path / "unit.json", "unit")
        note = {
            "from": stored.fingerprint,
            "code": pair.changes,
            "verified_by": verified,
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        provenance = {**old["provenance"], "carried_over": note}
        new = {
            **old,
            "fingerprint": unit.fingerprint,
            "records": hashes,
            "provenance": provenance,
        }
        atomic_write(folder / "unit.json", canonical_json(seal(new)))


def carry_over(project: Project, count: int, salt: str = "") -> tuple[list[str], list[str]]:
    """Train some units under the new code; if nothing differs, keep the results of all the others.

    Args:
        project: the working tree at a scale.
        count: how many to train again; more where they do not touch every changed file.
        salt: another one chooses others.

    Returns:
        The names of the units trained again and of those carried over.

    Raises:
        MtlError: when no unit differs in code alone; when results differ, naming the units. Nothing
            is stored then but the runs that others start from, which come first.
    """
    if count < 1:
        raise MtlError("--verify: expected at least 1 unit to train again")
    pairs = candidates(project)
    if not pairs:
        raise MtlError(
            "nothing to carry over: no untrained unit differs from a stored one in code alone; "
            "after an edit of what prepares data, the new data must lie beside the old"
        )
    verified: list[str] = []
    carried: list[str] = []
    # What others start from has to be there before those can be trained again.
    for is_started in (False, True):
        group = [pair for pair in pairs if (pair.unit.start is not None) == is_started]
        if group:
            again = _verify(project, choose(group, count, salt))
            for pair in group:
                _carry(project, pair, again)
            verified += again
            carried += [pair.unit.name for pair in group]
    return verified, carried


def _verify(project: Project, chosen: list[Pair]) -> list[str]:
    """Train the units of these pairs again; their names, unless results differ."""
    differing: list[str] = []
    for pair in chosen:
        with retrained(project, pair.unit) as new:
            differing += _differing_seeds(pair, new)
    if differing:
        raise MtlError("\n".join(["the edit changes results; they were not kept", *differing]))
    return [pair.unit.name for pair in chosen]
