from __future__ import annotations

import dataclasses

from mtl.render.figures.gate_shares import KIND, draw
from mtl.results.statistics import Summary
from tests.render.figures import fabricate
from tests.render.figures.read import above, csv_lines, keys, outside, overlaps


def test_a_bar_for_each_task_in_percent_on_one_scale_a_line() -> None:
    figure = draw(fabricate.gate_shares())
    panels = figure.axes
    assert len(panels) == 6
    heights = [patch.get_height() for patch in panels[0].patches]
    assert [round(height) for height in heights] == [10, 20, 30, 40, 50]
    for first in (0, 3):
        assert len({axes.get_ylim() for axes in panels[first : first + 3]}) == 1
    assert [label.get_text() for label in panels[3].get_xticklabels()][:2] == ["semseg", "human"]
    assert [axes.get_title() for axes in panels[:3]] == ["hinge", "l1_medium", "l1_high"]
    assert "bars: ± sample standard deviation" in " ".join(above(figure))


def test_no_bar_or_deviation_is_cut() -> None:
    """Whichever row has the highest: its neighbours share the scale."""
    for axes in draw(fabricate.gate_shares()).axes:
        low, high = axes.get_ylim()
        [bars] = [one for one in axes.containers if hasattr(one, "patches")]
        ends = bars.errorbar.lines[2][0].get_segments()
        assert low == 0
        assert max(end[1, 1] for end in ends) < high


def test_the_level_of_equal_contributions_and_tasks_below_the_last_line_only() -> None:
    figure = draw(fabricate.gate_shares())
    assert keys(figure) == ["tasks that contribute alike"]
    for axes in figure.axes[3:]:
        [level] = [line for line in axes.get_lines() if list(line.get_xdata()) == [0, 1]]
        assert list(level.get_ydata()) == [20, 20]
    figure.draw_without_rendering()
    shown = [any(text.get_visible() for text in axes.get_xticklabels()) for axes in figure.axes]
    assert shown == [False] * 3 + [True] * 3


def test_closed_gates_and_single_seeds_are_drawn() -> None:
    data = fabricate.gate_shares()
    closed = (Summary(0.0, None, 1),) * len(data.tasks)
    rows = tuple(
        dataclasses.replace(
            row,
            shown=dataclasses.replace(row.shown, label="InterroGate with a name of many words"),
            means={**row.means, "chosen": closed},
        )
        for row in data.rows
    )
    figure = draw(dataclasses.replace(data, rows=rows))
    assert figure.axes[0].get_ylim() == (0, 1)
    assert overlaps(figure) == []
    assert outside(figure) == []


def test_the_csv_has_the_mean_and_every_layer() -> None:
    lines = csv_lines(KIND, fabricate.gate_shares())
    assert len(lines) == 2 * 3 * 3 * 5
    assert {line["layer"] for line in lines} == {"mean", "stem", "stage1.block1.conv1"}
    first = lines[0]
    assert (first["quantity"], first["row"], first["task"]) == ("chosen", "hinge", "semseg")
    assert (float(first["mean"]), float(first["std"]), first["n"]) == (0.1, 0.03, "5")
