from __future__ import annotations

import numpy as np
import pytest

from mtl.render.figures.predictions import KIND, draw
from mtl.render.style import CLASS_COLOURS
from tests.render.figures import fabricate
from tests.render.figures.read import above, csv_lines, outside, overlaps


@pytest.mark.parametrize("kinds", [("segmentation", "depth"), ("segmentation", "depth", "normals")])
def test_a_line_an_image_with_truth_and_rows(kinds: tuple[str, ...]) -> None:
    data = fabricate.predictions(kinds)
    figure = draw(data)
    # Of both images: each kind by truth and two rows, and the image itself.
    assert len(figure.axes) == 2 * (1 + 3 * len(kinds))
    texts = above(figure)
    assert texts.count("truth") == len(kinds)
    assert [text for text in texts if text in ("Segmentation", "Depth", "Normals")] == [
        kind.capitalize() for kind in kinds
    ]
    for name in (*data.classes, "none"):
        assert name in texts
    assert ("normals" in KIND.line(data)) == ("normals" in kinds)
    assert overlaps(figure) == []
    assert outside(figure) == []


def test_classes_have_their_colours_and_none_is_black() -> None:
    data = fabricate.predictions(("segmentation",))
    pictures = [np.asarray(axes.images[0].get_array()) for axes in draw(data).axes]
    # The first image's truth comes first.
    truth, wrong = pictures[0], pictures[2]
    for row, line in enumerate(data.scenes[0].truth["segmentation"]):
        for column, number in enumerate(line):
            wanted = (
                (0, 0, 0)
                if number < 0
                else [int(CLASS_COLOURS[number][k : k + 2], 16) / 255 for k in (1, 3, 5)]
            )
            assert truth[row, column] == pytest.approx(wanted)
    assert (wrong == 0).all()


def test_csv_tells_how_far_from_the_truth() -> None:
    lines = csv_lines(KIND, fabricate.predictions())
    assert len(lines) == 2 * 2 * 3
    by_row = {(line["row"], line["image"], line["kind"]): float(line["value"]) for line in lines}
    assert by_row["hard_sharing", "0", "segmentation"] == 1
    assert by_row["hard_sharing", "0", "depth"] == 0
    assert by_row["hard_sharing", "0", "normals"] == pytest.approx(0, abs=1e-3)
    assert by_row["etr", "1", "segmentation"] == 0
    assert by_row["etr", "1", "normals"] == pytest.approx(90, abs=0.5)
    depth = np.array(fabricate.predictions().scenes[1].truth["depth"])
    expected = np.abs(depth - 2)[depth != 0].mean()
    assert by_row["etr", "1", "depth"] == pytest.approx(expected)


def test_without_runs() -> None:
    data = fabricate.predictions()
    empty = type(data)(data.heading, data.setting, (), (), ())
    assert KIND.line(empty) == "No runs"
    assert draw(empty).axes == []
