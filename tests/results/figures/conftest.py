from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mtl.config import Project
from tests.results import fabricate as runs
from tests.results.figures import fabricate


@pytest.fixture(scope="session")
def figures_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a figure of every kind and all its runs."""
    root = tmp_path_factory.mktemp("figures") / "project"
    fabricate.write_config(root)
    fabricate.write_all(runs.load(root))
    return root


@pytest.fixture
def drawn(figures_template: Path, tmp_path: Path) -> Project:
    """A copy of it."""
    root = tmp_path / "project"
    shutil.copytree(figures_template, root)
    return runs.load(root)


@pytest.fixture
def empty(drawn: Project) -> Project:
    """The same without any run."""
    runs.remove_runs(drawn)
    return drawn
