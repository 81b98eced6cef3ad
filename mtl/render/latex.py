"""Tables in LaTeX, and their PDF."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mtl.errors import MtlError
from mtl.render import markup
from mtl.render.costs import Cost, CostBlock
from mtl.render.environment import latex_environment
from mtl.render.sheet import BARE, MISSING, NOT_IN_PAPER, Column, Entry, Line, Sheet

NO_LATEX = (
    "pdflatex not found; install texlive-latex-base texlive-latex-recommended "
    "texlive-fonts-recommended lmodern"
)
WIDE_TABLE = 7
"""A table with so many columns, without label and costs that stand once, spans a page's width."""
WIDEST_TABLE = 16
"""With more columns than this, without the labels, groups stand below each other, ..."""
BAND = 11
"""... so many columns beside each other, which need no smaller letters."""
NARROW, WIDE = "125mm", "185mm"
"""Widths of a page that holds a table alone."""

CHECK = r"\mtlcheck"

_ARROWS = {"↑": r"$\uparrow$", "↓": r"$\downarrow$"}
_TIMEOUT_S = 120
_MISSING_FILE = re.compile(r"File `([^']+)' not found")


def _number(text: str) -> str:
    return text.replace("-", "$-$") if text != MISSING else r"\textemdash{}"


def _superscript(text: str) -> str:
    """A mark that takes no room, so that the digits of a column stay aligned."""
    return rf"\mtlmark{{{text}}}"


def _spread(spread: str | None) -> str:
    return "" if spread is None else rf"\mtlstd{{{spread}}}"


def _reproduced(entry: Entry) -> str:
    text = _number(entry.text)
    if entry.best:
        text = rf"\textbf{{{text}}}"
    elif entry.second:
        text = rf"\underline{{{text}}}"
    marks = (r"\textdagger" if entry.tied else "") + entry.mark
    return text + _spread(entry.spread) + (_superscript(marks) if marks else "")


def _printed(entry: Entry) -> str:
    if entry.published is None:
        return ""
    mean, spread = entry.published
    text = _number(markup.plain(mean))
    if entry.published_best:
        text = rf"\textbf{{{text}}}"
    return text + _spread(spread)


def _label(line: Line) -> str:
    text = markup.latex(line.label)
    return text if line.in_paper else text + rf"\,\textsuperscript{{{markup.latex(NOT_IN_PAPER)}}}"


def _heading(column: Column) -> str:
    return rf"{markup.latex(column.label)}\,{_ARROWS[column.arrow]}"


def _groups(sheet: Sheet) -> list[dict[str, Any]]:
    groups, first = [], 1 + _before_groups(sheet)
    for group in sheet.groups:
        costs = group.costs.columns if group.costs else ()
        metrics = "".join("r" if column.metric in BARE else "c" for column in group.columns)
        groups.append(
            {
                "label": markup.latex(group.label),
                "size": group.width,
                "alignment": "r" * len(costs) + metrics,
                "first": first,
                "last": first + group.width - 1,
                "headings": [
                    *(markup.latex(column.label) for column in costs),
                    *map(_heading, group.columns),
                ],
            }
        )
        first += group.width
    return groups


def _before_groups(sheet: Sheet) -> int:
    """The number of columns before the first group: the label, check marks, costs."""
    return 1 + len(sheet.features) + (len(sheet.costs.columns) if sheet.costs else 0)


def _upper_costs(sheet: Sheet) -> list[dict[str, Any]]:
    """The upper headings of the costs that stand once."""
    upper, first = [], 2 + len(sheet.features)
    for over, size in sheet.costs.headings if sheet.costs else ():
        upper.append(
            {"label": markup.latex(over), "size": size, "first": first, "last": first + size - 1}
        )
        first += size
    return upper


def _printed_costs(costs: Sequence[Cost], block: CostBlock) -> list[str]:
    """Papers print one number of parameters, which stands below both of ours."""
    counts = [column.count for column in block.columns]
    cells = []
    for count, cost in zip(counts, costs, strict=True):
        text = _number(cost.published or "")
        if count == "parameters_total" and "parameters_active" in counts:
            cells.append(rf"\multicolumn{{2}}{{c}}{{{text}}}")
        elif count != "parameters_active":
            cells.append(text)
    return cells


def _cells(
    sheet: Sheet,
    line: Line,
    costs_of: Callable[[Sequence[Cost], CostBlock], list[str]],
    entry: Callable[[Entry], str],
) -> list[str]:
    """A line's cells behind its label."""
    cells = [CHECK if has else "" for has in line.features]
    if sheet.costs:
        cells += costs_of(line.costs[sheet.costs.setting], sheet.costs)
    for group, costs, entries in sheet.parts(line):
        cells += costs_of(costs, group.costs) if group.costs else []
        cells += map(entry, entries)
    return cells


