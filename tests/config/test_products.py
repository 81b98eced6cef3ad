"""The fingerprint of a figure holds the code of its own kind, and no template."""

from __future__ import annotations

import shutil

import pytest

from mtl.config import Project, load_project, products
from mtl.provenance.cache import StatCache
from mtl.provenance.closure import CodeBase
from tests.config.conftest import REPOSITORY
from tests.results.figures import fabricate


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a figure of every kind and its own copy of the code."""
    root = tmp_path_factory.mktemp("products")
    fabricate.write_config(root)
    loaded = load_project(root, "mini")
    loaded.units()
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "mtl", root / "mtl", ignore=ignored)
    return loaded


@pytest.fixture(scope="module")
def cache(project: Project) -> StatCache:
    return StatCache(project.root / "cache.json", "tests")


def fingerprints(project: Project, cache: StatCache) -> dict[str, str]:
    """By name, as the code is now; the runs stay what they were."""
    project.code = CodeBase(project.root, cache)
    found = {
        name: products.figure(project, "faces", name).fingerprint
        for name in project.paper("faces").figures
    }
    return {**found, "report": products.report(project).fingerprint}


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("mtl/render/figures/gradient_cka.py", {"cka", "report"}),
        ("mtl/results/figures/gradient_cka.py", {"cka", "report"}),
        ("mtl/results/figures/option_sweep.py", {"sweep", "report"}),
        ("mtl/results/figures/picture.py", {"maps", "panels", "tsne", "report"}),
        ("mtl/results/figures/curves.py", {"figure_1a", "conflict", "report"}),
        ("mtl/render/figures/frame.py", None),
        ("mtl/render/figures/write.py", None),
        ("mtl/render/templates/base.css", {"report"}),
        ("mtl/render/figure_view.py", {"report"}),
    ],
)
def test_code_makes_the_figures_stale_that_it_draws(
    project: Project, cache: StatCache, file: str, changed: set[str] | None
) -> None:
    before = fingerprints(project, cache)
    path = project.root / file
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\nX = 1\n", encoding="utf-8")
    after = fingerprints(project, cache)
    path.write_text(text, encoding="utf-8")
    found = {name for name in before if before[name] != after[name]}
    assert found == (set(before) if changed is None else changed)


def test_the_scales_description_makes_the_report_stale_that_shows_it(
    project: Project, cache: StatCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprints(project, cache)
    scale = project.scale.model_copy(update={"description": "Reworded."})
    monkeypatch.setattr(project, "scale", scale)
    after = fingerprints(project, cache)
    assert {name for name in before if before[name] != after[name]} == {"report"}
