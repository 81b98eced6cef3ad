"""A small project with fabricated runs, printed numbers and claims."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mtl.config import Project
from mtl.io import atomic_write
from tests.claims import small
from tests.results import fabricate


@pytest.fixture(scope="session")
def finished_claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("claims") / "project"
    fabricate.write_config(root, published=small.TABLE)
    atomic_write(root / "workflow/config/claims/faces.yaml", small.CLAIMS)
    fabricate.write_runs(fabricate.load(root), fabricate.realistic())
    return root


@pytest.fixture
def finished(finished_claims: Path, tmp_path: Path) -> Project:
    """The project with all its runs, free to be changed."""
    root = tmp_path / "project"
    shutil.copytree(finished_claims, root)
    return fabricate.load(root)
