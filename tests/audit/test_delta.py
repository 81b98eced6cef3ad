from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from mtl.audit import delta_analysis
from mtl.audit.delta import check_delta
from mtl.audit.findings import CellFinding, Finding
from mtl.audit.joint import Decision
from tests.audit.tables import make_table

METRICS = {"a": {"task": "x", "primary": True}, "b": {"task": "x"}, "c": {"task": "y"}}


def audited(
    rows: Mapping[str, Mapping[str, str]],
    metrics: Mapping[str, Mapping[str, object]] | None = None,
    stated: str | None = None,
    unit: str = "percent",
) -> Finding:
    """The one finding on a table whose first row is the baseline."""
    metrics = metrics or {"a": {"task": "x"}}
    delta = {"unit": unit, "derived": {"kind": "delta", "of": list(metrics), "stated": stated}}
    table = make_table({**metrics, "delta": delta}, rows, baseline=next(iter(rows)))
    [finding] = check_delta(table)
    return finding


def cells(finding: Finding) -> dict[str, CellFinding]:
    return {cell.row: cell for cell in finding.cells}


def test_one_metric_by_hand() -> None:
    # 11 / 10 within their rounding: 10.5 / 10.5 to 11.5 / 9.5.
    finding = audited({"base": {"a": "10", "delta": "0"}, "row": {"a": "11", "delta": "+10"}})
    assert finding.verdict == "consistent"
    assert finding.convention == "metrics"
    cell = cells(finding)["row"]
    assert cell.feasible == (0, 100 * (Fraction("11.5") / Fraction("9.5") - 1))
    assert cell.jointly == cell.feasible


def test_lower_is_better_turns_the_sign() -> None:
    rows = {"base": {"a": "10", "delta": "0"}, "row": {"a": "11", "delta": "+10"}}
    finding = audited(rows, {"a": {"task": "x", "direction": "lower"}}, "metrics")
    assert finding.conventions["metrics"] == "inconsistent"
    assert finding.conventions["metrics_inverted"] == "consistent"
    assert finding.contradicts_stated
    assert "cannot have produced it" in finding.words


@pytest.mark.parametrize(("printed", "nearest"), [("+22", "+21"), ("-1", "0"), ("-30", "0")])
def test_a_number_beyond_its_metrics_is_impossible(printed: str, nearest: str) -> None:
    right = {"a": "13", "delta": "+30"}
    finding = audited(
        {"base": {"a": "10", "delta": "0"}, "row": {"a": "11", "delta": printed}, "right": right}
    )
    cell = cells(finding)["row"]
    assert (finding.verdict, cell.verdict, cell.nearest) == (
        "inconsistent",
        "inconsistent",
        nearest,
    )
    assert "allow only 0.00 to 21.05" in cell.words
    assert "row already alone" in finding.words


def test_the_limit_itself_is_possible() -> None:
    # 0.5 is printed as 0 or as 1: rounding intervals are closed.
    finding = audited({"base": {"a": "100.00", "delta": "0"}, "row": {"a": "100.49", "delta": "1"}})
    assert finding.verdict == "consistent"
    assert cells(finding)["row"].feasible[1] > Fraction("0.5")  # type: ignore[index]


def test_rows_share_the_baseline() -> None:
    # Alone, row 1 needs a baseline near 9.5, and row 2 one near 10.5.
    rows = {
        "base": {"a": "10", "delta": "0"},
        "one": {"a": "20.0", "delta": "+109"},
        "two": {"a": "30.0", "delta": "+187"},
        "three": {"a": "40.0", "delta": "+281"},  # baseline 10.47 to 10.54
    }
    finding = audited(rows)
    found = cells(finding)
    assert finding.verdict == "inconsistent"
    assert [name for name, cell in found.items() if cell.verdict == "inconsistent"] == ["one"]
    one = found["one"]
    assert one.feasible is not None
    assert one.jointly is not None
    assert one.feasible.high > 109
    # Rows two and three leave baselines from 39.95 / 3.815 = 10.472 to 30.05 / 2.865 = 10.489.
    assert float(one.jointly.high) == pytest.approx(100 * (20.05 / 39.95 * 3.815 - 1))
    assert float(one.jointly.low) == pytest.approx(100 * (19.95 / 30.05 * 2.865 - 1))
    assert one.nearest == "+91"
    assert "possible alone, but not together with the 2 other rows" in one.words


