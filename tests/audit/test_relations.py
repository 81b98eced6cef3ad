from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from mtl.audit.findings import Finding
from mtl.audit.relations import CHECKS
from tests.audit.tables import make_table

F_SCORE = {"f_score": {"f_score": "f", "precision": "p", "recall": "r"}}
MEDIAN = {"median": {"median": "m", "shares": {"s10": 10.0, "s30": 30.0}}}


def audited(
    check: str, rows: dict[str, dict[str, str]], checks: dict[str, Any], **header: Any
) -> Finding:
    columns = {name: {} for row in rows.values() for name in row}
    table = make_table(columns, rows, checks=checks, **header)
    [finding] = CHECKS[check](table)  # type: ignore[index]
    return finding


@pytest.mark.parametrize("check", CHECKS)
def test_without_a_declaration_nothing_is_checked(check: str) -> None:
    table = make_table({"f": {}}, {"row": {"f": "1"}})
    assert CHECKS[check](table) == []  # type: ignore[index]


@pytest.mark.parametrize(
    ("f_score", "verdict", "nearest"),
    [
        ("63.5", "consistent", None),  # 2 * 67.75 * 59.85 / 127.6 = 63.555
        ("63.6", "consistent", None),
        ("63.7", "inconsistent", "63.6"),
        ("10.0", "consistent", None),
    ],
)
def test_an_f_score_is_at_most_the_harmonic_mean(
    f_score: str, verdict: str, nearest: str | None
) -> None:
    finding = audited("f_score", {"row": {"p": "67.7", "r": "59.8", "f": f_score}}, F_SCORE)
    assert finding.verdict == verdict
    assert finding.cells[0].nearest == nearest
    assert finding.cells[0].feasible == (0, Fraction(2) * 6775 * 5985 / 12760 / 100)


def test_jensen_on_random_attributes() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        p, r = rng.random((2, 40))
        f = (2 * p * r / (p + r)).mean()
        row = {"p": f"{100 * p.mean():.1f}", "r": f"{100 * r.mean():.1f}", "f": f"{100 * f:.1f}"}
        assert audited("f_score", {"row": row}, F_SCORE).verdict == "consistent"


def test_an_f_score_with_lost_parts_is_undecidable() -> None:
    finding = audited("f_score", {"row": {"p": "67.7", "r": "", "f": "99.0"}}, F_SCORE)
    assert finding.verdict == "undecidable"
    zero = audited("f_score", {"row": {"p": "0", "r": "0", "f": "9"}}, F_SCORE)
    assert zero.cells[0].nearest == "1"  # P and R below 0.5


@pytest.mark.parametrize(
    ("row", "verdict", "nearest"),
    [
        ({"m": "20.0", "s10": "30.0", "s30": "70.0"}, "consistent", None),
        ({"m": "31.0", "s10": "30.0", "s30": "53.3"}, "inconsistent", "30.0"),
        ({"m": "30.0", "s10": "30.0", "s30": "53.3"}, "consistent", None),  # may be 29.99
        ({"m": "31.0", "s10": "30.0", "s30": "50.0"}, "consistent", None),
        ({"m": "9.0", "s10": "30.0", "s30": "70.0"}, "inconsistent", "10.0"),
        ({"m": "9.0", "s10": "", "s30": "70.0"}, "consistent", None),
        ({"m": "9.0", "s10": "", "s30": "50.0"}, "undecidable", None),
        ({"m": "", "s10": "30.0", "s30": "70.0"}, "undecidable", None),
    ],
)
def test_a_median_lies_where_half_of_the_cases_do(
    row: dict[str, str], verdict: str, nearest: str | None
) -> None:
    finding = audited("median", {"row": row}, MEDIAN)
    assert (finding.verdict, finding.cells[0].nearest) == (verdict, nearest)
    if verdict == "inconsistent":
        assert "possible only if medians were averaged" in finding.words


@pytest.mark.parametrize(
    ("single", "shared", "verdict", "nearest"),
    [
        ("174", "58", "consistent", None),
        ("11.6", "3.9", "consistent", None),  # 3 * 3.9 = 11.7, from 11.55
        ("11.4", "3.9", "inconsistent", "11.5"),
        ("", "3.9", "undecidable", None),
    ],
)
def test_a_multiple(single: str, shared: str, verdict: str, nearest: str | None) -> None:
    rule = {"column": "flops", "row": "stl", "of": "mtl", "factor": 3, "why": "three networks"}
    finding = audited(
        "multiple",
        {"stl": {"flops": single}, "mtl": {"flops": shared}},
        {"multiples": [rule]},
    )
    assert (finding.verdict, finding.cells[0].nearest) == (verdict, nearest)
    assert ("three networks" in finding.words) == (verdict == "inconsistent")


def test_rows_in_rising_order() -> None:
    rows = {
        "one": {"f": "61.0"},
        "two": {"f": "61.0"},
        "lost": {"f": ""},
        "three": {"f": "62"},
        "four": {"f": "61.6"},  # 62 may be 61.5
        "base": {"f": "10.0"},
    }
    finding = audited("sorted", rows, {"sorted_by": "f"}, baseline="base")
    assert finding.verdict == "consistent"
    assert [cell.row for cell in finding.cells] == ["one", "two", "lost", "three", "four"]
    rows["two"]["f"] = "60.9"
    finding = audited("sorted", rows, {"sorted_by": "f"}, baseline="base")
    assert finding.verdict == "inconsistent"
    assert [cell.verdict for cell in finding.cells][:2] == ["consistent", "inconsistent"]
    assert finding.cells[1].words == "it stands below 61.0"
