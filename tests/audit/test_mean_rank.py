from __future__ import annotations

from collections.abc import Mapping

import pytest

from mtl.audit.findings import Finding
from mtl.audit.mean_rank import check_mean_rank
from mtl.audit.rank_search import OverBudget, RankSearch
from tests.audit.tables import make_table

Rows = Mapping[str, Mapping[str, str]]
FOR_A_AND_B = {"derived": {"kind": "mean_rank", "of": ["a", "b"]}, "direction": "lower"}


def audited(
    rows: Rows, metrics: Mapping[str, Mapping[str, object]] | None = None, baseline: str = "x"
) -> Finding:
    columns = {**(metrics or {"a": {}, "b": {"direction": "lower"}}), "rank": FOR_A_AND_B}
    [finding] = check_mean_rank(make_table(columns, rows, baseline=baseline))
    return finding


def test_without_ties_every_rule_gives_the_same() -> None:
    finding = audited(
        {
            "x": {"a": "3.0", "b": "1.0", "rank": "1.0"},
            "y": {"a": "2.0", "b": "3.0", "rank": "2.5"},
            "z": {"a": "1.0", "b": "2.0", "rank": "2.5"},
        }
    )
    assert set(finding.conventions.values()) == {"consistent"}
    assert len(finding.conventions) == 7
    assert finding.convention == "min"
    assert "by every rule" in finding.words


@pytest.mark.parametrize(
    ("ranks", "rules"),
    [
        (("1.0", "2.0"), {"min", "average", "max", "strict"}),  # a is broken in favour of x
        (("1.5", "1.5"), {"min", "average", "max", "strict"}),  # in favour of y
        (("1.0", "1.5"), {"min", "printed_min"}),
        (("1.25", "1.75"), {"average", "printed_average"}),
        (("1.5", "2.0"), {"max", "printed_max"}),
    ],
)
def test_a_tie_tells_the_rule(ranks: tuple[str, str], rules: set[str]) -> None:
    finding = audited(
        {
            "x": {"a": "2.0", "b": "1.0", "rank": ranks[0]},
            "y": {"a": "2.0", "b": "3.0", "rank": ranks[1]},
        }
    )
    fitting = {rule for rule, verdict in finding.conventions.items() if verdict == "consistent"}
    assert fitting == rules
    assert finding.verdict == "consistent"
    assert all(f"'{rule}'" in finding.words for rule in finding.conventions)


def test_a_row_that_cannot_have_its_rank() -> None:
    finding = audited(
        {
            "x": {"a": "3.0", "b": "1.0", "rank": "1.0"},
            "y": {"a": "2.0", "b": "3.0", "rank": "2.5"},
            "z": {"a": "1.0", "b": "2.0", "rank": "2.0"},
        }
    )
    assert finding.verdict == "inconsistent"
    by_row = {cell.row: cell for cell in finding.cells}
    assert by_row["z"].nearest == "2.5"
    assert by_row["z"].verdict == "inconsistent"
    assert "allow only 2.5" in by_row["z"].words
    assert by_row["x"].verdict == by_row["y"].verdict == "consistent"
    assert "impossible: z already alone" in finding.words


def test_rows_that_cannot_have_their_ranks_together() -> None:
    # x and y are tied on a, z and w are apart from them and from each other.
    rows = {
        "x": {"a": "2.0", "b": "1.0", "rank": "1.5"},
        "y": {"a": "2.0", "b": "2.0", "rank": "2.0"},
        "z": {"a": "1.0", "b": "3.0", "rank": "3.0"},
        "w": {"a": "0.0", "b": "4.0", "rank": "4.0"},
    }
    assert audited(rows).conventions["max"] == "consistent"
    rows["w"]["rank"] = "3.5"
    finding = audited(rows)
    assert finding.verdict == "inconsistent"
    assert finding.convention == "max"  # by the others two more rows are wrong
    assert {c.row: c.nearest for c in finding.cells if c.nearest} == {"w": "4.0"}


