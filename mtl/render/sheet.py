"""The printed form of a table, before any format: what LaTeX, HTML and the terminal all show.

The rules of the printed page live here once: digits, marks, the order of rows, the footnotes. The
formats only place and escape. All text is in the notation of `mtl.render.markup`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from mtl.metrics.catalogue import METRICS, is_diagnosed
from mtl.published.table import DELTAS, MEAN_RANK
from mtl.render import numbers
from mtl.render.costs import (
    Cost,
    CostBlock,
    cost_block,
    cost_entries,
    cost_legend,
    cost_notes,
)
from mtl.render.labels import heading, is_synthetic, unit_scale
from mtl.results.derived import DELTA

if TYPE_CHECKING:
    from mtl.config.models import Order
    from mtl.results.aggregate import Cell, DeltaCell, Row, TableData

STEP_TIME = "step_time"
BARE = (DELTA, MEAN_RANK, STEP_TIME)
"""What is printed without a deviation: not a mean over seeds."""

MISSING = numbers.MISSING
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
        metric: its name in the catalogue, or one of `BARE`.
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
    """Columns under one heading.

    Attributes:
        costs: its columns of costs, which stand before the others; None where costs stand once.
    """

    setting: str
    label: str
    costs: CostBlock | None
    columns: tuple[Column, ...]

    @property
    def width(self) -> int:
        """The number of its columns."""
        return len(self.columns) + (len(self.costs.columns) if self.costs else 0)


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
    """One row.

    Attributes:
        features: whether it has each of the sheet's features.
        costs: by setting, for the blocks that the sheet and its groups have.
        entries: in the order of the columns.
    """

    id: str
    label: str
    in_paper: bool
    note: str | None
    features: tuple[bool, ...]
    costs: dict[str, tuple[Cost, ...]]
    entries: tuple[Entry, ...]

    @property
    def published(self) -> bool:
        """Whether the paper prints any of its numbers."""
        costs = (cost.published for block in self.costs.values() for cost in block)
        return any((*costs, *(entry.published for entry in self.entries)))


@dataclass(frozen=True)
class Sheet:
    """A table ready to be placed.

    Attributes:
        heading: how the paper numbers it, for example "Table 3(a)"; "Table" when it has no number.
        title: what stands after the number.
        banner: the loud line for synthetic data, or None.
        features: the headings of the columns of check marks.
        costs: the columns of costs that stand once, before all groups; None where each group has
            its own.
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
    features: tuple[str, ...]
    costs: CostBlock | None
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

    def parts(self, line: Line) -> list[tuple[Group, tuple[Cost, ...], tuple[Entry, ...]]]:
        """A line's cells by group: the group, its costs if it has columns of them, its entries."""
        parts, first = [], 0
        for group in self.groups:
            costs = line.costs[group.setting] if group.costs else ()
            parts.append((group, costs, line.entries[first : first + len(group.columns)]))
            first += len(group.columns)
        return parts

    def bands(self, columns: int) -> list[Sheet]:
        """The sheet in parts that stand below each other, each with so many columns if it can.

        A band is consecutive whole groups; costs that stand once stay with the first.

        Args:
            columns: the most in one band, without the labels and check marks; a group with more of
                its own makes a band by itself.
        """
        first_costs = len(self.costs.columns) if self.costs else 0
        starts, room = [0], columns - first_costs
        for position, group in enumerate(self.groups):
            if group.width > room and position > 0:
                starts.append(position)
                room = columns
            room -= group.width
        return [
            self._band(first, last)
            for first, last in zip(starts, [*starts[1:], len(self.groups)], strict=True)
        ]

    def _band(self, first: int, last: int) -> Sheet:
        """The groups from `first` to before `last`."""
        groups, once = self.groups[first:last], self.costs if first == 0 else None
        blocks = [group.setting for group in groups if group.costs]
        if once:
            blocks.append(once.setting)
        lines = []
        for line in self.lines:
            entries = [entries for _, _, entries in self.parts(line)[first:last]]
            costs = {setting: line.costs[setting] for setting in blocks}
            lines.append(replace(line, costs=costs, entries=tuple(chain(*entries))))
        return replace(self, costs=once, groups=groups, lines=tuple(lines))


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


