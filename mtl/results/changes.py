"""What changed between two snapshots, and whether chance can explain it.

Three questions, in this order.

* Is it the same experiment? A changed field of a specification (a method's option, the learning
  rate, the evaluation split, the seeds) or other data is drift, whatever the values do. A changed
  hash of code alone is a note: refactoring is meant to change nothing.
* On the same platform, are the values the same? Training is deterministic there, so that a
  difference in any bit is drift. The number of seeds trained together belongs to the platform.
* On another platform float32 results differ, but by chance only. Each cell's values are compared
  with the reference's by a t-test for two samples with a common spread, which is what unchanged
  code implies; so are the columns' means over rows, seed by seed, which show a small change that
  all rows share. Holm's correction bounds the chance of any false alarm in the whole comparison
  by `FALSE_ALARM_RATE`. Equal seeds are not paired: after a few steps the two trainings are nearly
  independent, two samples have twice the degrees of freedom (8 against 4 at five seeds), and a
  correlation that remains only makes the test more careful.

Power across platforms, at five seeds and 50 tests: a shift in one cell of 3.9 standard deviations
of its seeds is found 5 times in 10, of 4.9 eight times, of 5.5 nine times (paired t-tests would
need 7.5, 10.0 and 11.5). Smaller changes show on the reference's own platform only. Measured false
alarms: 0.6 % with normal, 0.3 % with heavy-tailed and 1.1 % with exponential noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mtl.io import canonical_json
from mtl.results.snapshot import RowKey, Snapshot, UnitFacts
from mtl.results.statistics import detectable_shift, holm, pooled_t_p, summarise

FALSE_ALARM_RATE = 0.01
"""Chance that a comparison across platforms, all cells together, reports drift without any."""

RESOLUTION = 1e-6
"""Smallest spread believed, a ten-thousandth of a point: less than any single sample's weight."""

ALL_ROWS = "(mean of the rows)"

CellKey = tuple[str, str, str, str]
"""(paper, setting, row, metric)."""


@dataclass(frozen=True)
class Change:
    """A field that differs: its path in a unit's identity, and its JSON before and after."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class CellDrift:
    """A cell whose values changed.

    Attributes:
        shown_in: the tables and figures that show it.
        old, new: means over seeds, in the unit of the records.
        std: sample standard deviation of the reference; None for one seed.
        p_holm: of the test across platforms; None for a comparison bit for bit.
        seeds: bit for bit: the seeds that differ, with the reference's value and the fresh one.
        runs: fingerprints of the fresh units.
    """

    key: CellKey
    shown_in: tuple[str, ...]
    old: float
    new: float
    std: float | None
    p_holm: float | None
    seeds: dict[int, tuple[float, float]]
    runs: tuple[str, ...]


@dataclass
class Drift:
    """The outcome of a comparison.

    Attributes:
        problems: runs that are missing or damaged.
        configuration: rows by changed field.
        missing, added: cells that only one side has.
        cells: those whose values changed.
        records: rows and seeds whose values are the same, but not the rest of the record (curve,
            counts, weights), on the same platform and from the same configuration and code.
        code: rows by file whose hash changed; no drift by itself.
        moved_data: rows whose data have another fingerprint but gave the same bits; no drift.
        exact: number of cells compared bit for bit.
        tested: the same by test.
        untestable: cells of a single seed on both sides, on another platform.
        detectable: the shift that the tests would find as often as not, by tested cell.
    """

    problems: tuple[str, ...] = ()
    configuration: dict[Change, list[RowKey]] = field(default_factory=dict)
    missing: list[CellKey] = field(default_factory=list)
    added: list[CellKey] = field(default_factory=list)
    cells: list[CellDrift] = field(default_factory=list)
    records: list[tuple[RowKey, int]] = field(default_factory=list)
    code: dict[str, list[RowKey]] = field(default_factory=dict)
    moved_data: list[RowKey] = field(default_factory=list)
    exact: int = 0
    tested: int = 0
    untestable: list[CellKey] = field(default_factory=list)
    detectable: dict[CellKey, float] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """Whether anything drifted."""
        unlike = self.configuration or self.cells or self.records
        return bool(self.problems or self.missing or self.added or unlike)


@dataclass(frozen=True)
class _Cell:
    """A cell that both snapshots have; seed to value on either side."""

    key: CellKey
    shown_in: tuple[str, ...]
    old: Mapping[int, float]
    new: Mapping[int, float]
    runs: tuple[str, ...]

    def drift(self, p_holm: float | None, seeds: dict[int, tuple[float, float]]) -> CellDrift:
        old, new = (summarise(list(values.values())) for values in (self.old, self.new))
        return CellDrift(
            self.key, self.shown_in, old.mean, new.mean, old.std, p_holm, seeds, self.runs
        )


def compare(reference: Snapshot, fresh: Snapshot) -> Drift:
    """Everything that differs between the reference and the fresh runs."""
    drift = Drift(problems=fresh.problems)
    old_cells, new_cells = (set(_cell_keys(snapshot)) for snapshot in (reference, fresh))
    drift.missing = sorted(old_cells - new_cells)
    drift.added = sorted(new_cells - old_cells)
    by_test: list[_Cell] = []
    for key in sorted(set(reference.rows) & set(fresh.rows)):
        old, new = reference.rows[key], fresh.rows[key]
        old_units = [reference.units[name] for name in old.units]
        new_units = [fresh.units[name] for name in new.units]
        cells = [
            _Cell((*key, metric), new.shown_in, old.values[metric], values, new.units)
            for metric, values in new.values.items()
            if metric in old.values
        ]
        same_bits = False
        if _same_platform(old_units, new_units):
            changed = [cell.drift(None, seeds) for cell in cells if (seeds := _differing(cell))]
            drift.cells += changed
            drift.exact += len(cells)
            same_bits = not changed
            if same_bits:
                drift.records += [(key, seed) for seed in _other_records(old_units, new_units)]
        else:
            by_test += cells
        _compare_identities(drift, key, old_units, new_units, same_bits)
    _test(drift, by_test)
    return drift


def differences(old: Any, new: Any, path: str = "") -> Iterator[Change]:
    """The fields in which two JSON values differ, by path: `method.options.gamma`, `tasks[0]`."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted({*old, *new}):
            inner = f"{path}.{name}" if path else name
            if name not in old or name not in new:
                yield Change(
                    inner, *(_json(v[name]) if name in v else "absent" for v in (old, new))
                )
            else:
                yield from differences(old[name], new[name], inner)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differences(before, after, f"{path}[{index}]")
    elif _json(old) != _json(new):
        yield Change(path, _json(old), _json(new))


