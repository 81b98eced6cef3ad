"""A page made from a small project with fabricated runs, one cell of which has none."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from mtl.config import Project, load_project
from mtl.render.report import write_report
from tests.results import fabricate


@dataclass(frozen=True)
class Report:
    """A page and the project that it shows."""

    project: Project
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    root = tmp_path_factory.mktemp("report")
    fabricate.write_config(root)
    project = load_project(root, "mini")
    fabricate.write_runs(project, fabricate.realistic())
    [gap] = project.units_for("faces", "celeba40", "gradnorm")
    shutil.rmtree(root / gap.path)
    write_report(project, root / "page", "abc123", allow_missing=True)
    return Report(project, root / "page" / "index.html")
