from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from mtl.audit.findings import Finding
from mtl.audit.mean import check_mean
from tests.audit.tables import make_table

COLUMNS = {"a": {}, "b": {}, "mean": {"derived": {"kind": "mean", "of": ["a", "b"]}}}


def audited(rows: Mapping[str, Mapping[str, str]]) -> Finding:
    [finding] = check_mean(make_table(COLUMNS, rows))
    return finding


@pytest.mark.parametrize("printed", ["1.4", "1.5", "1.50", "1.6", "1.45", "1.55"])
def test_what_rounding_allows(printed: str) -> None:
    # 0.95 to 1.05 and 1.95 to 2.05: 1.45 to 1.55, which may be printed from 1.4 to 1.6.
    finding = audited({"row": {"a": "1.0", "b": "2.0", "mean": printed}})
    assert finding.verdict == "consistent"
    assert finding.cells[0].feasible == (Fraction("1.45"), Fraction("1.55"))
    assert "in every row" in finding.words


@pytest.mark.parametrize(("printed", "nearest"), [("1.3", "1.4"), ("1.56", "1.55"), ("9.0", "1.6")])
def test_what_it_does_not(printed: str, nearest: str) -> None:
    finding = audited(
        {
            "row": {"a": "1.0", "b": "2.0", "mean": printed},
            "right": {"a": "4.0", "b": "4.0", "mean": "4.0"},
        }
    )
    assert finding.verdict == "inconsistent"
    assert [cell.verdict for cell in finding.cells] == ["inconsistent", "consistent"]
    assert finding.cells[0].nearest == nearest
    assert finding.words == "The printed mean of row cannot be the mean of the printed a and b."


def test_what_is_lost_is_undecidable() -> None:
    lost_source = {"a": "1.0", "b": "", "mean": "9.0"}
    lost_mean = {"a": "1.0", "b": "2.0", "mean": ""}
    finding = audited({"one": lost_source, "two": lost_mean})
    assert finding.verdict == "undecidable"
    assert [cell.words for cell in finding.cells] == [
        "b lost or not printed",
        "the printed number is lost",
    ]
    assert finding.cells[1].feasible == (Fraction("1.45"), Fraction("1.55"))
    finding = audited({"one": lost_source, "three": {"a": "1.0", "b": "2.0", "mean": "1.5"}})
    assert finding.verdict == "consistent"
    assert "one cannot be decided" in finding.words
