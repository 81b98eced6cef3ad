from __future__ import annotations

import numpy as np
import pytest

from mtl.render.figures.gradient_cka import KIND, draw
from tests.render.figures import fabricate
from tests.render.figures.read import csv_lines, outside, overlaps


def test_a_panel_for_each_layer_on_one_colour_scale() -> None:
    data = fabricate.gradient_cka()
    *panels, bar = draw(data).axes
    assert len(panels) == len(fabricate.LAYERS) == 20
    assert bar.get_ylabel() == "linear CKA"
    for axes, layer in zip(panels, data.layers, strict=True):
        assert axes.get_title() == f"{layer.name}\n{layer.between.mean:.2f}"
        [picture] = axes.images
        assert picture.get_clim() == (0.0, 1.0)
        means = [[cell.mean for cell in row] for row in layer.cka]
        assert np.asarray(picture.get_array()) == pytest.approx(np.array(means))


@pytest.mark.parametrize("count", [1, 3, 17, 20])
def test_tasks_are_named_on_the_outer_axes_only(count: int) -> None:
    figure = draw(fabricate.gradient_cka(fabricate.LAYERS[:count]))
    panels = figure.axes[:-1]
    columns = min(5, count)
    for position, axes in enumerate(panels):
        left = [text.get_text() for text in axes.get_yticklabels() if text.get_text()]
        below = [text.get_text() for text in axes.get_xticklabels() if text.get_text()]
        expected = list(fabricate.TASKS)
        assert left == (expected if position % columns == 0 else [])
        assert below == (expected if position + columns >= count else [])
    assert overlaps(figure) == []
    assert outside(figure) == []


def test_csv_has_every_pair_and_the_mean_between_tasks() -> None:
    data = fabricate.gradient_cka(fabricate.LAYERS[:2])
    lines = csv_lines(KIND, data)
    assert len(lines) == 2 * (8 * 8 + 1)
    cell = data.layers[0].cka[1][3]
    [line] = [
        line
        for line in lines
        if (line["layer"], line["task"], line["other_task"]) == ("conv1", "eyes", "mouth")
    ]
    assert (float(line["mean"]), float(line["std"]), line["n"]) == (cell.mean, cell.std, "5")
    between = [line for line in lines if line["task"] == ""]
    assert [float(line["mean"]) for line in between] == [
        layer.between.mean for layer in data.layers
    ]


def test_one_seed_has_no_spread_in_the_csv() -> None:
    lines = csv_lines(KIND, fabricate.gradient_cka(fabricate.LAYERS[:1], n=1))
    assert {line["std"] for line in lines} == {""}
    assert {line["n"] for line in lines} == {"1"}
