"""Figures on the page: their charts, words and runs, and what stays off it."""

from __future__ import annotations

import base64
import html
import re
import struct
from pathlib import Path

import pytest

from mtl.config import Project
from mtl.render.curve_view import MANY, SettingView, SmallView, setting_view
from mtl.render.figure_view import figure_view
from mtl.render.report import page
from mtl.results.runs import Runs
from tests.render.outline import outline
from tests.results import fabricate as runs
from tests.results.figures import fabricate

PICTURES = {
    "sweep": "Mean F-score over attributes (%) by Numbers (Gamma), Words (Method)",
    "cka": "Heat maps of the linear CKA between the gradients of 2 tasks, one for each of 2 "
    "layers, from 0.27 to 0.52 between tasks",
    "maps": "An image, and its maps by each primitive: average pooling 3x3",
    "tsne": "t-SNE of the maps of the branches shared, eyes, nose, by layer: stage1.block1.conv2",
    "conflict": "Three panels by epoch: the mean cosine between the gradients of pairs of tasks, "
    "the share of pairs with a negative cosine, and the variance of the gradients",
    "related": "Difference in mean F-score over attributes (points) to single-task learning, by "
    "the relatedness of the tasks",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a figure of every kind."""
    root = tmp_path_factory.mktemp("figures")
    fabricate.write_config(root)
    loaded = runs.load(root)
    fabricate.write_all(loaded)
    return loaded


@pytest.fixture(scope="module")
def text(project: Project) -> str:
    return page(project, "abc123")


def section(text: str, name: str) -> str:
    [found] = re.findall(
        rf'<section class="mtl-figure" id="faces-{name}">.*?</section>', text, re.S
    )
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_in_the_page_with_words_for_it(text: str, name: str) -> None:
    found = section(text, name)
    [image] = re.findall(r"<img [^>]*>", found)
    assert f'alt="{PICTURES[name]}"' in html.unescape(image)
    [encoded] = re.findall(r'src="data:image/png;base64,([^"]*)"', image)
    data = base64.b64decode(encoded, validate=True)
    width, height = struct.unpack(">II", data[16:24])
    assert f'width="{width}" height="{height}"' in image
    assert width in (576, 840)
    assert len(data) < 150_000
    assert "SYNTHETIC DATA" in found
    assert "<svg" not in found


def test_learning_curves_stay_a_chart(text: str) -> None:
    found = section(text, "figure_1a")
    assert "<img" not in found
    assert found.count('class="keys"') == 1
    assert "Mean over seeds, n = 5; bands: ± sample standard deviation." in found


def test_each_figure_says_what_its_marks_are(text: str) -> None:
    lines = {
        "sweep": "bars and bands: ± sample standard deviation; dots: single seeds",
        "cka": "gradients on 2 batches of 64 images",
        "maps": "One image, one run (seed 0)",
        "tsne": "a point is the map of one channel",
        "related": "Mean over seeds of the differences paired by seed, n = 5",
    }
    for name, line in lines.items():
        assert line in section(text, name), name


def test_the_runs_behind_a_figure_are_linked(project: Project, text: str) -> None:
    found = outline(text)
    assert found.problems == []
    assert found.targets - set(found.ids) == set()
    [unit] = project.units_for("faces", "related1", "etr")
    part = section(text, "related")
    for seed in unit.seeds:
        assert f'<a href="#run-{unit.fingerprint}-seed{seed}">{seed}</a>' in part
    assert "ETR (alike): seeds" in part
    assert "Runs behind this figure (30)" in part


def test_missing_runs_leave_their_reason(tmp_path: Path) -> None:
    fabricate.write_config(tmp_path)
    empty = runs.load(tmp_path)
    for name in ("figure_1a", *PICTURES):
        view = figure_view(empty, "faces", name, True, Runs(empty))
        assert (view.chart, view.keys, view.runs) == ("", (), ())
        assert view.line == "No runs"
        [(labels, reason)] = view.missing
        assert reason == "not run yet"
        assert "ETR" in labels or "Hard sharing" in labels


def test_notes_of_a_figure_are_shown(project: Project, tmp_path: Path) -> None:
    fabricate.write_config(tmp_path)
    one = runs.load(tmp_path)
    found = {0: {"activations": fabricate.activations(side=1)}}
    fabricate.write(one, "celeba8", "etr", found)
    view = figure_view(one, "faces", "tsne", False, Runs(one))
    assert view.notes == ("stage1.block1.conv2 is left out: its maps are single values.",)


def test_all_curves_hold_no_rows_of_sweeps(project: Project, text: str) -> None:
    paper = project.paper("faces")
    view = setting_view(project, paper, "celeba8", Runs(project))
    # Low is in the sweep only.
    assert [chart.label for chart in view.charts] == [
        "Hard sharing", "GradNorm", r"Task routing ($\gamma = 0.9$)", "ETR", "Single task",
    ]  # fmt: skip
    assert setting_view(project, paper, "related0", Runs(project)).charts == ()
    assert "All curves <span>apart" not in text
    assert '<details class="many">' not in text


@pytest.mark.parametrize(("count", "many"), [(MANY, False), (MANY + 1, True)])
def test_many_curves_open_on_demand(count: int, many: bool) -> None:
    charts = (SmallView("ETR", "<svg></svg>"),) * count
    assert SettingView("8 tasks", "F", None, None, charts).many is many
