"""The page's list of runs: what each unit was made from, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtl.io import canonical_json
from mtl.metrics.catalogue import METRICS
from mtl.render import numbers
from mtl.render.html import run_anchor
from mtl.render.labels import unit_scale

if TYPE_CHECKING:
    from mtl.config.units import RunUnit
    from mtl.results.records import Record, Unit

_SHORT_HASH = 12


@dataclass(frozen=True)
class RunView:
    """One seed's line in the list of runs."""

    anchor: str
    seed: int
    epoch: str
    metrics: str
    record: str
    checkpoint: str


@dataclass(frozen=True)
class UnitView:
    """One unit in the list of runs.

    Attributes:
        shown_in: (anchor, title) of the tables and figures that it stands behind.
        facts: where it comes from and how it was made, for the cells' panel too.
        identity: everything that its fingerprint hashes, as JSON.
        missing: why it is not there; None when it is.
    """

    anchor: str
    name: str
    shown_in: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    identity: str
    runs: tuple[RunView, ...]
    missing: str | None


def unit_anchor(fingerprint: str) -> str:
    """The id of a unit in the list of runs."""
    return f"unit-{fingerprint}"


def _flatten(value: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for key, item in value.items():
        name = f"{prefix}{key}".replace("_", " ")
        if isinstance(item, Mapping):
            yield from _flatten(item, f"{name} ")
        elif item is not None:
            yield name, f"{item:g}" if isinstance(item, float) else str(item)


def _joined(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {text}" for name, text in _flatten(value))


def _counts(counts: Mapping[str, Any]) -> str:
    size = "×".join(str(side) for side in counts["macs_input"])
    total, registered = counts["parameters_total"], counts["parameters_registered"]
    unused = f", {registered - total:,} more never used" if registered > total else ""
    return (
        f"width {counts['width']}; {total:,} learnable parameters, "
        f"{counts['parameters_active']:,} active for one task{unused}; {counts['macs']:,} MACs "
        f"for {size}"
    )


def _facts(planned: RunUnit, unit: Unit) -> Iterable[tuple[str, str]]:
    """Where a unit's numbers come from, in the order in which a reader asks."""
    made, record = unit.provenance, unit.records[0]
    commit = made.get("commit")
    state = " with uncommitted changes" if made.get("dirty") else ""
    yield "Path", planned.path.as_posix()
    yield "Data", f"{planned.data.source_label}; prepared as {planned.data.fingerprint}"
    yield "Commit", f"{commit[:_SHORT_HASH]}{state}" if commit else "not recorded"
    yield "Versions", _joined(made.get("versions", {}))
    yield "Platform", _joined(made.get("platform", {}))
    yield "Timings", _joined(made.get("timings", {}))
    yield "Trained", f"{made.get('created')}, seeds {', '.join(map(str, unit.seeds))} together"
    width = record.identity["spec"]["model"]["width"]
    yield "Model", _counts({**record.counts, "width": width})
    if {**record.counts, "width": width} != record.profile:
        yield "Full scale", _counts(record.profile)
    if made.get("resumed"):
        yield "Resumed", f"{made['resumed']} times from a stored state"


def _run_view(unit: Unit, record: Record) -> RunView:
    shown = [
        f"{metric.label} {numbers.fixed(unit_scale(metric) * value, metric.digits + 2)}"
        for name, value in record.metrics.items()
        if (metric := METRICS.get(name))
    ]
    return RunView(
        anchor=run_anchor(unit.fingerprint, record.seed),
        seed=record.seed,
        epoch=f"{record.selection['epoch']:g}",
        metrics=", ".join(shown),
        record=unit.hashes[record.seed][:_SHORT_HASH],
        checkpoint=str(record.checkpoint.get("sha256", ""))[:_SHORT_HASH],
    )


def unit_view(
    planned: RunUnit, unit: Unit | None, why: str, shown_in: Iterable[tuple[str, str]]
) -> UnitView:
    """A unit's entry.

    Args:
        unit: what is on disk; None when it is missing.
        why: the reason why it is missing.
        shown_in: (anchor, title) of the tables and figures that it is part of.
    """
    return UnitView(
        anchor=unit_anchor(planned.fingerprint),
        name=planned.name,
        shown_in=tuple(shown_in),
        facts=tuple(_facts(planned, unit)) if unit else (),
        identity=canonical_json(planned.identity),
        runs=tuple(_run_view(unit, record) for record in unit.records) if unit else (),
        missing=None if unit else why,
    )
