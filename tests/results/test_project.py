"""The project's own papers, at the default scale, with fabricated runs."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtl.config import Project, RunUnit
from mtl.config.datasets import metrics
from mtl.metrics.catalogue import METRICS
from mtl.metrics.classification import class_scores
from mtl.published.table import DELTAS, MEAN_RANK, load_table
from mtl.render.figures import registry
from mtl.results.aggregate import build_table
from mtl.results.drift import run_drift
from mtl.results.summary import write_summary
from tests.results import fabricate
from tests.results.figures import fabricate as diagnostics

ROOT = Path(__file__).parents[2]

# Printed numbers that stand in no cell, since the page's check marks, which tell rows apart, are
# lost.
UNPLACED = {
    "table_1": {
        (f"t1_{row:02}", "celeba8", metric)
        for row in range(1, 10)
        for metric in ("f_score", DELTAS["p"])
    },
    "table_s1": {
        (f"s1_{row:02}", "celeba8", metric)
        for row in range(1, 31)
        if row != 16
        for metric in ("precision", "recall", "f_score")
    },
}

DIAGNOSTICS: dict[str, Callable[[int], dict[str, Any]]] = {
    "gradient_cka": diagnostics.cka,
    "gradient_conflict": diagnostics.conflict,
    "feature_maps": lambda seed: diagnostics.maps(),
    "activations": lambda seed: diagnostics.activations(),
    "predictions": lambda seed: diagnostics.predictions(),
    "inference_cost": lambda seed: {},
    "gates": lambda seed: diagnostics.gates(),
}


def _write_attributes(root: Path, unit: RunUnit, scores: fabricate.Scores) -> None:
    """A unit of attribute tasks, with the diagnostics that it makes and the metrics of them."""
    made = unit.spec["diagnostics"]
    tasks, row = str(len(unit.spec["tasks"])), "etr" if unit.method == "etr_nlp" else "gradnorm"
    names = ("cosine", "negative", "variance") if "gradient_conflict" in made else ()

    def metrics(seed: int) -> dict[str, float]:
        return {
            **scores(tasks, row, seed),
            **{f"gradient_{name}": 0.25 + 0.01 * seed for name in names},
        }

    found = {
        seed: {"diagnostics": {name: DIAGNOSTICS[name](seed) for name in made}}
        for seed in unit.seeds
    }
    fabricate.write_unit(root, unit, metrics, by_seed=found)


def _write_other(root: Path, unit: RunUnit) -> None:
    """A unit of other tasks, with all metrics that its evaluation and diagnostics measure."""
    made = unit.spec["diagnostics"]
    names = (
        *metrics(unit.spec["tasks"]),
        *(name for name, metric in METRICS.items() if metric.diagnostic in made),
    )
    found = {seed: {"diagnostics": {n: DIAGNOSTICS[n](seed) for n in made}} for seed in unit.seeds}
    fabricate.write_unit(
        root,
        unit,
        lambda seed: {name: 0.2 + 0.01 * place + 0.001 * seed for place, name in enumerate(names)},
        by_seed=found,
        detail={},
    )


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project's configuration in a scratch folder, all runs fabricated."""
    root = tmp_path_factory.mktemp("own")
    for folder in ("workflow/config", "data/published"):
        shutil.copytree(ROOT / folder, root / folder)
    project = fabricate.load(root)
    attributes = fabricate.realistic()
    for unit in project.units():
        if unit.spec["tasks"][0]["kind"] == "attributes":
            _write_attributes(root, unit, attributes)
        elif unit.spec["tasks"][0]["kind"] != "classes":
            _write_other(root, unit)
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
        for figure, spec in paper.figures.items():
            shown = registry.load(spec.kind).build(own, name, figure).heading.shown
            assert [(one.setting, one.row) for one in shown] == list(spec.pairs)
            assert all(one.n == own.scale.seeds for one in shown)
            built += 1
    assert built >= 4


def test_every_printed_number_stands_in_a_cell_but_those_that_have_none(own: Project) -> None:
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
                delta = DELTAS[paper.delta_index]
                shown |= {(row.id, key, delta) for key, d in row.deltas.items() if d.published}
                if data.mean_rank:
                    ranks = row.printed_rank.items()
                    shown |= {(row.id, key, MEAN_RANK) for key, rank in ranks if rank}
            printed = set(load_table(own.root / spec.published).numbers)
            assert shown <= printed
            assert printed - shown == UNPLACED.get(table, set())


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
