"""True tables are never called inconsistent, and planted errors always are.

The tables are random, but right by construction: derived columns are computed from unrounded
numbers, and only then everything is rounded.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtl.audit.audit import audit_table
from mtl.audit.cells import derived_columns
from mtl.audit.changes import Changes
from mtl.audit.conventions import signed_weights
from mtl.audit.delta import check_delta
from mtl.audit.delta_analysis import DeltaAnalysis
from mtl.audit.findings import Finding
from mtl.audit.mean import check_mean
from mtl.audit.mean_rank import check_mean_rank
from mtl.audit.rank_problem import RankProblem, rank_problem
from mtl.published.numbers import Interval, decimals
from mtl.published.table import PublishedTable
from tests.audit.tables import RULES, TrueTable, printed, replaced, true_table

TRUE_CHUNKS = 20
TRUE_PER_CHUNK = 500
PLANTED_CHUNKS = 4
PLANTED_PER_CHUNK = 150


def by_check(table: PublishedTable) -> dict[str, Finding]:
    return {finding.check: finding for finding in audit_table(table)}


def assert_right(true: TrueTable) -> Counter[str]:
    """No derived column is called inconsistent, and every unrounded number is called possible."""
    found = by_check(true.table)
    assert set(found) == {"delta", "mean", "mean_rank"}
    truths = {"delta": true.convention, "mean_rank": true.rule}
    verdicts: Counter[str] = Counter()
    for check, finding in found.items():
        truth = truths.get(check)
        verdict = finding.conventions[truth] if truth else finding.verdict
        assert verdict != "inconsistent", (true.table.numbers, check, truth)
        assert finding.verdict != "inconsistent"
        verdicts[verdict] += 1
        if finding.convention == truth:
            for cell in finding.cells:
                value = true.derived[cell.row, check]
                for interval in (cell.feasible, cell.jointly):
                    assert interval is None or interval.low <= value <= interval.high, (true, cell)
    return verdicts


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(TRUE_CHUNKS))
def test_true_tables_are_never_called_inconsistent(chunk: int) -> None:
    rng = np.random.default_rng([chunk, 1])
    verdicts: Counter[str] = Counter()
    for _ in range(TRUE_PER_CHUNK):
        verdicts += assert_right(true_table(rng))
    assert sum(verdicts.values()) == 3 * TRUE_PER_CHUNK
    assert verdicts["undecidable"] <= 0.02 * verdicts.total()


def test_large_true_tables_are_never_called_inconsistent() -> None:
    rng = np.random.default_rng(4)
    verdicts: Counter[str] = Counter()
    for _ in range(25):
        verdicts += assert_right(true_table(rng, rows=(9, 20), metrics=(4, 10)))
    assert verdicts["undecidable"] <= 0.2 * verdicts.total()


def test_the_tables_are_10_000() -> None:
    assert TRUE_CHUNKS * TRUE_PER_CHUNK == 10_000


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_true_table_is_right(seed: int) -> None:
    assert_right(true_table(np.random.default_rng(seed)))


def beyond(interval: Interval, digits: int, up: bool) -> str:
    """The first printable number above, or below, all that stand for one in the interval."""
    unit = Fraction(1, 10**digits)
    if up:
        return printed((math.floor(interval.high / unit + Fraction(1, 2)) + 1) * unit, digits, True)
    return printed((math.ceil(interval.low / unit - Fraction(1, 2)) - 1) * unit, digits, True)


def by_corners(table: PublishedTable, weights: dict[str, Fraction], row: str) -> Interval:
    """Every delta of a row alone, from all corners of its rounding intervals."""
    low = high = Fraction(0)
    for metric, weight in weights.items():
        base, own = table.numbers["r0", "", metric], table.numbers[row, "", metric]
        changes = [100 * weight * (m / b - 1) for m in own.interval for b in base.interval]
        low, high = low + min(changes), high + max(changes)
    return Interval(low, high)


def analysis(true: TrueTable) -> DeltaAnalysis:
    [column] = derived_columns(true.table, "delta")
    return DeltaAnalysis(Changes(column), signed_weights(true.convention, column.sources))


def planted(true: TrueTable, row: str, column: str, interval: Interval, up: bool) -> PublishedTable:
    digits = decimals(true.table.numbers[row, "", column].mean)
    return replaced(true.table, {(row, "", column): beyond(interval, digits, up)})


def assert_delta_errors_are_found(true: TrueTable, rng: np.random.Generator) -> str:
    """An error beyond what a row allows alone, and one beyond what it allows with the others."""
    own = analysis(true)
    if not own.rows or own.outcome != "feasible":
        return "undecidable"
    row = str(rng.choice(list(own.rows)))
    up = bool(rng.random() < 0.5)
    weights = signed_weights(true.convention, own.column.sources)
    alone = by_corners(true.table, weights, row)
    [finding] = check_delta(planted(true, row, "delta", alone, up))
    assert finding.conventions[true.convention] == "inconsistent"
    if finding.convention == true.convention and finding.verdict == "inconsistent":
        [cell] = [cell for cell in finding.cells if cell.row == row]
        assert cell.verdict == "inconsistent"
        assert cell.feasible == alone

    jointly = own.jointly[row]
    table = planted(true, row, "delta", jointly, up)
    [finding] = check_delta(table)
    assert finding.conventions[true.convention] == "inconsistent", (true, row, jointly)
    if finding.convention == true.convention and finding.verdict == "inconsistent":
        [cell] = [cell for cell in finding.cells if cell.row == row]
        assert cell.verdict == "inconsistent"
        text = table.numbers[row, "", "delta"].mean
        if "possible alone" in cell.words:
            unit = Fraction(1, 10 ** decimals(text))
            assert abs(Fraction(str(cell.nearest)) - Fraction(text)) == unit
            return "jointly"
    return "alone"


def assert_mean_errors_are_found(true: TrueTable, rng: np.random.Generator) -> None:
    [finding] = check_mean(true.table)
    cell = finding.cells[int(rng.integers(len(finding.cells)))]
    assert cell.feasible is not None
    up = bool(rng.random() < 0.5)
    [wrong] = check_mean(planted(true, cell.row, "mean", cell.feasible, up))
    assert wrong.verdict == "inconsistent"
    assert [c.row for c in wrong.cells if c.verdict == "inconsistent"] == [cell.row]


def possible_sums(problem: RankProblem, rule: str, row: int) -> list[int]:
    """The doubled sums that a row can have with the others as they are printed."""
    bounds = list(problem.bounds)
    return [
        total
        for total in problem.sums(row, rule)
        if problem.possible(rule, [*bounds[:row], (total, total), *bounds[row + 1 :]]) is not False
    ]


def assert_rank_errors_are_found(true: TrueTable, rng: np.random.Generator) -> str:
    [column] = derived_columns(true.table, "mean_rank")
    problem = rank_problem(column, column.rows)
    row = int(rng.integers(len(problem.rows)))
    up = bool(rng.random() < 0.5)
    if true.rule.startswith("printed_"):
        hull = Interval(*[true.derived[problem.rows[row], "mean_rank"]] * 2)
    else:
        found = problem.feasible(possible_sums(problem, true.rule, row))
        assert found is not None
        hull = found
    [finding] = check_mean_rank(planted(true, problem.rows[row], "mean_rank", hull, up))
    return finding.conventions[true.rule]


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(PLANTED_CHUNKS))
def test_planted_errors_are_always_found(chunk: int) -> None:
    rng = np.random.default_rng([chunk, 2])
    kinds: Counter[str] = Counter()
    for _ in range(PLANTED_PER_CHUNK):
        true = true_table(rng)
        kinds[assert_delta_errors_are_found(true, rng)] += 1
        assert_mean_errors_are_found(true, rng)
        kinds["rank " + assert_rank_errors_are_found(true, rng)] += 1
    assert kinds["jointly"] >= 5
    assert kinds["undecidable"] <= 0.1 * PLANTED_PER_CHUNK
    assert kinds["rank consistent"] == 0
    assert kinds["rank undecidable"] <= 0.02 * PLANTED_PER_CHUNK


def test_the_generator_covers_what_it_says() -> None:
    rng = np.random.default_rng(3)
    tables = [true_table(rng) for _ in range(300)]
    assert {true.rule for true in tables} == set(RULES)
    assert len({true.convention for true in tables}) == 6
    numbers = [n for t in tables for (_, _, m), n in t.table.numbers.items() if m.startswith("m")]
    assert min(n.value for n in numbers) < Fraction(1, 100)
    assert max(n.value for n in numbers) > 1000
    assert {decimals(n.mean) for n in numbers} >= {0, 1, 2, 3, 4}
    columns = [list(t.table.header.columns.values())[:-3] for t in tables]
    directions = {column.direction for own in columns for column in own}
    assert directions == {"higher", "lower"}
    assert any(len({column.task for column in own}) < len(own) for own in columns)
    shared = itertools.starmap(_has_tie, ((t.table, m) for t in tables for m in ("m0",)))
    assert 0.1 < np.mean(list(shared)) < 0.9


def _has_tie(table: PublishedTable, metric: str) -> bool:
    values = [number.value for (_, _, m), number in table.numbers.items() if m == metric]
    return len(set(values)) < len(values)
