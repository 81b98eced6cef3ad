"""Mean ranks: can the printed column follow from ranking the rows on the printed metrics?

`min`, `average`, `max` and `strict` rank unrounded values: rows with equal printed values may be in
any order, or exactly equal except under `strict`. `printed_*` rank the printed values themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mtl.audit.cells import (
    LOST,
    DerivedColumn,
    column_label,
    counted,
    derived_columns,
    listed,
    printing_rows,
    row_label,
)
from mtl.audit.findings import CellFinding, Finding, Verdict
from mtl.audit.intervals import spell
from mtl.audit.rank_problem import RankProblem, rank_problem
from mtl.audit.rank_search import TIE_RULES, Bounds
from mtl.audit.verdicts import choose, over_all
from mtl.published.numbers import Interval
from mtl.published.table import PublishedTable

PRINTED = "printed_"
_OF_PRINTED = ("min", "average", "max")
MOST_REMOVED = 2
"""The largest set of rows that is tried as the one that is wrong."""
BLAME_BUDGET = 2_000
"""Steps of each search for the rows that are wrong."""


def check_mean_rank(table: PublishedTable) -> list[Finding]:
    """One finding for each mean-rank column and setting."""
    return [_finding(column) for column in derived_columns(table, "mean_rank")]


@dataclass(frozen=True)
class _Outcome:
    """A column under one rule.

    Attributes:
        verdict: on the column.
        sums: each row's possible doubled sums alone.
        alone: rows that are impossible alone.
        removals: the smallest sets of other rows without which the rest is possible.
    """

    verdict: Verdict
    sums: tuple[Sequence[int], ...]
    alone: frozenset[int]
    removals: tuple[frozenset[int], ...]

    @property
    def wrong(self) -> frozenset[int]:
        """The rows that are impossible alone, and those of the sets."""
        return self.alone.union(*self.removals)

    @property
    def explained(self) -> int:
        """How many rows can be right together; 0 where the rows to blame are not found."""
        if self.verdict == "inconsistent" and not self.wrong:
            return 0
        return len(self.sums) - len(self.alone) - len(self.removals[0] if self.removals else ())


def _finding(column: DerivedColumn) -> Finding:
    ranked = printing_rows(column.table, column.setting, [*column.derived.of, column.name])
    lacking = {row: names for row in ranked if (names := column.without(row))}
    if lacking:
        return _undecidable(column, ranked, lacking)
    problem = rank_problem(column, ranked)
    outcomes = {rule: _of_hidden(problem, rule) for rule in TIE_RULES}
    outcomes |= {PRINTED + rule: _of_printed(problem, rule) for rule in _OF_PRINTED}
    verdicts = {rule: outcome.verdict for rule, outcome in outcomes.items()}
    if "consistent" not in verdicts.values():
        outcomes = {rule: _blamed(problem, rule, o) for rule, o in outcomes.items()}
    shown = choose(verdicts, lambda rule: (outcomes[rule].explained,))
    cells = _cells(column, problem, shown, outcomes[shown])
    return _made(
        column, verdicts, shown, cells, _words(column, problem, shown, verdicts, outcomes[shown])
    )


def _made(
    column: DerivedColumn,
    verdicts: dict[str, Verdict],
    shown: str | None,
    cells: tuple[CellFinding, ...],
    words: str,
) -> Finding:
    return Finding(
        paper=column.table.header.paper,
        table=column.table.header.table,
        check="mean_rank",
        setting=column.setting,
        column=column.name,
        verdict=over_all(verdicts.values()),
        convention=shown,
        conventions=verdicts,
        stated=None,
        cells=cells,
        words=words,
    )


def _undecidable(
    column: DerivedColumn, ranked: tuple[str, ...], lacking: Mapping[str, list[str]]
) -> Finding:
    """A finding where a rank that all others depend on is unknown."""
    table = column.table
    row, metrics = next(iter(lacking.items()))
    words = (
        f"{listed([column_label(table, metric) for metric in metrics])} of "
        f"{row_label(table, row)} lost or not printed, on which every rank depends"
    )
    cells = tuple(
        CellFinding(
            name,
            column.setting,
            column.name,
            column.printed(name) or "",
            "undecidable",
            words=words,
        )
        for name in ranked
        if name in column.rows
    )
    verdicts: dict[str, Verdict] = dict.fromkeys(
        [*TIE_RULES, *(PRINTED + rule for rule in _OF_PRINTED)], "undecidable"
    )
    label = column_label(table, column.name)
    return _made(column, verdicts, None, cells, f"The printed {label} cannot be decided: {words}.")


def _of_hidden(problem: RankProblem, rule: str) -> _Outcome:
    """The verdict when unrounded values are ranked."""
    rows = range(len(problem.rows))
    sums = tuple(problem.sums(row, rule) for row in rows)
    alone = frozenset(row for row in rows if not problem.allows(row, sums[row]))
    if alone:
        return _Outcome("inconsistent", sums, alone, ())
    possible = problem.possible(rule, problem.bounds)
    verdicts: dict[bool | None, Verdict] = {True: "consistent", False: "inconsistent"}
    verdict = verdicts.get(possible, "undecidable")
    if verdict == "consistent" and problem.mixed:
        verdict = "undecidable"
    return _Outcome(verdict, sums, alone, ())


def _of_printed(problem: RankProblem, rule: str) -> _Outcome:
    """The verdict when the printed values themselves are ranked."""
    doubled = TIE_RULES[rule].doubled
    sums = tuple(
        [
            sum(
                doubled(group.before, len(group.rows))
                for groups in problem.groups
                for group in groups
                if row in group.rows
            )
        ]
        for row in range(len(problem.rows))
    )
    alone = frozenset(row for row, own in enumerate(sums) if not problem.allows(row, own))
    if problem.mixed:
        return _Outcome("undecidable", sums, frozenset(), ())
    return _Outcome("inconsistent" if alone else "consistent", sums, alone, ())


def _bounds(problem: RankProblem, free: frozenset[int]) -> list[Bounds]:
    """Every row's bounds, those of the free rows as wide as can be."""
    return [
        problem.reach(row) if row in free else problem.bounds[row]
        for row in range(len(problem.rows))
    ]


