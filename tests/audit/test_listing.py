from __future__ import annotations

from fractions import Fraction

import pytest

from mtl.audit.findings import CellFinding, Finding, Verdict
from mtl.audit.listing import listing, markdown
from mtl.published.numbers import Interval

HALVES = Interval(Fraction(1, 2), Fraction(3, 2))


def finding(
    verdict: Verdict,
    *,
    conventions: dict[str, Verdict] | None = None,
    stated: str | None = None,
    cells: tuple[CellFinding, ...] = (),
    column: str = "delta",
    words: str = "The words.",
    table: str = "table_1",
) -> Finding:
    fitting = [name for name, own in (conventions or {}).items() if own == "consistent"]
    return Finding(
        paper="paper",
        table=table,
        check="delta",
        setting="",
        column=column,
        verdict=verdict,
        convention=fitting[0] if fitting else None,
        conventions=conventions or {},
        stated=stated,
        cells=cells,
        words=words,
    )


def lines(*findings: Finding, verbose: bool = False) -> list[str]:
    return listing(findings, verbose).splitlines()


@pytest.mark.parametrize(
    ("conventions", "stated", "by"),
    [
        ({"metrics": "consistent"}, "metrics", " by 'metrics'"),
        ({"metrics": "consistent", "tasks": "consistent"}, None, " by every convention"),
        ({"metrics": "consistent", "tasks": "inconsistent"}, None, " only by 'metrics'"),
        ({"metrics": "consistent", "tasks": "inconsistent"}, "metrics", " by 'metrics'"),
        (
            {"metrics": "consistent", "tasks": "inconsistent"},
            "tasks",
            " only by 'metrics', not by the stated 'tasks'",
        ),
    ],
)
def test_a_line_says_by_which_convention(
    conventions: dict[str, Verdict], stated: str | None, by: str
) -> None:
    found = lines(finding("consistent", conventions=conventions, stated=stated))
    assert found[1] == f"consistent    table_1: delta (delta){by}"


def test_only_what_is_notable_is_told_in_full() -> None:
    right = CellFinding("a", "", "delta", "1", "consistent")
    wrong = CellFinding(
        "b", "", "delta", "9", "inconsistent", feasible=HALVES, jointly=HALVES, nearest="2"
    )
    found = lines(finding("inconsistent", cells=(right, wrong)), finding("consistent"))
    assert found == [
        "Audit of paper",
        "inconsistent  table_1: delta (delta)",
        "    The words.",
        "         printed    possible  with the others  nearest",
        "      b        9  0.5 to 1.5       0.5 to 1.5        2",
        "consistent    table_1: delta (delta)",
        "",
        "2 checks: 1 consistent, 1 inconsistent",
    ]


def test_in_full_every_cell_is_shown() -> None:
    cells = (
        CellFinding("a", "", "delta", "", "undecidable"),
        CellFinding("b", "", "f_score", "1.0 ± 0.2", "consistent", table="table_2"),
    )
    found = lines(finding("consistent", cells=cells), verbose=True)
    assert [line.split() for line in found[3:6]] == [
        ["printed"],
        ["a", "lost"],
        ["table_2", "b", "f_score", "1.0", "±", "0.2"],
    ]


def test_nothing_to_check() -> None:
    assert lines() == ["", "0 checks: nothing to check"] or lines()[-1] == (
        "0 checks: nothing to check"
    )


def test_the_columns_that_contradict_their_formula_are_counted() -> None:
    conventions: dict[str, Verdict] = {"metrics": "consistent", "tasks": "inconsistent"}
    against = finding("consistent", conventions=conventions, stated="tasks")
    assert lines(against, against)[-1] == ("consistent, but not by the stated formula: 2 columns")


def test_equal_words_share_a_line_of_the_markdown_table() -> None:
    table = markdown(
        [
            finding("inconsistent"),
            finding("inconsistent", table="table_2"),
            finding("inconsistent", words="Other | words."),
            finding("consistent"),
        ]
    )
    assert table.splitlines()[2:] == [
        "| paper | table_1; table_2 | delta | The words. |",
        "| paper | table_1 | delta | Other / words. |",
    ]
