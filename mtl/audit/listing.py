"""An audit for a terminal."""

from __future__ import annotations

import itertools
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from mtl.audit.cells import counted
from mtl.audit.findings import CellFinding, Finding, Verdict
from mtl.audit.intervals import spell

_WIDTH = 100
_VERDICT = 14
_INDENT = " " * 4
_HEADINGS = ("", "printed", "possible", "with the others", "nearest")


def listing(findings: Sequence[Finding], verbose: bool = False) -> str:
    """One line for each finding; what is notable or decisive in full, with the cells that fail.

    Args:
        findings: those of a paper stand together.
        verbose: everything in full, with every cell.
    """
    lines: list[str] = []
    for paper, own in itertools.groupby(findings, key=lambda finding: finding.paper):
        lines += ["", f"Audit of {paper}"]
        for finding in own:
            lines.append(f"{finding.verdict:<{_VERDICT}}{_place(finding)}{_by(finding)}")
            if verbose or _telling(finding):
                lines += _details(finding, verbose)
    return "\n".join([*lines[1:], "", *_totals(findings)]) + "\n"


def _telling(finding: Finding) -> bool:
    return finding.notable or finding.decisive


def _place(finding: Finding) -> str:
    where = ", ".join(part for part in (finding.table, finding.setting) if part)
    if finding.check == "text":
        what = f"{finding.cells[0].row}, {finding.cells[0].printed} {finding.column}"
    else:
        what = f"{finding.column} ({finding.check})" if finding.column else finding.check
    return f"{where}: {what}"


def _by(finding: Finding) -> str:
    if finding.verdict != "consistent" or finding.convention is None:
        return ""
    if len(finding.conventions) > 1 and set(finding.conventions.values()) == {"consistent"}:
        return " by every convention"
    only = " only" if finding.decisive else ""
    against = f", not by the stated '{finding.stated}'" if finding.contradicts_stated else ""
    return f"{only} by '{finding.convention}'{against}"


def _details(finding: Finding, verbose: bool) -> Iterator[str]:
    yield from textwrap.wrap(
        finding.words, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT
    )
    cells = [
        cell
        for cell in finding.cells
        if verbose or (cell.verdict == "inconsistent" and (cell.feasible or cell.nearest))
    ]
    if cells:
        yield from _table(finding, cells)


def _table(finding: Finding, cells: Iterable[CellFinding]) -> Iterator[str]:
    rows = [_HEADINGS, *(_row(finding, cell) for cell in cells)]
    kept = [i for i in range(len(_HEADINGS)) if any(row[i] for row in rows[1:])]
    widths = {i: max(len(row[i]) for row in rows) for i in kept}
    for row in rows:
        first, *rest = (
            f"{row[i]:<{widths[i]}}" if i == 0 else f"{row[i]:>{widths[i]}}" for i in kept
        )
        yield f"{_INDENT}  {'  '.join([first, *rest])}".rstrip()


def _row(finding: Finding, cell: CellFinding) -> tuple[str, ...]:
    name = [cell.row]
    if cell.table not in ("", finding.table):
        name.insert(0, cell.table)
    if cell.metric != finding.column:
        name.append(cell.metric)
    like = cell.printed.split(" ± ")[0].removeprefix("± ")
    return (
        " ".join(name),
        cell.printed or "lost",
        spell(cell.feasible, like) if cell.feasible else "",
        spell(cell.jointly, like) if cell.jointly else "",
        cell.nearest or "",
    )


def _totals(findings: Sequence[Finding]) -> Iterator[str]:
    counts = Counter(finding.verdict for finding in findings)
    shown = ", ".join(f"{counts[v]} {v}" for v in get_args(Verdict) if counts[v])
    yield f"{counted(len(findings), 'check')}: {shown or 'nothing to check'}"
    otherwise = sum(f.verdict == "consistent" and f.contradicts_stated for f in findings)
    if otherwise:
        yield f"consistent, but not by the stated formula: {counted(otherwise, 'column')}"


def markdown(findings: Iterable[Finding]) -> str:
    """What is notable or decisive as a Markdown table, with the same words in one line."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for finding in findings:
        if _telling(finding):
            key = (finding.paper, finding.check, finding.words)
            places.setdefault(key, []).append(_short_place(finding))
    lines = ["| paper | where | check | finding |", "|---|---|---|---|"]
    for (paper, check, words), where in places.items():
        cells = (paper, "; ".join(where), check, words)
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _short_place(finding: Finding) -> str:
    names = (finding.table, finding.setting) if finding.check != "text" else ("text",)
    return " ".join(name for name in names if name)
