from __future__ import annotations

import shutil

import pytest

from mtl.config import Project, load_project
from mtl.errors import MtlError
from mtl.workflow.explain import explain
from mtl.workflow.reasons import differences, why


def test_a_cell_goes_back_to_its_runs(finished: Project) -> None:
    unit = finished.units_for("faces", "celeba8", "etr")[0]
    text = "\n".join(explain(finished, "table_4", "etr", "celeba8/f_score"))
    assert "faces/table_4, row etr, celeba8/f_score (percent), scale mini" in text
    assert "the paper prints 66.9 ± 0.1" in text
    assert f"unit {unit.name}, seeds 0, 1, 2, 3, 4 trained together" in text
    assert f"{unit.path}/seed3/metrics.json" in text
    assert '"gamma": 0.9' in text
    assert "synthetic twin 'faces'" in text
    assert "at commit c0ffee" in text
    assert '"torch": "2.14.0"' in text
    for path, digest in unit.identity["code"].items():
        assert f"{digest} {path}" in text


def test_the_mean_is_that_of_the_seeds(finished: Project) -> None:
    lines = explain(finished, "faces/table_3a", "etr", "recall")
    mean = float(lines[1].split()[1])
    seeds = [float(line.split()[2]) for line in lines if line.startswith("  seed ")]
    assert len(seeds) == 5
    assert mean == pytest.approx(sum(seeds) / 5, abs=1e-3)


def test_a_missing_cell_tells_why(finished: Project) -> None:
    unit = finished.units_for("faces", "celeba8", "etr")[0]
    shutil.rmtree(finished.root / unit.path)
    lines = explain(finished, "table_3a", "etr", "recall")
    assert lines[1:] == ["missing: not run yet", f"unit {unit.name}: not run yet"]


@pytest.mark.parametrize(
    ("names", "match"),
    [
        (("table_5", "etr", "recall"), r"unknown table 'table_5'; expected one of faces/table_3a"),
        (("table_4", "etrs", "celeba8/recall"), "unknown row 'etrs'.*Did you mean 'etr'"),
        (("table_3a", "etr", "recal"), "unknown column 'recal'"),
        (("table_4", "etr", "recall"), "say which of celeba8/recall, celeba40/recall"),
    ],
)
def test_names_that_lead_nowhere(
    finished: Project, names: tuple[str, str, str], match: str
) -> None:
    with pytest.raises(MtlError, match=match):
        explain(finished, *names)


def test_differences_name_the_values() -> None:
    old = {"a": {"b": 1, "c": [1]}, "d": 2}
    new = {"a": {"b": 2, "c": [1]}, "e": 3}
    assert list(differences(old, new)) == ["a.b: 1 -> 2", "d: gone, was 2", "e: new, 3"]


def test_why_a_unit_is_due(finished: Project) -> None:
    unit = finished.units_for("faces", "celeba8", "etr")[0]
    assert why(finished, unit) == [f"{unit.name}: is trained"]
    path = finished.root / "workflow/config/scales/mini.yaml"
    path.write_text(path.read_text().replace("epochs: 3", "epochs: 4"))
    changed = load_project(finished.root, "mini")
    unit = changed.units_for("faces", "celeba8", "etr")[0]
    assert why(changed, unit) == [
        f"{unit.name}: differs from the nearest unit on disk in",
        "  spec.training.epochs: 3 -> 4",
    ]


def test_why_a_unit_of_a_new_method_is_due(faces: Project) -> None:
    unit = faces.units()[0]
    assert why(faces, unit) == [f"{unit.name}: no unit of {unit.dataset}/{unit.method} is on disk"]
