from __future__ import annotations

from pathlib import Path

from mtl.render.curve_view import setting_view
from mtl.results.runs import Runs
from tests.results import fabricate


def test_curves_are_of_the_last_metric_that_has_some(tmp_path: Path) -> None:
    paper = fabricate.PAPER.replace("recall, f_score]", "recall, f_score, gradient_cosine]", 1)
    fabricate.write_config(tmp_path, paper)
    project = fabricate.load(tmp_path)
    fabricate.write_runs(project, fabricate.realistic())
    view = setting_view(project, project.papers["faces"], "celeba8", Runs(project))
    assert view.axis == "Mean F-score over attributes (%)"
    assert len(view.charts) == 5
