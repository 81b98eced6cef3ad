from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.render import svg
from tests.render.fabricate import NASTY

LEVEL = st.floats(-1e4, 1e4)


def series(label: str = "ETR", n: int = 5, epochs: tuple[int, ...] = (1, 2, 3)) -> svg.Series:
    mean = tuple(40.0 + epoch for epoch in epochs)
    return svg.Series(label, 0, epochs, mean, tuple(0.5 for _ in epochs), n)


@given(LEVEL, st.floats(1e-3, 1e4), st.integers(2, 12))
def test_ticks_are_few_even_and_inside(low: float, span: float, most: int) -> None:
    found = svg.ticks(low, low + span, most)
    slack = 1e-6 * max(1.0, abs(low) + span)
    assert len(found) <= most + 1
    assert all(low - slack <= tick <= low + span + slack for tick in found)
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert all(step == pytest.approx(steps[0], rel=1e-3) for step in steps)


@given(st.lists(st.tuples(LEVEL, st.floats(0, 10)), min_size=1, max_size=5), st.none() | LEVEL)
def test_range_holds_every_band(points: list[tuple[float, float]], reference: float | None) -> None:
    mean, std = zip(*points, strict=True)
    one = svg.Series("x", 0, tuple(range(len(points))), mean, std, 5)
    low, high = svg.value_range([one], reference)
    assert low < high
    assert low <= min(m - s for m, s in points)
    assert high >= max(m + s for m, s in points)
    assert reference is None or low <= reference <= high


def test_chart_draws_all_and_tells_its_numbers() -> None:
    text = svg.chart([series(), series("NLP", n=1)], 33.1, "all-positive predictor", "F (%)", 1)
    root = ElementTree.fromstring(text)
    classes = [element.get("class", "").split(" ")[0] for element in root.iter()]
    assert classes.count("curve") == 2
    assert classes.count("band") == 1
    assert classes.count("reference") == 1
    titles = [element.text for element in root.iter("title")]
    assert "ETR, epoch 2: 42.0 ± 0.5 (n = 5)" in titles
    assert "NLP, epoch 3: 43.0 (n = 1)" in titles
    assert "all-positive predictor: 33.1" in [element.text for element in root.iter("text")]


@pytest.mark.parametrize("epochs", [(1,), (1, 2), tuple(range(1, 41))])
def test_any_number_of_epochs(epochs: tuple[int, ...]) -> None:
    one = series(epochs=epochs)
    ElementTree.fromstring(svg.chart([one], None, "", "F (%)", 1))
    root = ElementTree.fromstring(svg.small(one, one, (30.0, 90.0), 33.0, "ETR"))
    assert sum(element.get("class") == "behind" for element in root.iter()) == 1


def test_nasty_labels_are_text() -> None:
    root = ElementTree.fromstring(svg.chart([series(NASTY)], 1.0, NASTY, NASTY, 1))
    assert not list(root.iter("script"))
    ElementTree.fromstring(svg.small(series(), None, (0.0, 50.0), None, NASTY))


def test_theme_has_both_modes() -> None:
    css = svg.theme_css()
    assert css.count("--c0:") == 3
    assert "prefers-color-scheme: dark" in css
