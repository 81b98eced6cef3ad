from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import mtl.render.latex
from mtl.config import Project, load_project, products
from mtl.errors import MtlError
from mtl.io import atomic_write, canonical_json
from mtl.provenance.stamp import read_stamp
from mtl.workflow.rendering import make, make_all
from tests.results import fabricate
from tests.results.figures import fabricate as figures


@pytest.fixture(autouse=True)
def no_latex(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without LaTeX, which takes most of the time."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(mtl.render.latex.shutil, "which", lambda name: None)


def states(project: Project) -> dict[str, str | None]:
    return {p.title: p.staleness(project.root) for p in products.products(project)}


def test_everything_is_made_once(finished: Project) -> None:
    assert set(states(finished).values()) == {"was never made"}
    lines, whole = make_all(finished, incomplete=False)
    assert whole
    assert all(line.endswith(": made") for line in lines)
    assert set(states(finished).values()) == {None}
    again, _ = make_all(finished, incomplete=False)
    assert all(line.endswith(": up to date") for line in again)


def test_a_table_says_which_records_it_was_made_from(finished: Project) -> None:
    product = products.table(finished, "faces", "table_3a")
    assert make(finished, product, product.fingerprint) == product.fingerprint
    stamp = read_stamp(finished.root / product.stamp)
    assert set(stamp.made_from["records"]) == {unit.name for unit in product.units}
    unit = product.units[0]
    fabricate.write_unit(finished.root, unit, lambda seed: {"precision": 0.5, "recall": 0.5})
    assert product.staleness(finished.root) == f"the records of {unit.name} are others"


def test_missing_runs_stop_a_product_unless_allowed(finished: Project) -> None:
    product = products.table(finished, "faces", "table_3a")
    unit = finished.units_for("faces", "celeba8", "etr")[0]
    shutil.rmtree(finished.root / unit.path)
    with pytest.raises(MtlError, match=r"runs are missing:\n.*etr in celeba8"):
        make(finished, product)
    note = {"fingerprint": unit.fingerprint, "error": "the disk is full", "when": ""}
    atomic_write(finished.root / unit.failure, canonical_json(note))
    fingerprint = make(finished, product, allow_missing=True)
    assert fingerprint != product.fingerprint
    page = (finished.root / product.stamp).with_suffix(".html").read_text()
    assert "the disk is full" in page
    assert product.staleness(finished.root) == "made from other runs, configuration or code"


def test_with_runs_missing_the_rest_is_made_but_no_summary(finished: Project) -> None:
    unit = finished.units_for("faces", "celeba8", "gradnorm")[0]
    shutil.rmtree(finished.root / unit.path)
    lines, whole = make_all(finished, incomplete=True)
    assert whole
    assert lines == [
        "table faces/table_4: made without 1 units",
        "table faces/table_3a: made",
        "figure faces/figure_1a: made",
        "audit audit: made",
        "claims claims: made",
        "agreement agreement: made without 1 units",
        "report report: made without 1 units",
        "summary summary: not made, 1 units are missing",
    ]
    assert not (finished.root / "results/summary.json").exists()
    lines, _ = make_all(finished, incomplete=False)
    assert lines[0] == "table faces/table_4: not made, 1 units are missing"


def test_a_damaged_record_keeps_no_other_product(finished: Project) -> None:
    unit = finished.units_for("faces", "celeba40", "gradnorm")[0]
    path = finished.root / unit.metrics[0]
    path.write_text(path.read_text()[:-20])
    lines, whole = make_all(finished, incomplete=True)
    assert not whole
    assert "table faces/table_4: failed: " in lines[0]
    assert str(path) in lines[0]
    assert lines[1] == "table faces/table_3a: made"


def test_a_product_planned_otherwise_is_not_made(finished: Project) -> None:
    product = products.table(finished, "faces", "table_3a")
    with pytest.raises(MtlError, match=r"table faces/table_3a: planned as 0{12}, but the working"):
        make(finished, product, "0" * 12)
    assert not (finished.root / product.stamp).exists()


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("caption: On faces.", "caption: Faces.", {"faces/table_4", "agreement", "report"}),
        ("note: Ours.", "note: Our.", {"faces/table_4", "faces/table_3a", "agreement", "report"}),
        ("title: Curves", "title: A curve", {"faces/figure_1a", "report"}),
        ("    delta: metrics\n", "", {"faces/table_4", "agreement", "report", "summary"}),
        ("short: Faces", "short: faces", None),
    ],
)
def test_words_make_their_products_stale(
    faces: Project, old: str, new: str, changed: set[str] | None
) -> None:
    def fingerprints(project: Project) -> dict[str, str]:
        return {p.title: p.fingerprint for p in products.products(project)}

    before = fingerprints(faces)
    path = faces.root / "workflow/config/papers/faces.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    after = fingerprints(load_project(faces.root, "mini"))
    found = {title for title in before if before[title] != after[title]}
    # The row's note belongs to the figure's words too; names of papers are in every heading.
    expected = {*before} - {"summary", "audit", "claims"} if changed is None else changed
    assert found - {"faces/figure_1a"} == expected - {"faces/figure_1a"}


def test_printed_numbers_make_their_table_stale(faces: Project) -> None:
    before = products.table(faces, "faces", "table_4").fingerprint
    path = faces.root / "data/published/faces/table_4.csv"
    path.write_text(path.read_text().replace("66.9", "66.8"))
    assert products.table(faces, "faces", "table_4").fingerprint != before


@pytest.mark.parametrize("kind", ["table", "figure"])
def test_unknown_products(faces: Project, kind: str) -> None:
    with pytest.raises(MtlError, match=f"unknown {kind} 'table_5'"):
        getattr(products, kind)(faces, "faces", "table_5")


def test_stamps_lie_beside_their_products(faces: Project) -> None:
    stamps = {product.title: product.stamp for product in products.products(faces)}
    assert stamps == {
        "faces/table_4": Path("results/tables/faces/table_4.json"),
        "faces/table_3a": Path("results/tables/faces/table_3a.json"),
        "faces/figure_1a": Path("results/figures/faces/figure_1a.json"),
        "audit": Path("results/audit/audit.json"),
        "claims": Path("results/claims/claims.json"),
        "agreement": Path("results/agreement/agreement.json"),
        "report": Path("results/report/index.json"),
        "summary": Path("results/summary.json"),
    }


def test_figures_of_every_kind_are_made(tmp_path: Path) -> None:
    figures.write_config(tmp_path)
    project = fabricate.load(tmp_path)
    figures.write_all(project)
    for name in project.paper("faces").figures:
        product = products.figure(project, "faces", name)
        assert make(project, product) == product.fingerprint
        assert product.staleness(tmp_path) is None
        runs = read_stamp(tmp_path / product.stamp).made_from["runs"]
        pairs = [(setting, row) for setting, rows in runs.items() for row in rows]
        assert set(pairs) == set(project.paper("faces").figures[name].pairs)
    shutil.rmtree(tmp_path / "results/runs")
    for name in project.paper("faces").figures:
        product = products.figure(project, "faces", name)
        with pytest.raises(MtlError, match=f"figure faces/{name}: .* runs are missing"):
            make(project, product)
        assert make(project, product, allow_missing=True) != product.fingerprint
