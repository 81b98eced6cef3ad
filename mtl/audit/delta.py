"""Deltas: can the printed mean relative changes follow from the printed metrics?

Each cell is decided alone, from the rounding intervals of its metrics and of the baseline's, and
then the column together, since its rows share the baseline's unrounded metrics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mtl.audit.cells import (
    LOST,
    DerivedColumn,
    column_label,
    counted,
    derived_columns,
    listed,
    row_label,
)
from mtl.audit.changes import Changes
from mtl.audit.conventions import CONVENTIONS, DESCRIPTIONS, INVERTED, signed_weights
from mtl.audit.delta_analysis import DeltaAnalysis
from mtl.audit.findings import CellFinding, Finding, Verdict
from mtl.audit.intervals import nearest_printable, point, spell
from mtl.audit.verdicts import choose, over_all
from mtl.errors import MtlError
from mtl.published.table import PublishedTable

_JOINTLY: dict[str, Verdict] = {
    "feasible": "consistent",
    "infeasible": "inconsistent",
    "borderline": "undecidable",
}


def check_delta(table: PublishedTable) -> list[Finding]:
    """One finding for each delta column and setting."""
    return [_finding(column) for column in derived_columns(table, "delta")]


def _finding(column: DerivedColumn) -> Finding:
    stated = column.derived.stated
    changes = Changes(column)
    analyses: dict[str, DeltaAnalysis] = {}
    same: dict[tuple[tuple[str, object], ...], DeltaAnalysis] = {}
    lacking: dict[str, str] = {}
    for convention in CONVENTIONS:
        try:
            weights = signed_weights(convention, column.sources)
        except MtlError as error:
            if convention == stated:
                lacking[convention] = str(error)
            continue
        key = tuple(sorted(weights.items()))
        if key not in same:
            same[key] = DeltaAnalysis(changes, weights)
        analyses[convention] = same[key]
    verdicts = {name: _verdict(analysis) for name, analysis in analyses.items()}
    shown = choose(verdicts, lambda name: analyses[name].merit, stated)
    cells = tuple(_cell(analyses[shown], row) for row in column.rows)
    conventions: dict[str, Verdict] = {
        name: verdicts.get(name, "undecidable")
        for name in CONVENTIONS
        if name in verdicts or name in lacking
    }
    return Finding(
        paper=column.table.header.paper,
        table=column.table.header.table,
        check="delta",
        setting=column.setting,
        column=column.name,
        verdict=over_all(conventions.values()),
        convention=shown,
        conventions=conventions,
        stated=stated,
        cells=cells,
        words=_words(analyses[shown], shown, conventions, cells, lacking),
    )


def _verdict(analysis: DeltaAnalysis) -> Verdict:
    if analysis.impossible or not analysis.baseline_is_zero:
        return "inconsistent"
    return _JOINTLY[analysis.outcome] if analysis.possible else "undecidable"


def _cell(analysis: DeltaAnalysis, row: str) -> CellFinding:
    column = analysis.column
    printed = column.printed(row)
    cell = CellFinding(row, column.setting, column.name, printed or "", "undecidable")
    if row == analysis.baseline:
        return _baseline_cell(cell, analysis.baseline_is_zero)
    if row in analysis.reasons:
        return replace(cell, words=analysis.reasons[row])
    alone, jointly = analysis.rows[row].alone, analysis.jointly[row]
    cell = replace(cell, feasible=alone, jointly=jointly)
    if printed is None:
        return replace(cell, words=LOST)
    if row in analysis.impossible:
        words = f"the printed metrics allow only {spell(alone, printed)}"
    elif row in analysis.blamed:
        words = _blame(analysis, row, printed)
    elif analysis.outcome == "borderline":
        return replace(cell, words="too close to what the other rows allow to be decided")
    else:
        return replace(cell, verdict="consistent")
    return replace(cell, verdict="inconsistent", nearest=analysis.nearest(row), words=words)


def _baseline_cell(cell: CellFinding, right: bool) -> CellFinding:
    """The baseline's change against itself is 0 exactly."""
    cell = replace(cell, feasible=point(0), jointly=point(0))
    if not cell.printed:
        return replace(cell, words=LOST)
    if right:
        return replace(cell, verdict="consistent")
    nearest = nearest_printable(cell.printed, point(0))
    words = "the baseline's change against itself is exactly 0"
    return replace(cell, verdict="inconsistent", nearest=nearest, words=words)


