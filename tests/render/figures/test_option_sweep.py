from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from mtl.render.figures.option_sweep import KIND, draw
from mtl.results.figures.option_sweep import Sweep
from tests.render.figures import fabricate
from tests.render.figures.read import above, csv_lines, keys, outside, overlaps


def ticks(axes) -> list[str]:
    return [text.get_text() for text in axes.get_xticklabels()]


def test_an_axis_of_numbers() -> None:
    data = fabricate.sweep_by_number()
    figure = draw(data)
    [axes] = figure.axes
    assert axes.get_ylabel() == "Mean F-score over attributes (%)"
    assert axes.get_xlabel() == "Sharing ratio γ"
    assert ticks(axes) == ["0", "0.1", "0.3", "0.5", "0.7", "0.8", "0.9", "0.95", "1"]
    assert list(axes.get_xticks()) == [point.option for point in data.sweeps[0].panels[0].points]
    assert keys(figure) == ["mean of a point's seeds", "Hard sharing"]
    [bars] = axes.containers
    means = [100 * point.mean for point in data.sweeps[0].panels[0].points]
    assert list(bars.lines[0].get_ydata()) == pytest.approx(means)
    assert bars.lines[0].get_linestyle() != "None"
    for segment, point in zip(
        bars.lines[2][0].get_segments(), data.sweeps[0].panels[0].points, strict=True
    ):
        low, high = segment[:, 1]
        assert (low, high) == pytest.approx(
            (100 * (point.mean - point.std), 100 * (point.mean + point.std))
        )


def test_a_level_far_off_is_named_instead_of_drawn() -> None:
    text = " ".join(above(draw(fabricate.sweep_by_number())))
    assert "bars and bands: ± sample standard deviation; dots: single seeds" in text
    assert "all-positive predictor: 33.1, off the scale" in text


def test_panels_of_labels_share_the_vertical_axis() -> None:
    data = fabricate.sweep_by_label()
    figure = draw(data)
    assert [axes.get_title().replace("\n", " ") for axes in figure.axes] == [*fabricate.CATEGORIES]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    assert ticks(figure.axes[0]) == list(fabricate.CATEGORIES["Average pooling"][1])
    assert [axes.get_ylabel() for axes in figure.axes[1:]] == [""] * 4
    assert keys(figure) == [
        "mean of a point's seeds",
        "Hard sharing",
        "NLP (all primitives)",
        "all-positive predictor (60.5)",
    ]
    assert figure.get_size_inches()[0] == 7.0
    # Labels have no order that a line could follow.
    assert figure.axes[0].containers[0].lines[0].get_linestyle() == "None"


def test_single_seeds_are_dots() -> None:
    data = fabricate.sweep_by_label()
    axes = draw(data).axes[3]
    points = data.sweeps[0].panels[3].points
    dots = [line for line in axes.get_lines() if line.get_alpha() == 0.4]
    assert [sorted(line.get_ydata()) for line in dots] == [
        pytest.approx(sorted(100 * value for value in point.values)) for point in points
    ]


def test_many_panels_take_several_lines() -> None:
    data = fabricate.sweep_by_label()
    [sweep] = data.sweeps
    twice = dataclasses.replace(sweep, panels=sweep.panels * 2)
    figure = draw(dataclasses.replace(data, sweeps=(twice,)))
    assert len(figure.axes) == 10
    lines = Counter(round(axes.get_position().y1, 3) for axes in figure.axes)
    assert sorted(lines.values()) == [5, 5]
    assert overlaps(figure) == []
    assert outside(figure) == []


def test_a_single_seed_has_no_spread() -> None:
    data = fabricate.sweep_by_number()
    panel = data.sweeps[0].panels[0]
    points = (fabricate.point("etr_0", "0", [0.6], 0.0), fabricate.point("etr_1", "1", [], 1.0))
    shown = tuple(point.shown for point in points)
    one = dataclasses.replace(
        data,
        heading=dataclasses.replace(data.heading, shown=shown),
        sweeps=(Sweep("f_score", (dataclasses.replace(panel, points=points),), (), 0.331),),
    )
    text = above(draw(one))
    assert "Mean over seeds, n = 1; dots: single seeds; all-positive" in " ".join(text)
    assert [line["std"] for line in csv_lines(KIND, one)[:2]] == ["", ""]


def test_csv() -> None:
    data = fabricate.sweep_by_number()
    lines = csv_lines(KIND, data)
    assert len(lines) == 9 + 1 + 1
    for line, point in zip(lines, data.sweeps[0].panels[0].points, strict=False):
        assert (line["panel"], line["option"]) == ("CelebA", "gamma")
        assert float(line["value"]) == point.option
        assert float(line["mean"]) == point.mean
        assert float(line["std"]) == point.std
        assert tuple(map(float, line["values"].split())) == point.values
        assert line["fingerprints"] == point.shown.runs[0].fingerprint
    assert (lines[-2]["row"], lines[-2]["panel"]) == ("hard_sharing", "")
    assert (lines[-1]["label"], float(lines[-1]["mean"])) == ("all-positive predictor", 0.331)


def test_each_metric_has_lines_and_an_axis_of_its_own() -> None:
    data = fabricate.sweep_by_label()
    [sweep] = data.sweeps
    errors = dataclasses.replace(sweep, metric="abs_err", all_positive=None)
    both = dataclasses.replace(data, sweeps=(sweep, errors))
    figure = draw(both)
    labels = [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()]
    assert labels == ["Mean F-score over attributes (%)", "Abs. Err. ↓"]
    assert len({axes.get_ylim() for axes in figure.axes}) == 2
    assert KIND.alt(both).startswith("Mean F-score over attributes (%), Abs. Err. ↓ by Average")
    assert [line["metric"] for line in csv_lines(KIND, both)[:: len(csv_lines(KIND, data))]] == [
        "f_score",
        "abs_err",
    ]
    assert overlaps(figure) == []
    assert outside(figure) == []
