from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from mtl.audit.findings import Finding
from mtl.audit.repeated import check_repeated
from mtl.published.table import PublishedTable
from tests.audit.tables import make_table


def table(
    name: str,
    rows: Mapping[str, Mapping[str, str]],
    columns: Mapping[str, Mapping[str, Any]] | None = None,
    setting: str = "",
    **header: Any,
) -> PublishedTable:
    return make_table(columns or {"f": {}}, rows, setting=setting, table=name, **header)


def audited(*tables: PublishedTable) -> Finding:
    [finding] = check_repeated(tables)
    return finding


@pytest.mark.parametrize("other", ["63.0", "63", "62.96", "63.05 ± 0.24"])
def test_copies_may_have_other_decimals(other: str) -> None:
    finding = audited(
        table("table_1", {"hard": {"f": "63.0 ± 0.2"}}), table("table_2", {"hard": {"f": other}})
    )
    assert finding.verdict == "consistent"
    assert [cell.table for cell in finding.cells] == ["table_1", "table_2"]
    assert "table_1 and table_2" in finding.words


@pytest.mark.parametrize(
    ("other", "nearest", "back", "words"),
    [
        ("62.86 ± 0.2", "62.95", "62.9", "table_1 prints 63.0 ± 0.2"),
        ("25.1", "63.0", "25.1", "table_1 prints 63.0 ± 0.2"),
        ("63.1", "63.0", "63.1", "table_1 prints 63.0 ± 0.2"),
        ("63.0 ± 0.1", None, None, "table_1 prints the standard deviation 0.2"),
        ("63.0 ± 0.26", None, None, "table_1 prints the standard deviation 0.2"),
    ],
)
def test_copies_that_differ(other: str, nearest: str | None, back: str | None, words: str) -> None:
    finding = audited(
        table("table_1", {"hard": {"f": "63.0 ± 0.2"}}), table("table_2", {"hard": {"f": other}})
    )
    assert finding.verdict == "inconsistent"
    assert finding.table == "table_2"
    first, second = finding.cells
    assert (second.printed, second.nearest, second.words) == (other, nearest, words)
    assert first.nearest == back
    assert second.feasible == (Fraction("62.95"), Fraction("63.05"))


def test_a_cell_for_all_settings_is_one_of_each() -> None:
    everywhere = make_table(
        {"p": {}},
        {"hard": {"p": "11.2"}},
        table="table_1",
        settings={"small": "", "large": ""},
    )
    small = table("table_2", {"hard": {"p": "11.3"}}, {"p": {}}, setting="small")
    other = table("table_3", {"hard": {"p": "99"}}, {"p": {}}, setting="other")
    finding = audited(everywhere, small, other)
    assert (finding.setting, finding.verdict) == ("small", "inconsistent")
    assert {cell.table for cell in finding.cells} == {"table_1", "table_2"}


def test_rows_may_have_other_names() -> None:
    here = table("table_1", {"etr": {"f": "1.0"}}, setting="s")
    alias = [{"row": "steady", "setting": "s", "name": "etr"}]
    there = table("table_2", {"steady": {"f": "2.0"}}, setting="s", repeats=alias)
    assert audited(here, there).verdict == "inconsistent"
    assert check_repeated([here, table("table_2", {"steady": {"f": "2.0"}}, setting="s")]) == []


def test_other_quantities_are_not_compared() -> None:
    columns = {"a": {}, "b": {}, "d": {"derived": {"kind": "delta", "of": ["a"]}}}
    both = {**columns, "d": {"derived": {"kind": "delta", "of": ["a", "b"]}}}
    rows = {"base": {"d": "0"}, "row": {"d": "5"}}
    others = {"base": {"d": "0"}, "row": {"d": "6"}}
    first = table("table_1", rows, columns, baseline="base")
    same = audited(first, table("table_2", others, columns, baseline="base"))
    assert same.verdict == "inconsistent"
    assert check_repeated([first, table("table_2", others, both, baseline="base")]) == []
    assert check_repeated([first, table("table_2", others, columns, baseline="row")]) == []
    ranks = {"a": {}, "r": {"derived": {"kind": "mean_rank", "of": ["a"]}}}
    more = {"x": {"r": "1"}, "y": {"r": "2"}}
    assert (
        check_repeated([table("table_1", more, ranks), table("table_2", {"x": {"r": "3"}}, ranks)])
        == []
    )
    metres = table("table_2", {"hard": {"f": "1"}}, {"f": {"unit": "metre"}})
    assert check_repeated([table("table_1", {"hard": {"f": "2"}}), metres]) == []


def test_lost_copies_are_undecidable() -> None:
    finding = audited(
        table("table_1", {"hard": {"f": ""}}), table("table_2", {"hard": {"f": "1.0"}})
    )
    assert finding.verdict == "undecidable"
    assert [cell.words for cell in finding.cells] == [
        "its copies are lost",
        "the printed number is lost",
    ] or [cell.words for cell in finding.cells] == [
        "the printed number is lost",
        "its copies are lost",
    ]


def test_three_copies_of_which_no_two_others_agree() -> None:
    finding = audited(
        *(table(f"table_{i}", {"hard": {"f": text}}) for i, text in enumerate(("1", "2", "3")))
    )
    assert [cell.nearest for cell in finding.cells] == [None] * 3
    assert finding.cells[0].words == "table_1 prints 2; table_2 prints 3"
    assert "hard (1 in table_0, 2 in table_1 and 3 in table_2)" in finding.words
