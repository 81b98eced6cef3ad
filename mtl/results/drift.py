"""The drift check as a command: compare the runs on disk with the reference, and report."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mtl.metrics.catalogue import METRICS
from mtl.render.labels import unit_scale
from mtl.results.changes import ALL_ROWS, FALSE_ALARM_RATE, CellDrift, CellKey, Drift, compare
from mtl.results.snapshot import RowKey, load_reference, take_snapshot, write_reference

if TYPE_CHECKING:
    from mtl.config.project import Project

_SHOWN_JSON = 60
_SHOWN_ROWS = 6


def reference_path(project: Project) -> Path:
    """The reference of the project's scale."""
    return project.root / "results" / "reference" / f"{project.scale.name}.json"


def run_drift(project: Project, update: bool = False, stream: TextIO | None = None) -> int:
    """Compare the runs on disk with the reference.

    Args:
        project: the working tree at a scale.
        update: make the runs the new reference instead, after reporting what that changes.
        stream: where the report goes; standard output if None.

    Returns:
        The exit status: 1 when something drifted, else 0; always 0 after an update.

    Raises:
        MtlError: without a reference, or with a damaged one; on an update, for incomplete runs.
    """
    stream = stream or sys.stdout
    path = reference_path(project)
    fresh = take_snapshot(project)
    if update and not path.is_file():
        write_reference(path, fresh)
        print(f"{path}: made from {len(fresh.units)} units", file=stream)
        return 0
    drift = compare(load_reference(path), fresh)
    print("\n".join(report(drift, project.scale.name)), file=stream)
    if update:
        write_reference(path, fresh)
        print(f"{path}: made anew from {len(fresh.units)} units", file=stream)
        return 0
    return int(drift.found)


def report(drift: Drift, scale: str) -> list[str]:
    """The outcome in lines of text: what differs, what was compared and how, the verdict."""
    lines = [f"Drift of scale '{scale}' from its reference"]
    lines += _block("Runs missing or damaged", drift.problems)
    lines += _block(
        "Configuration differs",
        (
            f"{change.path}: {_short(change.old)} -> {_short(change.new)}  in {_rows(rows)}"
            for change, rows in drift.configuration.items()
        ),
    )
    lines += _block("Cells no longer there", _cells_by_row(drift.missing))
    lines += _block("New cells", _cells_by_row(drift.added))
    lines += _block("Values differ", (line for cell in drift.cells for line in _cell(cell)))
    lines += _block(
        "Records differ in more than tables and figures show",
        (f"{'/'.join(row)} seed {seed}" for row, seed in drift.records),
    )
    lines += _block("Notes", _notes(drift))
    lines.append("DRIFT" if drift.found else "No drift")
    return lines


def _block(title: str, lines: Iterable[str]) -> list[str]:
    found = [f"  {line}" for line in lines]
    return [f"{title}:", *found] if found else []


def _cell(cell: CellDrift) -> list[str]:
    paper, setting, row, metric = cell.key
    factor = unit_scale(METRICS[metric])
    difference = cell.new - cell.old
    size = f"{factor * difference:+.4g}"
    size += " points" if METRICS[metric].unit == "percent" else ""
    if cell.std:
        size += f", {difference / cell.std:+.3g} std"
    how = f"p = {cell.p_holm:.2g} after Holm" if cell.p_holm is not None else "bit for bit"
    lines = [
        f"{paper} {setting} {row} {metric} ({', '.join(cell.shown_in)}): "
        f"{factor * cell.old:.4f} -> {factor * cell.new:.4f} ({size}; {how})"
    ]
    if cell.seeds:
        seeds = (f"seed {seed}: {old!r} -> {new!r}" for seed, (old, new) in cell.seeds.items())
        lines.append(f"    {'; '.join(seeds)}")
    return [*lines, f"    runs {_listed(cell.runs)}"]


def _notes(drift: Drift) -> list[str]:
    notes = []
    if drift.code:
        rows = list(dict.fromkeys(row for rows in drift.code.values() for row in rows))
        notes.append(f"code differs: {_listed(sorted(drift.code))}  in {_rows(rows)}")
    if drift.moved_data:
        notes.append(
            f"data have another fingerprint but gave the same bits  in {_rows(drift.moved_data)}"
        )
    if any(cell.p_holm is None for cell in drift.cells) and not (drift.configuration or drift.code):
        notes.append(
            "configuration, code and recorded platform are the reference's: look for another "
            "library or processor, or a replaced record"
        )
    if drift.exact:
        notes.append(f"{drift.exact} cells compared bit for bit, on the reference's platform")
    if drift.tested:
        notes.append(
            f"{drift.tested} cells compared by t-tests, on another platform; without any change "
            f"the whole comparison raises an alarm at most {FALSE_ALARM_RATE:.0%} of the time"
        )
        notes.append(_sensitivity(drift))
    if drift.untestable:
        notes.append(
            f"{len(drift.untestable)} cells of one seed cannot be compared on another platform"
        )
    return notes


def _sensitivity(drift: Drift) -> str:
    """What the tests could have found; percent metrics only are comparable in points."""
    shifts: dict[bool, list[float]] = {True: [], False: []}
    for (_, _, row, metric), shift in drift.detectable.items():
        if METRICS[metric].unit == "percent":
            shifts[row == ALL_ROWS].append(100 * shift)
    one = f"a shift of {statistics.median(shifts[False]):.2g} points in one cell"
    if shifts[True]:
        one += f", or of {statistics.median(shifts[True]):.2g} points in all rows of a column,"
    return f"{one} would be found about as often as not (medians over the cells)"


def _rows(rows: Sequence[RowKey]) -> str:
    return _listed(["/".join(row) for row in rows])


def _cells_by_row(cells: Iterable[CellKey]) -> list[str]:
    by_row: dict[RowKey, list[str]] = {}
    for *row, metric in cells:
        by_row.setdefault((row[0], row[1], row[2]), []).append(metric)
    return [f"{'/'.join(row)}: {', '.join(metrics)}" for row, metrics in by_row.items()]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN_ROWS} more" if len(names) > _SHOWN_ROWS else ""
    return ", ".join(names[:_SHOWN_ROWS]) + more


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_JSON else f"{text[: _SHOWN_JSON - 1]}…"
