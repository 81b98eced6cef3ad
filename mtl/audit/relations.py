"""Relations between printed numbers that hold whatever was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from mtl.audit.cells import column_label, counted, listed, printing_rows, row_label
from mtl.audit.findings import CellFinding, Check, Finding, Verdict
from mtl.audit.intervals import allows, nearest_printable, overlap, point, scale, spell
from mtl.audit.verdicts import together
from mtl.published.header import FScore, Median, Multiple
from mtl.published.numbers import Interval, Published, decimals
from mtl.published.table import PublishedTable

_HALF = Fraction(50)
LOST = "a number is lost or not printed"


def check_f_score(table: PublishedTable) -> list[Finding]:
    """A mean of F-scores against the harmonic mean of mean precision and mean recall.

    F = 2PR / (P + R) is concave in (P, R), so that by Jensen's inequality the mean of F over
    attributes and runs is at most the F of the means.
    """
    rule = table.header.checks.f_score
    if rule is None:
        return []
    return [
        _finding(
            table,
            "f_score",
            setting,
            rule.f_score,
            [_f_score_cell(table, setting, row, rule) for row in rows],
            "is above the harmonic mean of the printed precision and recall, which no mean of "
            "F-scores can be",
            "is at most the harmonic mean of the printed precision and recall",
        )
        for setting, rows in _blocks(table, rule.f_score)
    ]


def _f_score_cell(table: PublishedTable, setting: str, row: str, rule: FScore) -> CellFinding:
    printed = table.find(row, setting, rule.f_score)
    precision = table.find(row, setting, rule.precision)
    recall = table.find(row, setting, rule.recall)
    if printed is None or precision is None or recall is None:
        return _open(table, setting, row, rule.f_score, LOST)
    highest = _harmonic(precision.interval.high, recall.interval.high)
    feasible = Interval(Fraction(0), highest)
    words = f"the printed precision and recall allow at most {spell(point(highest), printed.mean)}"
    return _decided(setting, row, rule.f_score, printed, feasible, words)


def _harmonic(first: Fraction, second: Fraction) -> Fraction:
    if first <= 0 or second <= 0:
        return Fraction(0)
    return 2 * first * second / (first + second)


def check_median(table: PublishedTable) -> list[Finding]:
    """A median against the shares of cases below thresholds.

    The median of all cases lies below a threshold only if at least half of them do, and above it
    only if at most half do. A mean of the medians of batches or images is not bound by this.
    """
    rule = table.header.checks.median
    if rule is None:
        return []
    return [
        _finding(
            table,
            "median",
            setting,
            rule.median,
            [_median_cell(table, setting, row, rule) for row in rows],
            "contradicts the printed shares if it is the median of all cases; it is possible only "
            "if medians were averaged, for example over batches",
            "agrees with the printed shares below the thresholds",
        )
        for setting, rows in _blocks(table, rule.median)
    ]


def _median_cell(table: PublishedTable, setting: str, row: str, rule: Median) -> CellFinding:
    printed = table.find(row, setting, rule.median)
    if printed is None:
        return _open(table, setting, row, rule.median, LOST)
    least: list[tuple[Fraction, str]] = []
    most: list[tuple[Fraction, str]] = []
    for column, threshold in rule.shares.items():
        share = table.find(row, setting, column)
        if share is not None and not allows(point(_HALF), share.mean):
            limits = most if share.value > _HALF else least
            limits.append((Fraction(str(threshold)), share.mean))
    if not least and not most:
        return _open(table, setting, row, rule.median, "no printed share tells its side of 50 %")
    words = []
    nearest = None
    if least and printed.interval.high < max(least)[0]:
        limit, share_text = max(least)
        words.append(_median_words(share_text, limit, "above"))
        nearest = nearest_printable(printed.mean, point(limit))
    if most and printed.interval.low > min(most)[0]:
        limit, share_text = min(most)
        words.append(_median_words(share_text, limit, "below"))
        nearest = nearest_printable(printed.mean, point(limit))
    return CellFinding(
        row,
        setting,
        rule.median,
        printed.mean,
        "inconsistent" if words else "consistent",
        nearest=nearest,
        words="; ".join(words),
    )


def _median_words(share: str, limit: Fraction, side: str) -> str:
    return f"{share} % of the cases lie below {float(limit):g}, so that their median is {side} it"


def check_multiples(table: PublishedTable) -> list[Finding]:
    """Cells that must be a whole multiple of another row's."""
    return [
        _finding(
            table,
            "multiple",
            setting,
            rule.column,
            [_multiple_cell(table, setting, rule)],
            f"is not {rule.factor} times that of {row_label(table, rule.of)}, though {rule.why}",
            f"is {rule.factor} times that of {row_label(table, rule.of)}",
        )
        for rule in table.header.checks.multiples
        for setting, rows in _blocks(table, rule.column)
        if rule.row in rows
    ]