def _groups(data: TableData, blocks: dict[str, CostBlock]) -> tuple[Group, ...]:
    """The groups; the first of each setting takes its columns of costs."""
    groups, remaining = [], dict(blocks)
    for group in data.groups:
        columns = []
        for name in group.metrics:
            metric = METRICS[name]
            columns.append(
                Column(
                    group.setting,
                    name,
                    heading(metric),
                    "↑" if metric.direction > 0 else "↓",
                    metric.digits,
                    unit_scale(metric),
                )
            )
        if any(group.setting in row.deltas for row in data.rows):
            label = rf"{_delta_symbol(data)} (%)"
            columns.append(Column(group.setting, DELTA, label, "↑", 1, 1.0))
        if data.mean_rank:
            columns.append(Column(group.setting, MEAN_RANK, "MR", "↓", 1, 1.0))
        if data.with_step_times:
            columns.append(Column(group.setting, STEP_TIME, "Step", "↓", 2, 1.0))
        groups.append(
            Group(group.setting, group.label, remaining.pop(group.setting, None), tuple(columns))
        )
    return tuple(groups)


def _delta_symbol(data: TableData) -> str:
    index = data.delta_index
    return rf"$\Delta_{{{index}}}$" if len(index) > 1 else rf"$\Delta_{index}$"


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


def _rank_entry(column: Column, row: Row, rows: Sequence[Row]) -> Entry:
    """The mean rank among all rows; like the delta it has no runs of its own."""
    value, printed = row.mean_rank.get(column.setting), row.printed_rank.get(column.setting)
    published = None if printed is None else (printed.mean, printed.std or None)
    ranks = [other.mean_rank.get(column.setting) for other in rows]
    order = sorted({rank for rank in ranks if rank is not None})
    place = order.index(value) if value is not None and len(order) > 1 else None
    return Entry(
        column, value, MISSING if value is None else numbers.fixed(value, column.digits), None,
        place == 0, place == 1, False, "", published, False, None,
    )  # fmt: skip


def _step_entry(column: Column, row: Row, data: TableData) -> Entry:
    """The ratio of times; a dash where none was measured for what the row is now."""
    ratios = data.step_times.ratios if data.step_times else {}
    ratio = ratios.get((row.id, column.setting))
    value = ratio.median if ratio else None
    text = MISSING if value is None else numbers.fixed(value, column.digits)
    return Entry(column, value, text, None, False, False, False, "", None, False, None)


def _with_published_best(entry: Entry, best: float | None) -> Entry:
    """Mark the best printed value of a column; the papers print ties in bold together."""
    printed = entry.published is not None and float(entry.published[0]) == best
    return replace(entry, published_best=printed)


def _spread(n: int, columns: Sequence[Column]) -> str:
    text = f"Mean ± sample standard deviation over n = {n} seeds" if n > 1 else "One seed"
    others = [c.label for c in columns if c.scale != 100 and c.metric not in BARE]
    if not any(column.scale == 100 for column in columns):
        return f"{text}."
    besides = f", except {', '.join(dict.fromkeys(others))}" if others else ""
    return f"{text}, in percent{besides}".rstrip(".") + "."


def _legend(data: TableData, lines: Sequence[Line]) -> tuple[str, ...]:
    parts = []
    if any(entry.tied for line in lines for entry in line.entries):
        parts.append(f"{TIED}: not distinguishable from the best mean")
    if any(not line.in_paper for line in lines):
        parts.append(f"{NOT_IN_PAPER}: not a row of the paper")
    if data.order is not None:
        parts.append(_order(data, data.order))
    return (*parts, *cost_legend(data))


