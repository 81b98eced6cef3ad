from __future__ import annotations

import dataclasses

import pytest

from mtl.render.figures.trade_off import KIND, draw
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
    assert keys(figure)[:3] == ["Quarter", "stl, Quarter", "mtl, Quarter"]
    assert "n = 5; bars: ± sample standard deviation" in " ".join(above(figure))


def test_rows_of_one_setting_are_told_apart_and_the_delta_is_the_papers() -> None:
    figure = draw(fabricate.trade_off_by_delta())
    [axes] = figure.axes
    assert axes.get_ylabel() == r"$\Delta_{\mathrm{MTL}}$ (%)"
    assert axes.get_xscale() == "linear"
    names = keys(figure)
    assert names[0] == "InterroGate"
    assert len(names) == len(set(names)) == 13


def test_points_without_runs_are_left_out() -> None:
    data = fabricate.trade_off_by_delta()
    [series] = data.series
    lost = dataclasses.replace(series.points[0], value=None)
    changed = dataclasses.replace(
        data, series=(dataclasses.replace(series, points=(lost, *series.points[1:])),)
    )
    assert "baseline number 0" not in keys(draw(changed))
    line = next(one for one in csv_lines(KIND, changed) if one["row"] == "baseline number 0")
    assert (line["mean"], line["std"], line["cost"]) == ("", "", "flops")
    assert line["baseline"] == "stl"