def _blocks(sheet: Sheet) -> list[dict[str, Any]]:
    """Our numbers and, below them in the same columns, the printed ones."""
    reproduced = [
        {
            "label": _label(line),
            "starts_extra": not line.in_paper
            and position > 0
            and sheet.lines[position - 1].in_paper,
            "cells": _cells(
                sheet, line, lambda costs, _: [_number(cost.text) for cost in costs], _reproduced
            ),
        }
        for position, line in enumerate(sheet.lines)
    ]
    blocks = [{"title": f"Reproduced: {markup.latex(sheet.provenance)}", "lines": reproduced}]
    if sheet.published:
        printed = [
            {
                "label": markup.latex(line.label),
                "starts_extra": False,
                "cells": _cells(sheet, line, _printed_costs, _printed),
            }
            for line in sheet.lines
            if line.published
        ]
        blocks.append({"title": "Printed in the paper", "lines": printed})
    return blocks


def _is_wide(sheet: Sheet) -> bool:
    grouped = max(sum(group.width for group in band.groups) for band in _bands(sheet))
    return len(sheet.features) + grouped >= WIDE_TABLE


def _bands(sheet: Sheet) -> list[Sheet]:
    columns = _columns(sheet) - 1 - len(sheet.features)
    return [sheet] if columns <= WIDEST_TABLE else sheet.bands(BAND)


def _columns(sheet: Sheet) -> int:
    return _before_groups(sheet) + sum(group.width for group in sheet.groups)


def _band(sheet: Sheet) -> dict[str, Any]:
    """What the template places in one tabular."""
    return {
        "upper": _upper_costs(sheet),
        "costs": [markup.latex(c.label) for c in (sheet.costs.columns if sheet.costs else ())],
        "groups": _groups(sheet),
        "width": _columns(sheet),
        "blocks": _blocks(sheet),
    }


def _notes(sheet: Sheet) -> list[str]:
    legend = ["Bold: best mean", "underlined: second best", *sheet.legend]
    if sheet.published:
        legend.append("bold among the printed numbers: the best printed")
    notes = ["; ".join(legend) + ".", *sheet.footnotes]
    if sheet.deviations:
        numbered = (f"({number}) {text}" for number, text in enumerate(sheet.deviations, 1))
        notes.append(f"{sheet.remarks_heading}: {' '.join(numbered)}")
    return notes


def table(sheet: Sheet, paper: str, name: str, fingerprint: str) -> str:
    r"""The table's environment, for `\input` in a paper; its first line names the fingerprint."""
    return (
        latex_environment()
        .get_template("table.tex.j2")
        .render(
            fingerprint=fingerprint,
            comment=f"{paper}/{name}, {markup.plain(sheet.provenance)}",
            environment="table*" if _is_wide(sheet) else "table",
            paper=paper,
            name=name,
            caption=markup.latex(sheet.caption),
            banner=sheet.banner and markup.latex(sheet.banner),
            features=[markup.latex(label) for label in sheet.features],
            check=CHECK,
            bands=[_band(band) for band in _bands(sheet)],
            reasons=[(letter, markup.latex(reason)) for letter, reason in sheet.reasons],
            footnotes=[markup.latex(note) for note in _notes(sheet)],
        )
    )


def page(sheet: Sheet, file: str) -> str:
    """A document that holds the table alone, on a page of its size."""
    return (
        latex_environment()
        .get_template("page.tex.j2")
        .render(
            width=WIDE if _is_wide(sheet) else NARROW,
            checks=bool(sheet.features),
            heading=markup.latex(sheet.heading),
            file=file,
        )
    )


def _failure(log: str) -> str:
    """The first error of a log, in one line."""
    lines = log.splitlines()
    for position, line in enumerate(lines):
        if line.startswith("!"):
            return " ".join(lines[position : position + 3])
    return lines[-1] if lines else "no output"


def compile_pdf(document: str, inputs: dict[str, str]) -> tuple[bytes | None, str]:
    """Run pdflatex in a folder of its own; equal sources give equal bytes.

    Args:
        document: the main file.
        inputs: file name to text of the files that it inputs.

    Returns:
        The PDF and the log; or None and the reason when TeX or one of its packages is not
        installed.

    Raises:
        MtlError: when LaTeX refuses the document.
    """
    if shutil.which("pdflatex") is None:
        return None, NO_LATEX
    with tempfile.TemporaryDirectory(prefix="mtl-latex-") as folder:
        for name, text in {**inputs, "document.tex": document}.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        try:
            subprocess.run(
                [
                    "pdflatex",
                    "-no-shell-escape",
                    "-interaction=nonstopmode",
                    "-halt-on-error",
                    "document.tex",
                ],
                cwd=folder,
                env={**os.environ, "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise MtlError(f"pdflatex did not finish within {_TIMEOUT_S} s") from None
        log_file, pdf = Path(folder, "document.log"), Path(folder, "document.pdf")
        log = log_file.read_text(encoding="latin-1") if log_file.is_file() else ""
        if pdf.is_file() and "\n!" not in log:
            return pdf.read_bytes(), log
    if absent := _MISSING_FILE.search(log):
        return None, f"pdflatex lacks {absent[1]}; {NO_LATEX.partition('; ')[2]}"
    raise MtlError(f"pdflatex failed: {_failure(log)}")
