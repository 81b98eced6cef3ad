from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from mtl.render.figures.trade_off import KIND, draw
from mtl.results.figures.trade_off import TradeOffData
from mtl.results.statistics import Summary
from tests.render.figures import fabricate
from tests.render.figures.read import above, csv_lines, keys


def test_costs_in_millions_and_values_in_percent_with_bars() -> None:
    data = fabricate.trade_off()
    figure = draw(data)
    [axes] = figure.axes
    assert axes.get_xlabel() == "FLOPs ↓ (M)"
    assert axes.get_ylabel() == "Overall (%)"
    assert axes.get_xscale() == "log"
    lines = [line for line in axes.get_lines() if len(line.get_xdata()) == 5]
    assert list(lines[0].get_xdata()) == pytest.approx([3, 8 / 3, 7 / 3, 2, 5 / 3])
    assert next(iter(lines[0].get_ydata())) == pytest.approx(90)
    assert keys(figure) == ["Quarter", "Half", "Original", "stl", "mtl"]
    assert "n = 5; bars: ± sample standard deviation" in " ".join(above(figure))


def test_rows_of_one_setting_are_told_apart_and_the_delta_is_the_papers() -> None:
    figure = draw(fabricate.trade_off_by_delta())
    [axes] = figure.axes
    assert axes.get_ylabel() == r"$\Delta_{\mathrm{MTL}}$ (%)"
    assert axes.get_xscale() == "linear"
    names = keys(figure)
    assert (names[0], names[-1]) == ("InterroGate", "baseline")
    assert len(names) == len(set(names)) == 14
    assert list(axes.get_lines()[-1].get_ydata()) == [0, 0]


@pytest.mark.parametrize("make", [fabricate.trade_off, fabricate.trade_off_by_delta])
def test_no_row_looks_like_another_or_like_a_curve(make: Callable[[], TradeOffData]) -> None:
    figure = draw(make())
    marks = {
        (line.get_color(), line.get_marker(), line.get_markerfacecolor())
        for line in figure.axes[0].get_lines()
        if line.get_marker() != "None"
    }
    data = make()
    assert len(marks) == sum(1 + len(series.points) for series in data.series)
    handles = [handle for one in figure.legends for handle in one.legend_handles if handle]
    assert len({(h.get_color(), h.get_marker(), h.get_markerfacecolor()) for h in handles}) == len(
        keys(figure)
    )


def test_several_series_share_their_rows_marks() -> None:
    [axes] = draw(fabricate.trade_off()).axes
    single = [line for line in axes.get_lines() if len(line.get_xdata()) == 1]
    assert len(single) == 6
    by_colour: dict[str, list[str]] = {}
    for line in single:
        by_colour.setdefault(line.get_color(), []).append(line.get_marker())
    assert len(by_colour) == 3
    assert len({tuple(markers) for markers in by_colour.values()}) == 1


def test_the_number_of_a_delta_is_that_of_its_pairs() -> None:
    data = fabricate.trade_off_by_delta()
    [series] = data.series
    fewer = dataclasses.replace(series.curve[0], value=Summary(0.5, 0.1, 3))
    series = dataclasses.replace(series, curve=(fewer, *series.curve[1:]))
    lines = csv_lines(KIND, dataclasses.replace(data, series=(series,)))
    assert [line["n"] for line in lines[:2]] == ["3", "5"]


def test_points_without_runs_are_left_out() -> None:
    data = fabricate.trade_off_by_delta()
    [series] = data.series
    lost = dataclasses.replace(series.points[0], value=None)
    changed = dataclasses.replace(
        data, series=(dataclasses.replace(series, points=(lost, *series.points[1:])),)
    )
    assert "baseline number 0" not in keys(draw(changed))
    line = next(one for one in csv_lines(KIND, changed) if one["row"] == "baseline number 0")
    assert (line["mean"], line["std"], line["n"], line["cost"]) == ("", "", "0", "flops")
    assert line["baseline"] == "stl"