def _json(value: Any) -> str:
    return " ".join(canonical_json(value).split())


def _cell_keys(snapshot: Snapshot) -> Iterator[CellKey]:
    for key, row in snapshot.rows.items():
        for metric in row.values:
            yield (*key, metric)


def _compare_identities(
    drift: Drift,
    key: RowKey,
    old: Sequence[UnitFacts],
    new: Sequence[UnitFacts],
    same_bits: bool,
) -> None:
    """Record what differs in a row's specification, seeds, data and code.

    The units of a row differ in their seeds only, so that the first stands for all.
    """
    before, after = old[0], new[0]
    changes = list(differences(before.spec, after.spec))
    old_seeds, new_seeds = (
        sorted(s for unit in units for s in unit.records) for units in (old, new)
    )
    if old_seeds != new_seeds:
        changes.append(Change("seeds", _json(old_seeds), _json(new_seeds)))
    data = [
        change
        for change in differences(before.data, after.data, "data")
        if change.path != "data.source_label"
    ]
    if [change.path for change in data] == ["data.fingerprint"] and same_bits:
        drift.moved_data.append(key)
    else:
        changes += data
    for change in changes:
        drift.configuration.setdefault(change, []).append(key)
    for change in differences(before.code, after.code):
        drift.code.setdefault(change.path, []).append(key)


def _same_platform(old: Sequence[UnitFacts], new: Sequence[UnitFacts]) -> bool:
    """Whether every seed that both have was trained on equal platforms."""
    before, after = (
        {seed: unit.platform for unit in units for seed in unit.records} for units in (old, new)
    )
    common = before.keys() & after.keys()
    return bool(common) and all(before[seed] == after[seed] for seed in common)


def _other_records(old: Sequence[UnitFacts], new: Sequence[UnitFacts]) -> Iterator[int]:
    """Seeds whose record has other bytes though it was made from the same in every respect."""
    before = {unit.fingerprint: unit.records for unit in old}
    for unit in new:
        for seed, digest in unit.records.items():
            if before.get(unit.fingerprint, {}).get(seed, digest) != digest:
                yield seed


def _differing(cell: _Cell) -> dict[int, tuple[float, float]]:
    return {
        seed: (cell.old[seed], cell.new[seed])
        for seed in sorted(cell.old.keys() & cell.new.keys())
        if cell.old[seed] != cell.new[seed]
    }


def _test(drift: Drift, cells: Sequence[_Cell]) -> None:
    """Test the cells from another platform, and their columns' means, as one family."""
    family = []
    for cell in (*cells, *_column_means(cells)):
        p_value = pooled_t_p(list(cell.new.values()), list(cell.old.values()), RESOLUTION)
        if p_value is None:
            drift.untestable.append(cell.key)
        else:
            family.append((cell, p_value))
    drift.tested = sum(cell.key[2] != ALL_ROWS for cell, _ in family)
    adjusted = holm([p_value for _, p_value in family])
    for (cell, _), p_holm in zip(family, adjusted, strict=True):
        drift.detectable[cell.key] = detectable_shift(
            list(cell.new.values()),
            list(cell.old.values()),
            FALSE_ALARM_RATE / len(family),
            RESOLUTION,
        )
        if p_holm <= FALSE_ALARM_RATE:
            drift.cells.append(cell.drift(p_holm, {}))


def _column_means(cells: Sequence[_Cell]) -> Iterator[_Cell]:
    """For each metric of a setting, the mean over its rows at every seed that all of them have."""
    columns: dict[tuple[str, str, str], list[_Cell]] = {}
    for cell in cells:
        paper, setting, _, metric = cell.key
        columns.setdefault((paper, setting, metric), []).append(cell)
    for (paper, setting, metric), members in columns.items():
        old, new = (_mean_by_seed([getattr(cell, side) for cell in members]) for side in _SIDES)
        if len(members) > 1 and old and new:
            places = tuple(dict.fromkeys(place for cell in members for place in cell.shown_in))
            runs = tuple(dict.fromkeys(run for cell in members for run in cell.runs))
            yield _Cell((paper, setting, ALL_ROWS, metric), places, old, new, runs)


_SIDES = ("old", "new")


def _mean_by_seed(rows: Sequence[Mapping[int, float]]) -> dict[int, float]:
    common = set.intersection(*(set(values) for values in rows))
    return {seed: math.fsum(values[seed] for values in rows) / len(rows) for seed in sorted(common)}
