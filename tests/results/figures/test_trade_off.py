from __future__ import annotations

import shutil

import pytest

from mtl.config import Project
from mtl.errors import MtlError
from mtl.results.aggregate import build_table
from mtl.results.figures.trade_off import build
from tests.results import fabricate as runs


def test_costs_and_values_of_each_row(drawn: Project) -> None:
    data = build(drawn, "faces", "reached")
    assert (data.cost, data.value, data.log) == ("recall", "f_score", True)
    eight, forty = data.series
    assert [point.shown.row for point in eight.curve] == ["etr_low", "etr"]
    assert [point.value.mean for point in eight.curve if point.value] == pytest.approx([0.4, 0.7])
    assert {point.cost.mean for point in eight.curve if point.cost} == {0.5}
    assert (forty.curve, [point.shown.setting for point in forty.points]) == ((), ["celeba40"])
    assert eight.points[0].baseline is None


def test_deltas_by_hand(drawn: Project) -> None:
    """Precision is the same for all; F-scores are 0.7, 0.4 and 0.5."""
    data = build(drawn, "faces", "gained")
    [series] = data.series
    values = [point.value.mean for point in (*series.curve, *series.points) if point.value]
    assert values == pytest.approx([100 * 0.2 / 0.5 / 2, -100 * 0.1 / 0.5 / 2, 0])
    assert series.curve[0].value is not None
    assert (series.curve[0].value.n, series.curve[0].value.std) == (5, pytest.approx(0, abs=1e-9))
    assert {point.baseline.row for point in series.curve if point.baseline} == {"hard_sharing"}


def test_the_delta_is_that_of_a_table_with_these_columns(drawn: Project) -> None:
    table = build_table(drawn, "faces", "table_4")
    rows = {row.id: row for row in table.rows}
    metrics = next(group.metrics for group in table.groups if group.setting == "celeba8")
    path = drawn.root / "workflow/config/papers/faces.yaml"
    text = path.read_text()
    same = f"metrics: [{', '.join(metrics)}]"
    path.write_text(text.replace("metrics: [precision, f_score]", same))
    data = build(runs.load(drawn.root), "faces", "gained")
    point = data.series[0].curve[0]
    assert point.value is not None
    delta = rows["etr"].deltas["celeba8"]
    assert (point.value.mean, point.value.std) == pytest.approx((delta.value, delta.std))


def test_rows_without_runs_have_no_point(drawn: Project) -> None:
    [unit] = drawn.units_for("faces", "celeba8", "etr_low")
    shutil.rmtree(drawn.root / unit.path)
    with pytest.raises(MtlError, match="etr_low in celeba8"):
        build(drawn, "faces", "gained")
    [series] = build(drawn, "faces", "gained", allow_missing=True).series
    assert (series.curve[1].cost, series.curve[1].value) == (None, None)
    assert series.curve[0].value is not None


def test_without_its_baseline_nothing_has_a_delta(drawn: Project) -> None:
    [unit] = drawn.units_for("faces", "celeba8", "hard_sharing")
    shutil.rmtree(drawn.root / unit.path)
    [series] = build(drawn, "faces", "gained", allow_missing=True).series
    assert [point.value for point in series.curve] == [None, None]
