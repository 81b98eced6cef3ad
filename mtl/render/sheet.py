"""The printed form of a table, before any format: what LaTeX, HTML and the terminal all show.

The rules of the printed page live here once: digits, marks, the order of rows, the footnotes. The
formats only place and escape. All text is in the notation of `mtl.render.markup`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mtl.metrics.catalogue import METRICS
from mtl.render import numbers
from mtl.render.labels import is_synthetic, unit_scale

if TYPE_CHECKING:
    from mtl.results.aggregate import Cell, DeltaCell, Row, TableData

DELTA = "delta_p"
MISSING = "—"
TIED = "†"
NOT_IN_PAPER = "⋆"

DELTA_CONVENTIONS = {
    "metrics": "mean of the signed relative changes over the setting's metric columns",
    "tasks": "mean over the tasks of each task's mean signed relative change",
    "primary": "mean signed relative change of one metric a task",
}
"""What each convention of `mtl.metrics.delta` computes, for the footnote."""

_NUMBERED = re.compile(r"(Table [\w().]+): (.+)")
_TWIN = re.compile(r"(twin '[^']+')")


@dataclass(frozen=True)
class Column:
    """A column of numbers.

    Attributes:
        setting: of the group that it belongs to.
        metric: its name in the catalogue, or `DELTA`.
        label: the heading.
        arrow: "↑" when more is better, "↓" when less is.
        digits: decimals printed.
        scale: what a stored value is multiplied by, 100 for percent.
    """

    setting: str
    metric: str
    label: str
    arrow: str
    digits: int
    scale: float


@dataclass(frozen=True)
class Group:
    """Columns under one heading."""

    setting: str
    label: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Entry:
    """What one cell prints.

    Attributes:
        column: where it stands.
        value: the number that sorting uses, in printed units; None when missing.
        text: the mean; an em dash when missing.
        spread: the sample standard deviation over seeds; None for a single seed.
        best, second, tied: bold, underlined, dagger.
        mark: the letter of its footnote, or "".
        published: the printed mean and spread, or None.
        published_best: whether no other printed row is better.
        cell: the aggregate behind it.
    """

    column: Column
    value: float | None
    text: str
    spread: str | None
    best: bool
    second: bool
    tied: bool
    mark: str
    published: tuple[str, str | None] | None
    published_best: bool
    cell: Cell | DeltaCell | None


@dataclass(frozen=True)
class Line:
    """One row: its label, its costs as printed, its entries in the order of the columns."""

    id: str
    label: str
    in_paper: bool
    note: str | None
    parameters_total: str
    parameters_active: str
    macs: str
    published_parameters: str | None
    costs: tuple[float | None, float | None, float | None]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Sheet:
    """A table ready to be placed.

    Attributes:
        heading: how the paper numbers it, for example "Table 3(a)"; "Table" when it has no number.
        title: what stands after the number.
        banner: the loud line for synthetic data, or None.
        lines: rows of the paper, then rows that are not in it.
        published: whether any printed number is shown beside ours.
        reasons: (letter, why) of the marked entries.
        legend: what the marks and the costs mean, without bold and underline.
        footnotes: how the numbers were made.
        deviations: what is done otherwise than in the paper.
    """

    heading: str
    title: str
    caption: str
    banner: str | None
    provenance: str
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    published: bool
    reasons: tuple[tuple[str, str], ...]
    legend: tuple[str, ...]
    footnotes: tuple[str, ...]
    deviations: tuple[str, ...]

    @property
    def remarks_heading(self) -> str:
        """What the deviations are called; one cannot deviate from numbers that were not printed."""
        return "Deviations from the paper" if self.published else "Remarks"

    @property
    def heading_and_title(self) -> str:
        """How lists and windows name the table."""
        return f"{self.heading}: {self.title}"

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(column for group in self.groups for column in group.columns)


def banner(source_labels: Iterable[str], scale: str) -> str | None:
    """The line that no reader of numbers from synthetic data may miss; None for real data.

    Args:
        source_labels: as the data sets declare them; a synthetic source says so first.
    """
    synthetic = [label for label in source_labels if is_synthetic(label)]
    if not synthetic:
        return None
    twins = (match[1] if (match := _TWIN.search(label)) else label for label in synthetic)
    return (
        f"SYNTHETIC DATA ({', '.join(dict.fromkeys(twins))}), scale {scale}: "
        "not comparable in level with the printed numbers."
    )


def _groups(data: TableData) -> tuple[Group, ...]:
    groups = []
    for group in data.groups:
        columns = []
        for name in group.metrics:
            metric = METRICS[name]
            columns.append(
                Column(
                    group.setting,
                    name,
                    metric.label,
                    "↑" if metric.direction > 0 else "↓",
                    metric.digits,
                    unit_scale(metric),
                )
            )
        if any(group.setting in row.deltas for row in data.rows):
            columns.append(Column(group.setting, DELTA, r"$\Delta_p$ (%)", "↑", 1, 1.0))
        groups.append(Group(group.setting, group.label, tuple(columns)))
    return tuple(groups)


class _Reasons:
    """Footnote letters, one for each different reason."""

    def __init__(self) -> None:
        self.letters: dict[str, str] = {}

    def mark(self, reason: str) -> str:
        number = len(self.letters)
        letter = chr(ord("a") + number % 26) * (1 + number // 26)
        return self.letters.setdefault(reason, letter)


def _published(cell: Cell | DeltaCell | None) -> tuple[str, str | None] | None:
    if cell is None or cell.published is None:
        return None
    return cell.published.mean, cell.published.std or None


def _entry(column: Column, cell: Cell | None, n_seeds: int, reasons: _Reasons) -> Entry:
    value = None if cell is None or cell.missing or not cell.n else column.scale * cell.mean
    if cell is None or value is None:
        why = cell.missing if cell is not None and cell.missing else "no runs"
        return Entry(
            column, None, MISSING, None, False, False, False, reasons.mark(why),
            _published(cell), False, cell,
        )  # fmt: skip
    spread = None
    if cell.std is not None:
        spread = numbers.fixed(column.scale * cell.std, column.digits)
    mark = reasons.mark(f"{cell.n} of {n_seeds} seeds") if cell.n < n_seeds else ""
    return Entry(
        column, value, numbers.fixed(value, column.digits), spread,
        cell.best, cell.second, cell.tied, mark, _published(cell), False, cell,
    )  # fmt: skip


def _delta_entry(column: Column, cell: DeltaCell | None, order: Sequence[float]) -> Entry:
    """The derived column: no note of its own, since the metrics beside it name the reason.

    Args:
        order: the deltas of all rows, highest first; ties share a place.
    """
    if cell is None or cell.value is None:
        return Entry(
            column, None, MISSING, None, False, False, False, "", _published(cell), False, cell
        )
    place = order.index(cell.value) if len(order) > 1 else None
    value = column.scale * cell.value
    return Entry(
        column, value, numbers.signed(value, column.digits), None,
        place == 0, place == 1, False, "", _published(cell), False, cell,
    )  # fmt: skip


def _costs(rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """Total and active parameters and MACs of each row, in millions.

    Both counts of parameters stand under one heading, so they share their decimals.
    """
    parameters = numbers.column_digits(
        [count for row in rows for count in (row.parameters_total, row.parameters_active)]
    )
    macs = numbers.column_digits([row.macs for row in rows])
    return [
        (
            numbers.millions(row.parameters_total, parameters) or MISSING,
            numbers.millions(row.parameters_active, parameters) or MISSING,
            numbers.millions(row.macs, macs) or MISSING,
        )
        for row in rows
    ]


def _with_published_best(lines: list[list[Entry]]) -> list[tuple[Entry, ...]]:
    """Mark the best printed values of each column; the papers print ties in bold together."""
    columns = []
    for entries in zip(*lines, strict=True):
        direction = +1 if entries[0].column.arrow == "↑" else -1
        printed = [direction * float(e.published[0]) for e in entries if e.published]
        columns.append(
            [
                replace(
                    entry,
                    published_best=len(printed) > 1
                    and entry.published is not None
                    and direction * float(entry.published[0]) == max(printed),
                )
                for entry in entries
            ]
        )
    return list(zip(*columns, strict=True))


def _spread(n: int, columns: Iterable[Column]) -> str:
    text = f"Mean ± sample standard deviation over n = {n} seeds" if n > 1 else "One seed"
    return f"{text}, in percent." if any(column.scale == 100 for column in columns) else f"{text}."


def _legend(lines: Sequence[Line]) -> tuple[str, ...]:
    parts = []
    if any(entry.tied for line in lines for entry in line.entries):
        parts.append(f"{TIED}: not distinguishable from the best mean")
    if any(not line.in_paper for line in lines):
        parts.append(f"{NOT_IN_PAPER}: not a row of the paper")
    parts.append("#P: learnable parameters, all of them and those that one task uses")
    parts.append("MACs: multiply-accumulates of one forward pass")
    return tuple(parts)


def _tests(data: TableData) -> str | None:
    comparisons = [
        cell.comparison for row in data.rows for cell in row.cells.values() if cell.comparison
    ]
    if not comparisons:
        return None
    tests = [test for c in comparisons if (test := c.test) != "none"]
    if not tests:
        return None
    return (
        f"Tests: {', '.join(dict.fromkeys(tests))}, on differences by seed, Holm-corrected over "
        "the table; differences, intervals and p-values are in the CSV file."
    )


def _delta_note(data: TableData, labels: dict[str, str]) -> str | None:
    conventions = dict.fromkeys(
        delta.convention for row in data.rows for delta in row.deltas.values()
    )
    if not conventions:
        return None
    meaning = "; ".join(
        f"{DELTA_CONVENTIONS.get(name, name)} (convention '{name}')" for name in conventions
    )
    return rf"$\Delta_p$: {meaning}, against {labels.get(data.baseline, data.baseline)}."


def _descending_deltas(rows: Iterable[Row], setting: str) -> list[float]:
    """The distinct deltas of a setting, best first."""
    values = {
        delta.value
        for row in rows
        if (delta := row.deltas.get(setting)) is not None and delta.value is not None
    }
    return sorted(values, reverse=True)


def build_sheet(data: TableData) -> Sheet:
    """Lay out a table.

    Raises:
        KeyError: when the table names a metric that the catalogue lacks; planning refuses that.
    """
    reasons = _Reasons()
    groups = _groups(data)
    rows = sorted(data.rows, key=lambda row: not row.in_paper)
    delta_order = {group.setting: _descending_deltas(rows, group.setting) for group in groups}
    bodies = [
        [
            _delta_entry(column, row.deltas.get(group.setting), delta_order[group.setting])
            if column.metric == DELTA
            else _entry(
                column, row.cells.get((group.setting, column.metric)), data.n_seeds, reasons
            )
            for group in groups
            for column in group.columns
        ]
        for row in rows
    ]
    lines = tuple(
        Line(
            row.id, row.label, row.in_paper, row.note, *costs, row.published_parameters,
            (row.parameters_total, row.parameters_active, row.macs), entries,
        )
        for row, costs, entries in zip(
            rows, _costs(rows), _with_published_best(bodies), strict=True
        )
    )  # fmt: skip
    labels = {row.id: row.label for row in rows}
    footnotes = [
        _spread(data.n_seeds, (column for group in groups for column in group.columns)),
        _delta_note(data, labels),
        _tests(data),
        f"Data: {'; '.join(data.source_labels)}. Scale: {data.scale}.",
        *data.notes,
        *(f"{row.label}: {row.note.rstrip('.')}." for row in rows if row.note),
    ]
    numbered = _NUMBERED.fullmatch(data.title)
    return Sheet(
        heading=numbered[1] if numbered else "Table",
        title=numbered[2] if numbered else data.title,
        caption=data.caption,
        banner=banner(data.source_labels, data.scale),
        provenance=f"scale {data.scale}, n = {data.n_seeds}",
        groups=groups,
        lines=lines,
        published=any(entry.published for line in lines for entry in line.entries),
        reasons=tuple((letter, reason) for reason, letter in reasons.letters.items()),
        legend=_legend(lines),
        footnotes=tuple(note for note in footnotes if note),
        deviations=tuple(f"{text.rstrip('.')}." for text in data.deviations),
    )
