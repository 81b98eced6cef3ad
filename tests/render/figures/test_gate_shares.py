from __future__ import annotations

from mtl.render.figures.gate_shares import KIND, draw
from tests.render.figures import fabricate
from tests.render.figures.read import above, csv_lines


def test_a_bar_for_each_task_in_percent_on_one_scale_a_line() -> None:
    figure = draw(fabricate.gate_shares())
    panels = figure.axes
    assert len(panels) == 6
    heights = [patch.get_height() for patch in panels[0].patches]
    assert [round(height) for height in heights] == [10, 20, 30, 40, 50]
    assert panels[0].get_ylim() == panels[1].get_ylim() == panels[2].get_ylim()
    assert [label.get_text() for label in panels[0].get_xticklabels()][:2] == ["semseg", "human"]
    assert [axes.get_title() for axes in panels[:3]] == ["hinge", "l1_medium", "l1_high"]
    assert "bars: ± sample standard deviation" in " ".join(above(figure))


def test_the_csv_has_the_mean_and_every_layer() -> None:
    lines = csv_lines(KIND, fabricate.gate_shares())
    assert len(lines) == 2 * 3 * 3 * 5
    assert {line["layer"] for line in lines} == {"mean", "stem", "stage1.block1.conv1"}
    first = lines[0]
    assert (first["quantity"], first["row"], first["task"]) == ("chosen", "hinge", "semseg")
    assert (float(first["mean"]), float(first["std"]), first["n"]) == (0.1, 0.03, "5")
