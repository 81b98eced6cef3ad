from __future__ import annotations

import pytest

from mtl.render.figures.gradient_conflict import KIND, draw
from tests.render.figures import fabricate
from tests.render.figures.read import csv_lines, keys


def test_three_panels_by_epoch() -> None:
    data = fabricate.gradient_conflict()
    figure = draw(data)
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "Mean cosine of pairs of tasks",
        "Pairs with a negative cosine (%)",
        "Gradient variance (0 to 1)",
    ]
    assert {axes.get_xlabel() for axes in figure.axes} == {"Epoch"}
    assert keys(figure) == ["Hard sharing", "ETR (γ = 0.9)", "NLP", "ETR-NLP (γ = 0.9)"]
    for axes, (quantity, scale) in zip(
        figure.axes, (("cosine", 1), ("negative", 100), ("variance", 1)), strict=True
    ):
        curve = data.curves[quantity][2]
        assert axes.get_lines()[2].get_ydata() == pytest.approx([scale * v for v in curve.mean])
        assert len(axes.collections) == 4
    assert list(figure.axes[0].get_lines()[4].get_ydata()) == [0, 0]


def test_csv() -> None:
    data = fabricate.gradient_conflict()
    lines = csv_lines(KIND, data)
    assert len(lines) == 3 * 4 * 25
    own = [line for line in lines if (line["quantity"], line["row"]) == ("negative", "nlp")]
    curve = data.curves["negative"][2]
    assert tuple(float(line["epoch"]) for line in own) == curve.x
    assert tuple(float(line["mean"]) for line in own) == curve.mean
    assert {float(line["std"]) for line in own} == {0.01}
