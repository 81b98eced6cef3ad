"""The project's own papers, at the default scale, with fabricated runs."""

import io
import json
import shutil
from pathlib import Path

import pytest

from mtl.config import Project
from mtl.metrics.classification import class_scores
from mtl.published.table import DELTA, load_table
from mtl.results.aggregate import build_table
from mtl.results.drift import run_drift
from mtl.results.figures.learning_curves import build
from mtl.results.summary import write_summary
from tests.results import fabricate

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project's configuration in a scratch folder, all runs fabricated."""
    root = tmp_path_factory.mktemp("own")
    for folder in ("workflow/config", "data/published"):
        shutil.copytree(ROOT / folder, root / folder)
    project = fabricate.load(root)
    attributes = fabricate.realistic()
    for unit in project.units():
        tasks = str(len(unit.spec["tasks"]))
        if unit.spec["tasks"][0]["kind"] == "attributes":
            row = "etr" if unit.method == "etr_nlp" else "gradnorm"
            fabricate.write_unit(root, unit, lambda seed, t=tasks, r=row: attributes(t, r, seed))
        else:
            detail = {"columns": ["left", "right"], "correct": [90, 80], "n": 100}
            fabricate.write_unit(
                root, unit, lambda seed: class_scores(["left", "right"], [90 + seed, 80], 100),
                detail=detail,
            )  # fmt: skip
    return project


def test_every_table_and_figure_can_be_aggregated(own: Project) -> None:
    built = 0
    for name, paper in own.papers.items():
        for table in paper.tables:
            data = build_table(own, name, table)
            assert all(
                cell.n == own.scale.seeds for row in data.rows for cell in row.cells.values()
            )
            assert all(
                delta.value is not None for row in data.rows for delta in row.deltas.values()
            )
            built += 1
        for figure in paper.figures:
            curves = build(own, name, figure).rows
            assert all(curve.shown.n == own.scale.seeds for curve in curves)
            built += 1
    assert built >= 4


def test_every_printed_number_stands_in_a_cell(own: Project) -> None:
    """A printed row that the configuration forgets would be left out without a word."""
    for name, paper in own.papers.items():
        for table, spec in paper.tables.items():
            if spec.published is None:
                continue
            data = build_table(own, name, table)
            shown = {
                (row.id, setting if spec.costs == "each" else "", printed.column)
                for row in data.rows
                for setting in data.cost_settings
                for costs in (row.costs[setting],)
                for printed in (costs.printed_parameters, costs.printed_macs)
                if printed is not None
            }
            for row in data.rows:
                shown |= {(row.id, *key) for key, cell in row.cells.items() if cell.published}
                shown |= {(row.id, key, DELTA) for key, d in row.deltas.items() if d.published}
            assert shown == set(load_table(own.root / spec.published).numbers)


def test_settings_without_attributes_have_no_reference_level(own: Project) -> None:
    assert build_table(own, "digits", "digits").references == {"digits": {}}


def test_summary_and_drift_cover_every_paper(own: Project) -> None:
    path = own.root / "results/summary.json"
    write_summary(own, path, "abc")
    assert set(json.loads(path.read_text())) == {*own.papers, "fingerprint", "content"}
    run_drift(own, update=True, stream=io.StringIO())
    stream = io.StringIO()
    assert run_drift(own, stream=stream) == 0
    assert "No drift" in stream.getvalue()