def _multiple_cell(table: PublishedTable, setting: str, rule: Multiple) -> CellFinding:
    printed = table.find(rule.row, setting, rule.column)
    base = table.find(rule.of, setting, rule.column)
    if printed is None or base is None:
        return _open(table, setting, rule.row, rule.column, LOST)
    feasible = scale(base.interval, rule.factor)
    words = f"{rule.factor} times {base.mean} is {spell(feasible, printed.mean)}"
    return _decided(setting, rule.row, rule.column, printed, feasible, words)


def check_sorted(table: PublishedTable) -> list[Finding]:
    """Rows that are printed in the rising order of a column; the baseline is left out."""
    name = table.header.checks.sorted_by
    if name is None:
        return []
    return [
        _finding(
            table,
            "sorted",
            setting,
            name,
            list(_sorted_cells(table, setting, name, rows)),
            "breaks the rising order of the rows",
            "rises from row to row",
        )
        for setting, rows in _blocks(table, name)
    ]


def _sorted_cells(
    table: PublishedTable, setting: str, name: str, rows: Sequence[str]
) -> Iterator[CellFinding]:
    rows = [row for row in rows if row != table.header.baseline]
    above: Published | None = None
    for row in rows:
        printed = table.find(row, setting, name)
        if printed is None:
            yield _open(table, setting, row, name, LOST)
            continue
        falls = above is not None and _below(printed, above)
        words = f"it stands below {above.mean}" if falls and above else ""
        yield CellFinding(
            row,
            setting,
            name,
            printed.mean,
            "inconsistent" if falls else "consistent",
            words=words,
        )
        above = printed


def _below(first: Published, second: Published) -> bool:
    """Whether a printed number stands for a smaller one than another, whatever was rounded."""
    comparable = decimals(first.mean) == decimals(second.mean)
    return first.value < second.value and (
        comparable or not overlap(first.interval, second.interval)
    )


def _blocks(table: PublishedTable, column: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each setting that prints a column, with the rows that do."""
    for setting in table.settings:
        if rows := printing_rows(table, setting, [column]):
            yield setting, rows


def _open(table: PublishedTable, setting: str, row: str, column: str, words: str) -> CellFinding:
    printed = table.find(row, setting, column)
    return CellFinding(
        row, setting, column, printed.mean if printed else "", "undecidable", words=words
    )


def _decided(
    setting: str, row: str, column: str, printed: Published, feasible: Interval, words: str
) -> CellFinding:
    if allows(feasible, printed.mean):
        return CellFinding(row, setting, column, printed.mean, "consistent", feasible=feasible)
    return CellFinding(
        row,
        setting,
        column,
        printed.mean,
        "inconsistent",
        feasible=feasible,
        nearest=nearest_printable(printed.mean, feasible),
        words=words,
    )


def _finding(
    table: PublishedTable,
    check: Check,
    setting: str,
    column: str,
    cells: Sequence[CellFinding],
    wrong: str,
    right: str,
) -> Finding:
    verdict = together(cell.verdict for cell in cells)
    label = column_label(table, column)
    named: dict[Verdict, list[str]] = {"consistent": [], "inconsistent": [], "undecidable": []}
    for cell in cells:
        named[cell.verdict].append(row_label(table, cell.row))
    words = {
        "inconsistent": f"The printed {label} of {listed(named['inconsistent'])} {wrong}.",
        "consistent": f"The printed {label} {right} in {counted(len(named['consistent']), 'row')}.",
        "undecidable": f"The printed {label} cannot be judged.",
    }
    return Finding(
        paper=table.header.paper,
        table=table.header.table,
        check=check,
        setting=setting,
        column=column,
        verdict=verdict,
        convention=None,
        conventions={},
        stated=None,
        cells=tuple(cells),
        words=words[verdict],
    )


CHECKS: dict[Check, Callable[[PublishedTable], list[Finding]]] = {
    "f_score": check_f_score,
    "median": check_median,
    "multiple": check_multiples,
    "sorted": check_sorted,
}
"""The checks of this module by name."""
