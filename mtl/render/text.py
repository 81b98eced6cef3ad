"""Tables for a terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable

from mtl.render import markup, numbers
from mtl.render.costs import Cost, CostColumn
from mtl.render.sheet import NOT_IN_PAPER, TIED, Entry, Line, Sheet

_GAP = "  "
_NOTE_WIDTH = 100


def _width(text: str) -> int:
    """Terminal cells that the text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _pad(text: str, width: int, left: bool) -> str:
    padding = " " * (width - _width(text))
    return text + padding if left else padding + text


def _entry(entry: Entry) -> str:
    text = numbers.typographic(entry.text)
    if entry.spread is not None:
        text += f" ±{entry.spread}"
    # Every entry keeps room for its marks, so that the digits stay in line.
    rank = "*" if entry.best else "_" if entry.second else " "
    return f"{text}{rank}{TIED if entry.tied else entry.mark or ' '}"


def _printed(entry: Entry) -> str:
    if entry.published is None:
        return "  "
    mean, spread = entry.published
    return numbers.typographic(mean) + (f" ±{spread}" if spread else "") + "  "


def _cost_heading(column: CostColumn) -> str:
    if column.over and column.count != "parameters_active":
        return f"{column.over} {column.label}".removesuffix(" all")
    return column.label


def _cells(
    sheet: Sheet, line: Line, cost: Callable[[Cost], str], entry: Callable[[Entry], str]
) -> list[str]:
    """A line's cells behind its label."""
    cells = ["✓" if has else "" for has in line.features]
    cells += map(cost, line.costs[sheet.costs.setting] if sheet.costs else ())
    for _, costs, entries in sheet.parts(line):
        cells += [*map(cost, costs), *map(entry, entries)]
    return cells


def table(sheet: Sheet) -> str:
    """The table with its printed numbers and notes; `*` marks the best, `_` the second best."""
    header = ["Method", *map(markup.plain, sheet.features)]
    header += [_cost_heading(column) for column in (sheet.costs.columns if sheet.costs else ())]
    before = len(header)
    for group in sheet.groups:
        header += [_cost_heading(column) for column in (group.costs.columns if group.costs else ())]
        header += [f"{markup.plain(column.label)} {column.arrow}  " for column in group.columns]
    body: list[list[str] | str] = [f"Reproduced: {sheet.provenance}"]
    for line in sheet.lines:
        label = markup.plain(line.label) + ("" if line.in_paper else f" {NOT_IN_PAPER}")
        body.append([label, *_cells(sheet, line, lambda cost: cost.text, _entry)])
    if sheet.published:
        body.append("Printed in the paper")
        for line in sheet.lines:
            if line.published:
                cells = _cells(sheet, line, lambda cost: cost.published or "", _printed)
                body.append([markup.plain(line.label), *cells])
    every = [header, *(line for line in body if isinstance(line, list))]
    widths = [max(map(_width, column)) for column in zip(*every, strict=True)]

    def write(line: list[str]) -> str:
        padded = (
            _pad(cell, width, left=not position)
            for position, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        return _GAP.join(padded).rstrip()

    first = before
    groups = " " * sum(width + len(_GAP) for width in widths[:first])
    for group in sheet.groups:
        inside = widths[first : first + group.width]
        room = sum(inside) + len(_GAP) * (len(inside) - 1)
        title = f" {markup.plain(group.label)} "
        groups += title.center(room, "-") + _GAP
        first += group.width
    rule = "-" * (sum(widths) + len(_GAP) * (len(widths) - 1))
    lines = [markup.plain(sheet.heading_and_title)]
    lines += [sheet.banner] if sheet.banner else []
    lines += [rule, groups.rstrip(), write(header), rule]
    for entry in body:
        lines.append(entry if isinstance(entry, str) else write(entry))
    lines.append(rule)
    notes = [f"{letter}  {reason}" for letter, reason in sheet.reasons]
    notes += ["; ".join(("*: best mean", "_: second best", *sheet.legend)) + "."]
    notes += sheet.footnotes
    if sheet.deviations:
        notes.append(f"{sheet.remarks_heading}:")
        notes += [f"({number}) {text}" for number, text in enumerate(sheet.deviations, 1)]
    for note in notes:
        lines += textwrap.wrap(markup.plain(note), max(_NOTE_WIDTH, min(len(rule), 120)))
    return "\n".join(lines) + "\n"