def test_a_joint_contradiction_names_those_who_may_be_wrong() -> None:
    metrics = {"a": {}, "b": {}}
    rows = {  # x and y are tied twice; both at 1.0 needs exact ties by `min`, z shares none
        "x": {"a": "2", "b": "2", "rank": "1.0"},
        "y": {"a": "2", "b": "2", "rank": "1.6"},
    }
    finding = audited(rows, metrics)
    assert finding.verdict == "inconsistent"
    by_row = {cell.row: cell for cell in finding.cells}
    assert by_row["y"].verdict == "inconsistent"
    assert by_row["y"].nearest == "1.5"
    assert by_row["x"].verdict == "consistent"

    rows = {
        "x": {"a": "2", "b": "2", "rank": "2.0"},
        "y": {"a": "2", "b": "2", "rank": "1.5"},
        "z": {"a": "1", "b": "1", "rank": "2.5"},  # always 3.0
    }
    finding = audited(rows, metrics)
    assert finding.conventions["max"] == "inconsistent"
    by_row = {cell.row: cell for cell in finding.cells}
    assert by_row["z"].nearest == "3.0"


def test_any_of_three_rows_may_be_wrong() -> None:
    # Each can have 1.5; but by `min` a sum of 9 is that of (1, 1, 1) and (1, 2, 3) only, and the
    # other rules give at least 12.
    rows = {name: {"a": "2", "b": "2", "rank": "1.5"} for name in "xyz"}
    finding = audited(rows, {"a": {}, "b": {}})
    assert set(finding.conventions.values()) == {"inconsistent"}
    assert finding.convention == "min"
    assert {cell.verdict for cell in finding.cells} == {"inconsistent"}
    assert {cell.nearest for cell in finding.cells} <= {"1.0", "2.0"}
    assert finding.cells[0].feasible == (1, 3)
    assert finding.cells[0].jointly == (1, 3)
    assert "possible alone, but not together" in finding.cells[0].words
    assert "impossible: x, y or z together with the other rows" in finding.words


def test_a_lost_metric_leaves_every_rank_open() -> None:
    finding = audited(
        {
            "x": {"a": "3.0", "b": "1.0", "rank": "1.0"},
            "y": {"a": "", "b": "3.0", "rank": "9.0"},
        }
    )
    assert finding.verdict == "undecidable"
    assert finding.convention is None
    assert set(finding.conventions.values()) == {"undecidable"}
    assert "a of y lost or not printed" in finding.words
    assert all(cell.verdict == "undecidable" for cell in finding.cells)


def test_a_lost_mean_rank_binds_nothing() -> None:
    finding = audited(
        {
            "x": {"a": "3.0", "b": "1.0", "rank": "1.0"},
            "y": {"a": "2.0", "b": "3.0", "rank": ""},
        }
    )
    assert finding.verdict == "consistent"
    assert finding.cells[1].verdict == "undecidable"
    assert finding.cells[1].feasible == (2, 2)


def test_numbers_with_other_decimals_may_be_in_either_order() -> None:
    metrics = {"a": {}, "b": {}}
    rows = {
        "x": {"a": "65", "b": "2.0", "rank": "1.0"},  # may be 65.4
        "y": {"a": "65.3", "b": "1.0", "rank": "2.0"},
    }
    finding = audited(rows, metrics)
    assert finding.verdict == "undecidable"
    rows["x"]["rank"] = "2.0"
    assert audited(rows, metrics).conventions["min"] == "inconsistent"
    rows["y"]["a"] = "65.6"  # above all that 65 stands for
    rows["x"]["rank"] = "1.5"
    rows["y"]["rank"] = "1.5"
    assert audited(rows, metrics).verdict == "consistent"


def test_a_search_that_takes_too_long_is_undecidable(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(search: RankSearch) -> bool:
        raise OverBudget

    monkeypatch.setattr(RankSearch, "exists", give_up)
    finding = audited(
        {
            "x": {"a": "2.0", "b": "1.0", "rank": "1.0"},
            "y": {"a": "2.0", "b": "3.0", "rank": "2.0"},
        }
    )
    assert finding.conventions["min"] == "undecidable"
    assert finding.conventions["printed_min"] == "inconsistent"
    assert finding.verdict == "undecidable"
    assert "too many hidden orders" in finding.words
    assert {cell.verdict for cell in finding.cells} == {"undecidable"}


def test_orders_are_counted_where_there_are_few() -> None:
    finding = audited(
        {
            "x": {"a": "2.0", "b": "1.0", "rank": "1.0"},
            "y": {"a": "2.0", "b": "3.0", "rank": "2.0"},
        }
    )
    assert "(1 hidden order of tied rows)" in finding.words
