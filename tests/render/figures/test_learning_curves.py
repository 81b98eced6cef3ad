from __future__ import annotations

import pytest

from mtl.render.figures.learning_curves import KIND, draw
from tests.render.figures import fabricate
from tests.render.figures.read import above, csv_lines, keys


def test_what_the_figure_says() -> None:
    figure = draw(fabricate.learning_curves())
    [axes] = figure.axes
    assert axes.get_xlabel() == "Epoch"
    assert axes.get_ylabel() == "Mean F-score over attributes (%)"
    assert keys(figure) == ["Hard sharing", "ETR (γ = 0.9)", "all-positive predictor (33.1)"]
    assert "Mean over seeds, n = 5; bands: ± sample standard deviation" in above(figure)
    first = axes.get_lines()[0]
    assert list(first.get_ydata()) == pytest.approx([40, 100 / 3, 48, 47])
    assert len(axes.collections) == 2


def test_one_seed_has_no_band_and_other_tasks_no_reference() -> None:
    rows = (fabricate.curve("etr", (0.4, 0.5), n=1),)
    data = fabricate.learning_curves(rows)
    figure = draw(type(data)(data.heading, data.setting, data.metric, None, rows))
    assert len(figure.axes[0].collections) == 0
    assert keys(figure) == ["ETR (γ = 0.9)"]
    assert "Mean over seeds, n = 1" in above(figure)


def test_unequal_numbers_of_seeds_stand_in_the_legend() -> None:
    rows = (fabricate.curve("hard_sharing", (0.4, 0.5)), fabricate.curve("etr", (0.4, 0.5), n=3))
    figure = draw(fabricate.learning_curves(rows))
    assert keys(figure)[:2] == ["Hard sharing (n = 5)", "ETR (γ = 0.9) (n = 3)"]
    assert any("n as in the legend" in text for text in above(figure))


def test_csv_keeps_every_digit() -> None:
    data = fabricate.learning_curves()
    lines = csv_lines(KIND, data)
    for curve in data.rows:
        own = [line for line in lines if line["row"] == curve.shown.row]
        assert tuple(int(line["epoch"]) for line in own) == curve.x
        assert tuple(float(line["mean"]) for line in own) == curve.mean
        assert tuple(float(line["std"]) for line in own) == curve.std
        assert {line["fingerprints"] for line in own} == {curve.shown.runs[0].fingerprint}
    assert (lines[-1]["label"], float(lines[-1]["mean"])) == ("all-positive predictor", 0.331)