def _blamed(problem: RankProblem, rule: str, outcome: _Outcome) -> _Outcome:
    """The outcome with the smallest sets of rows to blame for what is impossible together."""
    if rule.startswith(PRINTED) or outcome.verdict != "inconsistent":
        return outcome
    rest = [row for row in range(len(problem.rows)) if row not in outcome.alone]
    for size in range(0 if outcome.alone else 1, MOST_REMOVED + 1):
        sets = [
            frozenset(chosen)
            for chosen in itertools.combinations(rest, size)
            if problem.possible(rule, _bounds(problem, outcome.alone.union(chosen)), BLAME_BUDGET)
        ]
        if sets:
            return _Outcome(outcome.verdict, outcome.sums, outcome.alone, tuple(sets))
    return outcome


def _jointly(problem: RankProblem, rule: str, outcome: _Outcome, row: int) -> list[int]:
    """The doubled sums that a row can have when the other rows are right.

    Where a search takes too long the sum counts as possible.
    """
    aside = next((rows for rows in outcome.removals if row in rows), outcome.wrong)
    bounds = _bounds(problem, outcome.alone.union(aside))

    def possible(total: int) -> bool:
        own = [*bounds[:row], (total, total), *bounds[row + 1 :]]
        return problem.possible(rule, own, BLAME_BUDGET) is not False

    return [total for total in outcome.sums[row] if possible(total)]


def _cells(
    column: DerivedColumn, problem: RankProblem, rule: str, outcome: _Outcome
) -> tuple[CellFinding, ...]:
    return tuple(
        _cell(column, problem, rule, outcome, row)
        for row, name in enumerate(problem.rows)
        if name in column.rows
    )


def _cell(
    column: DerivedColumn, problem: RankProblem, rule: str, outcome: _Outcome, row: int
) -> CellFinding:
    printed = problem.printed[row]
    alone = outcome.sums[row]
    feasible = problem.feasible(alone)
    cell = CellFinding(
        problem.rows[row],
        column.setting,
        column.name,
        printed or "",
        "undecidable",
        feasible=feasible,
    )
    if printed is None:
        return replace(cell, words=LOST)
    if row in outcome.alone:
        nearest = problem.nearest(printed, alone)
        words = f"by '{rule}' the printed metrics allow only {_spelled(feasible, printed)}"
    elif row in outcome.wrong:
        jointly = _jointly(problem, rule, outcome, row)
        cell = replace(cell, jointly=problem.feasible(jointly))
        nearest = problem.nearest(printed, jointly)
        leaving = _spelled(cell.jointly, printed)
        words = f"possible alone, but not together with the other rows, which leave {leaving}"
    elif outcome.verdict == "consistent" or outcome.wrong:
        return replace(cell, verdict="consistent")
    else:
        return replace(cell, words=_WHY_OPEN[outcome.verdict])
    return replace(cell, verdict="inconsistent", nearest=nearest, words=words)


_WHY_OPEN: dict[Verdict, str] = {
    "undecidable": "too many hidden orders, or too different decimals, to tell",
    "inconsistent": "the column is impossible, but no one or two rows explain why",
}


def _spelled(interval: Interval | None, printed: str) -> str:
    return spell(interval, printed) if interval else "no value"


def _words(
    column: DerivedColumn,
    problem: RankProblem,
    shown: str,
    verdicts: Mapping[str, Verdict],
    outcome: _Outcome,
) -> str:
    label = column_label(column.table, column.name)
    verdict = over_all(verdicts.values())
    if verdict == "undecidable":
        return f"The printed {label} cannot be decided: {_WHY_OPEN['undecidable']}."
    if verdict == "inconsistent":
        return (
            f"No rule for ties gives the printed {label}, neither from the printed metrics nor "
            f"from any unrounded ones. By '{shown}', {_impossible(column.table, problem, outcome)}."
        )
    fitting = [f"'{rule}'" for rule, found in verdicts.items() if found == "consistent"]
    if len(fitting) == len(verdicts):
        return f"The printed {label} follows from the printed metrics by every rule for ties."
    count = problem.count(shown) if not shown.startswith(PRINTED) else None
    orders = f" ({counted(count, 'hidden order')} of tied rows)" if count else ""
    failing = [f"'{rule}'" for rule, found in verdicts.items() if found == "inconsistent"]
    words = f"The printed {label} can follow from unrounded metrics by {listed(fitting)}{orders}"
    return f"{words}; it cannot by {listed(failing)}." if failing else f"{words}."


def _impossible(table: PublishedTable, problem: RankProblem, outcome: _Outcome) -> str:
    def named(rows: frozenset[int]) -> str:
        return listed([row_label(table, problem.rows[row]) for row in sorted(rows)])

    parts = [f"{named(outcome.alone)} already alone"] if outcome.alone else []
    if any(outcome.removals):
        sets = listed([named(rows) for rows in outcome.removals], "or")
        parts.append(f"{sets} together with the other rows")
    return f"impossible: {'; '.join(parts)}" if parts else "no one or two rows explain it"
