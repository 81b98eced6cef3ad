from __future__ import annotations

import numpy as np
import pytest

from mtl.render.figures.feature_maps import KIND, draw
from tests.render.figures import fabricate
from tests.render.figures.read import above, csv_lines, outside, overlaps


@pytest.mark.parametrize("channels", [1, 3])
def test_the_image_then_every_map_of_every_primitive(channels: int) -> None:
    data = fabricate.feature_maps(channels)
    figure = draw(data)
    image, *maps = [axes.images[0] for axes in figure.axes]
    assert np.asarray(image.get_array()).shape == (64, 64, 3)
    expected = [one for primitive in data.primitives for one in primitive.maps]
    assert len(maps) == channels * len(fabricate.PRIMITIVES) == len(expected)
    for picture, values in zip(maps, expected, strict=True):
        assert picture.get_cmap().name == "gray"
        # Each map's own range.
        assert picture.get_clim() == (np.min(values), np.max(values))
    labels = [text.replace("\n", " ") for text in above(figure)]
    assert labels[-len(fabricate.PRIMITIVES) - 1 :] == ["image", *fabricate.PRIMITIVES]
    assert "its own minimum (black)" in KIND.line(data)
    assert ("red, green, blue" in KIND.line(data)) == (channels == 3)
    assert overlaps(figure) == []
    assert outside(figure) == []


def test_csv_holds_the_ranges_that_the_picture_hides() -> None:
    data = fabricate.feature_maps()
    lines = csv_lines(KIND, data)
    assert [line["channel"] for line in lines[:3]] == ["red", "green", "blue"]
    for line, values in zip(lines, (m for p in data.primitives for m in p.maps), strict=True):
        found = np.array(values)
        assert (float(line["minimum"]), float(line["maximum"])) == (found.min(), found.max())
        assert float(line["mean"]) == pytest.approx(found.mean())
        assert float(line["std"]) == pytest.approx(found.std(ddof=1))
        assert (line["height"], line["width"], line["seed"]) == ("64", "64", "0")