def _blame(analysis: DeltaAnalysis, row: str, printed: str) -> str:
    if analysis.unexplained:
        partners = _sets(analysis, [analysis.blamed - {row}])
        return f"possible alone, but not together with {partners}"
    others = analysis.others(row)
    own = next(rows for rows in analysis.removals if row in rows)
    leaving = spell(analysis.jointly[row], printed)
    words = (
        f"possible alone, but not together with the {counted(len(others), 'other row')} that can "
        f"be right together, which leave only {leaving}"
    )
    if own != {row}:
        words += f"; {_sets(analysis, [own - {row}])} must be wrong as well"
    if elsewhere := [rows for rows in analysis.removals if row not in rows]:
        words += f"; instead of it {_sets(analysis, elsewhere)} could be wrong"
    return words


def _words(
    analysis: DeltaAnalysis,
    shown: str,
    conventions: Mapping[str, Verdict],
    cells: Sequence[CellFinding],
    lacking: Mapping[str, str],
) -> str:
    verdict = over_all(conventions.values())
    say = {"consistent": _consistent, "inconsistent": _inconsistent, "undecidable": _undecidable}
    sentences = [say[verdict](analysis, shown, conventions, cells)]
    sentences += [f"'{name}' cannot be tried: {reason}." for name, reason in lacking.items()]
    stated = analysis.column.derived.stated
    if stated and conventions[stated] == "inconsistent" and verdict == "consistent":
        sentences.append(_against_stated(stated, conventions))
    return " ".join(sentences)


def _consistent(
    analysis: DeltaAnalysis,
    shown: str,
    conventions: Mapping[str, Verdict],
    cells: Sequence[CellFinding],
) -> str:
    decided = sum(cell.verdict == "consistent" for cell in cells)
    also = [f"'{n}'" for n, v in conventions.items() if v == "consistent" and n != shown]
    which = "Every" if decided == len(cells) else f"{decided} of {len(cells)}"
    label = column_label(analysis.column.table, analysis.column.name)
    return (
        f"{which} printed {label} can follow from the printed metrics by '{shown}', "
        f"{DESCRIPTIONS[shown]}"
        + (f" (the same holds of {listed(also)})." if also else ".")
        + ("" if decided == len(cells) else " The others cannot be decided.")
    )


def _inconsistent(
    analysis: DeltaAnalysis,
    shown: str,
    conventions: Mapping[str, Verdict],
    cells: Sequence[CellFinding],
) -> str:
    table = analysis.column.table
    alone = [
        row_label(table, cell.row)
        for cell in cells
        if cell.verdict == "inconsistent" and cell.row not in analysis.blamed
    ]
    parts = [f"{listed(alone)} already alone"] if alone else []
    if analysis.removals:
        whom = "each other" if analysis.unexplained else "the other rows"
        parts.append(f"{_sets(analysis, analysis.removals)} together with {whom}")
    least = len(alone) + len(analysis.removals[0] if analysis.removals else ())
    return (
        f"No convention gives the printed {column_label(table, analysis.column.name)}. By "
        f"'{shown}', {DESCRIPTIONS[shown]}, {len(cells) - least} of {len(cells)} numbers are "
        f"possible; impossible: {'; '.join(parts)}."
    )


def _sets(analysis: DeltaAnalysis, sets: Sequence[frozenset[str]]) -> str:
    """Alternative sets of rows, in the order of the table."""
    table = analysis.column.table
    return listed(
        [
            listed([row_label(table, row) for row in analysis.possible if row in rows])
            for rows in sets
        ],
        "or",
    )


def _undecidable(
    analysis: DeltaAnalysis,
    shown: str,
    conventions: Mapping[str, Verdict],
    cells: Sequence[CellFinding],
) -> str:
    label = column_label(analysis.column.table, analysis.column.name)
    reasons = dict.fromkeys(cell.words for cell in cells if cell.verdict == "undecidable")
    why = f": {'; '.join(reasons)}" if reasons else ""
    return f"The printed {label} cannot be decided{why}."


def _against_stated(stated: str, conventions: Mapping[str, Verdict]) -> str:
    words = f"The formula that the paper gives ('{stated}') cannot have produced it"
    if not stated.endswith(INVERTED):
        return f"{words}."
    upright = stated.removesuffix(INVERTED)
    if conventions.get(upright) == "consistent":
        return f"{words}: its sign is turned round."
    return f"{words}, nor can it with its sign turned round ('{upright}')."