def test_either_of_two_rows_may_be_wrong() -> None:
    rows = {
        "base": {"a": "10", "delta": "0"},
        "one": {"a": "20.0", "delta": "+109"},
        "two": {"a": "30.0", "delta": "+187"},
    }
    finding = audited(rows)
    assert [cell.verdict for cell in finding.cells] == ["consistent", *["inconsistent"] * 2]
    assert "one or two together with the other rows" in finding.words
    assert "2 of 3 numbers are possible" in finding.words
    assert "instead of it two could be wrong" in cells(finding)["one"].words
    assert "instead of it one could be wrong" in cells(finding)["two"].words


def test_rows_of_which_no_few_are_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtl.audit.joint.MOST_PROGRAMS", 0)
    rows = {
        "base": {"a": "10", "delta": "0"},
        "one": {"a": "20.0", "delta": "+109"},
        "two": {"a": "30.0", "delta": "+187"},
    }
    finding = audited(rows)
    assert finding.verdict == "inconsistent"
    assert cells(finding)["one"].words == "possible alone, but not together with two"
    assert cells(finding)["one"].nearest is None
    assert "impossible: one and two together with each other" in finding.words


def test_a_convention_that_explains_more_is_shown() -> None:
    metrics = {name: {**own, "direction": "higher"} for name, own in METRICS.items()}
    rows = {
        "base": {"a": "10.00", "b": "10.00", "c": "10.00", "delta": "0.0"},
        "one": {"a": "11.00", "b": "11.00", "c": "14.00", "delta": "+25.0"},  # tasks
        "two": {"a": "12.00", "b": "10.00", "c": "10.00", "delta": "+5.0"},  # tasks
        "odd": {"a": "11.00", "b": "11.00", "c": "14.00", "delta": "+20.0"},  # metrics
    }
    finding = audited(rows, metrics, stated="primary_inverted")
    assert finding.convention == "tasks"
    assert finding.verdict == "inconsistent"
    assert cells(finding)["odd"].nearest == "+24.9"  # from 24.90 to 25.10


def test_the_stated_convention_is_shown_among_equals() -> None:
    rows = {"base": {"a": "10.0", "delta": "0.0"}, "row": {"a": "11.0", "delta": "+50.0"}}
    assert audited(rows, stated="primary").convention == "primary"
    assert audited(rows, stated="primary_inverted").convention == "metrics"  # it is less far off


def test_the_baseline_against_itself_is_zero() -> None:
    finding = audited({"base": {"a": "10", "delta": "+1"}, "row": {"a": "11", "delta": "+10"}})
    base = cells(finding)["base"]
    assert finding.verdict == "inconsistent"
    assert (base.verdict, base.nearest, base.feasible) == ("inconsistent", "0", (0, 0))


def test_a_fraction_is_not_multiplied() -> None:
    rows = {"base": {"a": "10.0", "delta": "0.00"}, "row": {"a": "11.0", "delta": "+0.10"}}
    assert audited(rows, unit="fraction").verdict == "consistent"
    assert audited(rows).verdict == "inconsistent"


