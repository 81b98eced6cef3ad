from __future__ import annotations

import pytest

from mtl.render.figures.activation_embedding import KIND, draw
from tests.render.figures import fabricate
from tests.render.figures.read import above, csv_lines, keys, outside, overlaps


@pytest.mark.parametrize("layers", [1, 2, 4, 8])
def test_a_panel_for_each_layer_and_one_for_the_image(layers: int) -> None:
    data = fabricate.activation_embedding(layers)
    figure = draw(data)
    *panels, image = figure.axes
    assert [axes.get_title().split(" ")[0] for axes in panels] == [
        layer.name for layer in data.layers
    ]
    assert image.get_title() == "image"
    assert keys(figure) == ["shared", *fabricate.TASKS]
    assert overlaps(figure) == []
    assert outside(figure) == []


def test_nine_branches_differ_in_colour_and_marker() -> None:
    [axes, _] = draw(fabricate.activation_embedding(1)).axes
    clouds = axes.collections
    assert [len(cloud.get_offsets()) for cloud in clouds] == [58] + [7] * 8
    assert len({tuple(cloud.get_facecolor()[0]) for cloud in clouds}) == 9
    shapes = {cloud.get_paths()[0].vertices.round(3).tobytes() for cloud in clouds}
    assert len(shapes) == 9


def test_it_says_that_it_is_one_image_of_one_run() -> None:
    text = " ".join(above(draw(fabricate.activation_embedding())))
    assert "One image, one run (seed 0); a point is the map of one channel" in text
    assert "perplexity 30" in text


def test_csv() -> None:
    data = fabricate.activation_embedding(1)
    lines = csv_lines(KIND, data)
    for line, point in zip(lines, data.layers[0].points, strict=True):
        assert (line["layer"], line["branch"]) == ("stage1.block2.conv2", point.branch)
        assert (int(line["channel"]), float(line["x"]), float(line["y"])) == (
            point.channel, point.x, point.y,
        )  # fmt: skip
