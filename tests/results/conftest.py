from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mtl.config import Project
from tests.results import fabricate


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configured project."""
    root = tmp_path_factory.mktemp("template")
    fabricate.write_config(root)
    return root


@pytest.fixture(scope="session")
def finished_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with all its runs."""
    root = tmp_path_factory.mktemp("finished") / "project"
    shutil.copytree(template, root)
    fabricate.write_runs(fabricate.load(root), fabricate.realistic())
    return root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Project:
    """A project without runs."""
    return _copy(template, tmp_path / "project")


@pytest.fixture
def finished(finished_template: Path, tmp_path: Path) -> Project:
    """A project with all its runs."""
    return _copy(finished_template, tmp_path / "project")


def _copy(template: Path, root: Path) -> Project:
    shutil.copytree(template, root)
    return fabricate.load(root)