def _order(data: TableData, order: Order) -> str:
    label = next(group.label for group in data.groups if group.setting == order.setting)
    place = f" ({label})" if len(data.groups) > 1 else ""
    metric = METRICS[order.metric].label
    return f"rows: in rising order of our mean {metric}{place}, the baseline last"


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
    aside = [m for group in data.groups for m in group.metrics if is_diagnosed(m)]
    without = f", without {', '.join(METRICS[m].label for m in dict.fromkeys(aside))}"
    return (
        rf"{_delta_symbol(data)}: {meaning}{without if aside else ''}, against "
        f"{labels.get(data.baseline, data.baseline)}."
    )


def _rank_note(data: TableData) -> str | None:
    if not data.mean_rank:
        return None
    return (
        "MR: mean over the tasks of a row's rank among all rows shown, by unrounded means; equal "
        "means share the best rank."
    )


def _step_note(data: TableData, labels: dict[str, str]) -> str | None:
    if not data.with_step_times:
        return None
    found = data.step_times
    if found is None:
        return f"Step: not measured at this scale (`mtl step-time {data.paper} {data.name}`)."
    gaps: dict[str, dict[str, None]] = {}
    groups = {group.setting: group.label for group in data.groups}
    for (row, setting), reason in found.gaps.items():
        place = f" in {groups[setting]}" if len(groups) > 1 else ""
        gaps.setdefault(reason, {})[f"{labels[row]}{place}"] = None
    none = "; ".join(f"{', '.join(rows)} ({reason})" for reason, rows in gaps.items())
    return (
        f"Step: time of a training step, for all tasks and seeds, by that of "
        f"{labels.get(found.baseline, found.baseline)}; median over {found.rounds} rounds in which "
        f"the rows take turns ({found.where}).{f' No time for {none}.' if none else ''}"
    )


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
    rows = sorted(data.rows, key=lambda row: not row.in_paper)
    once = data.costs == "once"
    blocks = {name: cost_block(rows, name, inside=not once) for name in data.cost_settings}
    costs = {name: cost_entries(rows, block) for name, block in blocks.items()}
    groups = _groups(data, {} if once else blocks)
    delta_order = {group.setting: _descending_deltas(rows, group.setting) for group in groups}
    printed_as = {DELTA: DELTAS[data.delta_index]}

    def entry(column: Column, row: Row) -> Entry:
        setting, metric = column.setting, column.metric
        if metric == DELTA:
            made = _delta_entry(column, row.deltas.get(setting), delta_order[setting])
        elif metric == MEAN_RANK:
            made = _rank_entry(column, row, rows)
        elif metric == STEP_TIME:
            made = _step_entry(column, row, data)
        else:
            made = _entry(column, row.cells.get((setting, metric)), data.n_seeds, reasons)
        best = data.published_best.get((setting, printed_as.get(metric, metric)))
        return _with_published_best(made, best)

    bodies = [[entry(c, row) for group in groups for c in group.columns] for row in rows]
    lines = tuple(
        Line(
            id=row.id,
            label=row.label,
            in_paper=row.in_paper,
            note=row.note,
            features=tuple(feature in row.features for feature in data.features),
            costs={name: entries[position] for name, entries in costs.items()},
            entries=tuple(bodies[position]),
        )
        for position, row in enumerate(rows)
    )
    labels = {row.id: row.label for row in rows}
    footnotes = [
        _spread(data.n_seeds, [column for group in groups for column in group.columns]),
        _delta_note(data, labels),
        _rank_note(data),
        _step_note(data, labels),
        _tests(data),
        f"Data: {'; '.join(data.source_labels)}. Scale: {data.scale}.",
        *cost_notes(data),
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
        features=tuple(data.features.values()),
        costs=blocks[data.cost_settings[0]] if once else None,
        groups=groups,
        lines=lines,
        published=any(line.published for line in lines),
        reasons=tuple((letter, reason) for reason, letter in reasons.letters.items()),
        legend=_legend(data, lines),
        footnotes=tuple(note for note in footnotes if note),
        deviations=tuple(f"{text.rstrip('.')}." for text in data.deviations),
    )