@pytest.mark.parametrize(
    ("base", "row", "words"),
    [
        ({"a": "", "delta": "0"}, {"a": "11", "delta": "+10"}, "the baseline's a lost"),
        ({"delta": "0"}, {"a": "11", "delta": "+10"}, "the baseline's a lost or not printed"),
        ({"a": "10", "delta": "0"}, {"a": "", "delta": "+10"}, "a lost or not printed"),
        ({"a": "10", "delta": "0"}, {"a": "11", "delta": ""}, "the printed number is lost"),
        ({"a": "0.0", "delta": "0"}, {"a": "0.1", "delta": "+10"}, "a baseline above 0"),
        ({"a": "-3", "delta": "0"}, {"a": "-3", "delta": "+10"}, "a baseline above 0"),
    ],
)
def test_what_is_missing_is_undecidable(
    base: dict[str, str], row: dict[str, str], words: str
) -> None:
    finding = audited({"base": base, "row": row})
    assert finding.verdict == "undecidable"
    assert cells(finding)["row"].verdict == "undecidable"
    assert words in cells(finding)["row"].words
    assert words in finding.words


def test_a_lost_number_is_narrowed_by_the_others() -> None:
    rows = {
        "base": {"a": "10", "delta": ""},
        "one": {"a": "20.0", "delta": "+109"},
        "lost": {"a": "30.0", "delta": ""},
    }
    finding = audited(rows)
    lost = cells(finding)["lost"]
    assert finding.verdict == "consistent"
    assert lost.verdict == "undecidable"
    assert lost.jointly is not None
    assert lost.feasible is not None
    assert 0 < lost.jointly.high - lost.jointly.low < lost.feasible.high - lost.feasible.low
    assert "The others cannot be decided" in finding.words


def test_only_metrics_that_count_must_be_known() -> None:
    metrics = {"a": {"task": "x", "primary": True}, "b": {"task": "x"}}
    rows = {
        "base": {"a": "10.0", "b": "", "delta": "0.0"},
        "row": {"a": "11.0", "b": "3", "delta": "+10.0"},
    }
    finding = audited(rows, metrics)
    assert finding.conventions["primary"] == "consistent"
    assert finding.conventions["metrics"] == "undecidable"


def test_a_stated_convention_that_the_header_cannot_support_is_named() -> None:
    rows = {"base": {"a": "10.0", "delta": "0.0"}, "row": {"a": "11.0", "delta": "+50.0"}}
    finding = audited(rows, {"a": {}}, stated="tasks")
    assert finding.conventions["tasks"] == "undecidable"
    assert "primary" not in finding.conventions
    assert finding.verdict == "undecidable"
    assert "'tasks' cannot be tried: the header names no task for a" in finding.words


def test_what_the_solver_cannot_prove_is_not_called_inconsistent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mtl.audit.joint.decide", lambda conditions: Decision("borderline"))
    finding = audited(
        {
            "base": {"a": "10", "delta": "0"},
            "one": {"a": "20.0", "delta": "+109"},
            "two": {"a": "30.0", "delta": "+187"},
        }
    )
    assert finding.conventions["metrics"] == "undecidable"
    assert finding.verdict == "undecidable"
    assert "too close" in cells(finding)["one"].words


def test_the_nearest_number_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the bound of the solver is too wide by a hair, the next number is given."""
    rows = {
        "base": {"a": "10", "delta": "0"},
        "one": {"a": "20.0", "delta": "+109"},
        "two": {"a": "30.0", "delta": "+187"},
        "three": {"a": "40.0", "delta": "+281"},
    }
    exact = delta_analysis.joint_intervals

    def widened(*args: object) -> dict[str, object]:
        return {n: i._replace(high=i.high + 1) for n, i in exact(*args).items()}  # type: ignore[arg-type]

    monkeypatch.setattr(delta_analysis, "joint_intervals", widened)
    assert cells(audited(rows))["one"].nearest == "+91"


def test_each_setting_has_its_own_baseline() -> None:
    columns = {"a": {}, "delta": {"derived": {"kind": "delta", "of": ["a"]}}}
    table = make_table(columns, {"base": {"a": "10", "delta": "0"}}, setting="one", baseline="base")
    [finding] = check_delta(table)
    assert finding.setting == "one"
    assert finding.verdict == "undecidable"  # the baseline alone tells nothing
