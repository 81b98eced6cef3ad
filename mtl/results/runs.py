"""The runs behind a row of a table: those on disk, and why the others are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl import io
from mtl.config.identity import run_fingerprint
from mtl.errors import MtlError, unknown
from mtl.results.records import Record, Unit, load_unit

if TYPE_CHECKING:
    from mtl.config.products import Product
    from mtl.config.project import Project
    from mtl.config.units import RunUnit

NOT_RUN = "not run yet"


@dataclass(frozen=True)
class RunRef:
    """Where a number comes from: one seed's run, its folder relative to the project."""

    seed: int
    path: str
    fingerprint: str


@dataclass(frozen=True)
class RunSet:
    """The runs of one row in one setting.

    Attributes:
        found: planned units and what is on disk, in the order of their seeds.
        missing: planned units that are not on disk, with the reason.
    """

    found: tuple[tuple[RunUnit, Unit], ...]
    missing: tuple[tuple[RunUnit, str], ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        return tuple(unit for _, unit in self.found)

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(record for unit in self.units for record in unit.records)

    @property
    def refs(self) -> tuple[RunRef, ...]:
        return tuple(
            RunRef(seed, (planned.path / f"seed{seed}").as_posix(), unit.fingerprint)
            for planned, unit in self.found
            for seed in unit.seeds
        )

    @property
    def reason(self) -> str | None:
        """Why runs are missing; None when none is."""
        return "; ".join(dict.fromkeys(reason for _, reason in self.missing)) or None

    def values(self, metric: str) -> dict[int, float]:
        """Seed to the metric's value at the selected epoch.

        Raises:
            MtlError: when a record lacks the metric.
        """
        values = {}
        for record in self.records:
            if metric not in record.metrics:
                raise unknown("metric", metric, record.metrics, str(record.path))
            values[record.seed] = record.metrics[metric]
        return values


class Runs:
    """Reads the runs of a project; each unit once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._units: dict[str, Unit] = {}

    def of(self, paper: str, setting: str, row: str) -> RunSet:
        """The runs of a row of a paper in a setting.

        Raises:
            MtlError: for records that are truncated, edited or of another configuration.
        """
        found: list[tuple[RunUnit, Unit]] = []
        missing: list[tuple[RunUnit, str]] = []
        for planned in self._project.units_for(paper, setting, row):
            if (self._project.root / planned.record).is_file():
                found.append((planned, self._load(planned)))
            else:
                missing.append((planned, self._why(planned)))
        return RunSet(tuple(found), tuple(missing))

    def _load(self, planned: RunUnit) -> Unit:
        if planned.fingerprint not in self._units:
            unit = load_unit(self._project.root / planned.path, planned.fingerprint)
            for record in unit.records:
                if run_fingerprint(record.identity) != planned.fingerprint:
                    raise MtlError(
                        f"{record.path}: its 'identity' does not hash to {planned.fingerprint}"
                    )
            self._units[planned.fingerprint] = unit
        return self._units[planned.fingerprint]

    def _why(self, planned: RunUnit) -> str:
        path = self._project.root / planned.failure
        if not path.is_file():
            return NOT_RUN
        failure = io.read_json(path, "failure note")
        error = failure.get("error") if isinstance(failure, dict) else None
        return f"failed: {error or 'no message'}"


def require_complete(runs: Mapping[tuple[str, str], RunSet], what: str) -> None:
    """Refuse a product whose runs are not all there.

    Args:
        runs: (row, setting) to its runs.
        what: the product, for the message.

    Raises:
        MtlError: naming the first missing ones with their reasons.
    """
    gaps = [
        f"{row} in {setting} ({planned.name}): {reason}"
        for (row, setting), found in runs.items()
        for planned, reason in found.missing
    ]
    if gaps:
        shown = "\n  ".join(gaps[:10])
        more = f"\n  and {len(gaps) - 10} more" if len(gaps) > 10 else ""
        raise MtlError(f"{what}: {len(gaps)} runs are missing:\n  {shown}{more}")


def fingerprint_of(product: Product, runs: Iterable[RunSet]) -> str:
    """The product's fingerprint, or that of its incomplete version while units are missing."""
    missing = {planned.name for found in runs for planned, _ in found.missing}
    return product.incomplete_fingerprint(missing) if missing else product.fingerprint
