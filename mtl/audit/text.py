"""Numbers in the running text: can they follow from the printed cells that they refer to?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from mtl.audit.cells import column_label, listed, row_label
from mtl.audit.findings import CellFinding, Finding, Verdict
from mtl.audit.intervals import (
    allows,
    nearest_printable,
    ratio,
    same_number,
    scale,
    spell,
    subtract,
)
from mtl.audit.verdicts import over_all
from mtl.errors import MtlError
from mtl.published.numbers import Interval, Published
from mtl.published.table import PublishedTable
from mtl.published.text import Address, PublishedText, TextNumber

Tables = Mapping[str, PublishedTable]
"""A paper's tables by name."""


def _points(first: Interval, second: Interval) -> Interval:
    """From the first to the second."""
    return subtract(second, first)


def _percent(first: Interval, second: Interval) -> Interval:
    """From the first to the second, in percent of the first, which must be above 0.

    The second over the first less 1, so that the first, which occurs twice in the usual way of
    writing it, is taken once.
    """
    if first.low <= 0:
        raise MtlError("a change in percent needs a number above 0 to start from")
    quotient = ratio(second, first)
    return scale(Interval(quotient.low - 1, quotient.high - 1), 100)


_CHANGES: dict[str, Callable[[Interval, Interval], Interval]] = {
    "percent": _percent,
    "points": _points,
}
_SAID = {"points": "in points", "percent": "in percent of the first number"}
_TURNS = {"increase": 1, "decrease": -1}


@dataclass(frozen=True)
class _Judged:
    """A text number under one convention."""

    verdict: Verdict
    feasible: Interval | None = None
    nearest: str | None = None
    words: str = ""


def check_text(text: PublishedText, tables: Tables) -> list[Finding]:
    """One finding for each number.

    Args:
        text: the numbers of a paper.
        tables: all tables of the paper that the text refers to, by name.
    """
    return [_finding(text, number, tables) for number in text.numbers]


def _finding(text: PublishedText, number: TextNumber, tables: Tables) -> Finding:
    judged = _judge(number, tables)
    verdict = over_all(found.verdict for found in judged.values())
    shown = min(
        (name for name, found in judged.items() if found.verdict == verdict),
        key=lambda name: _distance(number, judged[name]),
    )
    found = judged[shown]
    cell = CellFinding(
        row=number.id,
        setting="",
        metric=number.unit,
        printed=number.value.mean,
        verdict=verdict,
        feasible=found.feasible,
        nearest=found.nearest,
        words="" if verdict == "consistent" else found.words,
    )
    return Finding(
        paper=text.header.paper,
        table="text",
        check="text",
        setting="",
        column=number.unit,
        verdict=verdict,
        convention=shown or None,
        conventions={name: found.verdict for name, found in judged.items() if name},
        stated=None,
        cells=(cell,),
        words=_words(number, verdict, shown, found, tables),
    )


def _distance(number: TextNumber, judged: _Judged) -> Fraction:
    """How far the nearest possible number is; the first convention wins where all are possible."""
    return abs(Fraction(judged.nearest) - number.value.value) if judged.nearest else Fraction(0)


def _judge(number: TextNumber, tables: Tables) -> dict[str, _Judged]:
    """The outcome by convention; the one key is "" where there is no choice."""
    if number.relation == "alone":
        return {"": _Judged("undecidable", words="it follows from no number that we have")}
    known = [found for cell in number.cells if (found := _found(cell, tables))]
    if len(known) < len(number.cells):
        return {"": _Judged("undecidable", words="a number that it refers to is lost")}
    if number.relation == "equals":
        return {"": _equal(number, known[0])}
    intervals = [found.interval for found in known]
    if number.relation == "difference":
        return {"": _against(number, subtract(*intervals))}
    return {name: _change(number, name, intervals) for name in _ways(number, tables)}


def _ways(number: TextNumber, tables: Tables) -> list[str]:
    """How a change may be meant: percent of percentages may also be points."""
    if number.unit != "percent":
        return ["points"]
    units = {tables[cell.table].header.columns[cell.metric].unit for cell in number.cells}
    return ["percent", "points"] if units == {"percent"} else ["percent"]


def _equal(number: TextNumber, cell: Published) -> _Judged:
    if same_number(number.value.mean, cell.mean):
        return _Judged("consistent", cell.interval)
    return _Judged("inconsistent", cell.interval, cell.mean, f"the table prints {cell.mean}")


def _change(number: TextNumber, name: str, known: list[Interval]) -> _Judged:
    try:
        change = _CHANGES[name](*known)
    except MtlError as error:
        return _Judged("undecidable", words=str(error))
    return _against(number, scale(change, _TURNS[number.relation]))


def _against(number: TextNumber, feasible: Interval) -> _Judged:
    printed = number.value.mean
    if allows(feasible, printed):
        return _Judged("consistent", feasible)
    words = f"the printed cells allow only {spell(feasible, printed)}"
    return _Judged("inconsistent", feasible, nearest_printable(printed, feasible), words)


def _found(cell: Address, tables: Tables) -> Published | None:
    return tables[cell.table].find(cell.row, cell.setting, cell.metric)


def _cell(cell: Address, tables: Tables) -> str:
    """The cell as sentences name it, with its number."""
    table = tables[cell.table]
    found = _found(cell, tables)
    setting = f", {table.header.settings[cell.setting]}" if cell.setting else ""
    return (
        f"{column_label(table, cell.metric)} of {row_label(table, cell.row)} "
        f"({found.mean if found else 'lost'}; {cell.table}{setting})"
    )


def _words(number: TextNumber, verdict: Verdict, shown: str, found: _Judged, tables: Tables) -> str:
    quote = f"{number.value.mean} {number.unit} in section {number.section}"
    if verdict == "undecidable":
        return f"{quote} cannot be checked: {found.words}."
    cells = listed([_cell(cell, tables) for cell in number.cells])
    if verdict == "consistent":
        way = f", {_SAID[shown]}," if shown and number.unit == "percent" else ""
        return f"{quote} follows{way} from {cells}."
    words = f"{quote} does not follow from {cells}: {found.words}."
    elsewhere = _elsewhere(number, tables) if number.relation == "equals" else []
    return f"{words} It is printed as {listed(elsewhere, 'or')}." if elsewhere else words


def _elsewhere(number: TextNumber, tables: Tables) -> list[str]:
    """Cells of the same row or of the same column that print the text's number."""
    own = number.cells[0]
    table = tables[own.table]
    found = []
    for row, setting, metric in table.numbers:
        if (row, metric) == (own.row, own.metric) or setting not in ("", own.setting):
            continue
        if table.numbers[row, setting, metric].value != number.value.value:
            continue
        if row == own.row:
            found.append(f"the {column_label(table, metric)} of the same row")
        elif metric == own.metric:
            found.append(f"the {column_label(table, metric)} of {row_label(table, row)}")
    return found
