from __future__ import annotations

import dataclasses

import pytest

from mtl.render.figures.relatedness import KIND, draw
from tests.render.figures import fabricate
from tests.render.figures.read import above, csv_lines, keys


def test_gains_in_points_over_single_task_learning() -> None:
    data = fabricate.relatedness()
    figure = draw(data)
    [axes] = figure.axes
    assert axes.get_xlabel() == "Relatedness of the tasks (0: unrelated, 1: most related)"
    assert axes.get_ylabel() == "Difference in\nmean F-score over attributes (points)"
    assert keys(figure)[-1] == "single-task learning"
    assert list(axes.get_lines()[-1].get_ydata()) == [0, 0]
    first = axes.get_lines()[1]
    assert tuple(first.get_xdata()) == fabricate.DIALS
    assert list(first.get_ydata()) == pytest.approx([-1, 0.25, 1.5, 2.75, 4])
    text = " ".join(above(figure))
    assert "differences paired by seed, n = 5; bands: ± sample standard deviation" in text


def test_unequal_numbers_of_pairs_and_points_without_any() -> None:
    data = fabricate.relatedness()
    first, *rest = data.rows[0]
    row = (
        dataclasses.replace(first, mean=None, std=None, n=0, dropped=(0, 1)),
        dataclasses.replace(rest[0], n=3, dropped=(3, 4)),
        *rest[1:],
    )
    changed = dataclasses.replace(data, rows=(row, *data.rows[1:]))
    figure = draw(changed)
    assert tuple(figure.axes[0].get_lines()[0].get_xdata()) == fabricate.DIALS[1:]
    assert "n = 3 to 5" in " ".join(above(figure))
    lines = csv_lines(KIND, changed)
    assert [(line["difference"], line["n"], line["dropped_seeds"]) for line in lines[:2]] == [
        ("", "0", "0 1"),
        (repr(rest[0].mean), "3", "3 4"),
    ]


def test_csv_names_both_units() -> None:
    data = fabricate.relatedness()
    line = csv_lines(KIND, data)[0]
    own, base = data.rows[0][0].shown, data.baseline[0]
    assert line["fingerprints"].split() == [own.runs[0].fingerprint, base.runs[0].fingerprint]
    assert (line["setting"], line["relatedness"], line["baseline"]) == (
        "related000", "0.0", "single_task",
    )  # fmt: skip
    assert float(line["difference"]) == data.rows[0][0].mean
