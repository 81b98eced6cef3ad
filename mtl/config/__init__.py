"""Configuration: what the YAML files say, checked, and the runs that follow from it."""

from __future__ import annotations

from pathlib import Path

import mtl
from mtl.config.check import Problems, check_paper, check_scale
from mtl.config.load import (
    DEFAULT_SCALE,
    FULL_SCALE,
    SCALE_VARIABLE,
    choose_scale,
    load_papers,
    load_scale,
    scale_names,
)
from mtl.config.models import Paper
from mtl.config.project import Project
from mtl.config.spec import with_label
from mtl.config.units import CACHE, Prepared, RunUnit, Twin
from mtl.errors import MtlError
from mtl.methods import registry
from mtl.provenance.cache import StatCache
from mtl.provenance.closure import CodeBase
from mtl.provenance.source import hashing_version

__all__ = [
    "DEFAULT_SCALE",
    "FULL_SCALE",
    "SCALE_VARIABLE",
    "Prepared",
    "Project",
    "RunUnit",
    "Twin",
    "load_project",
    "scale_names",
]


def _check_package(root: Path, package: Path) -> None:
    """Refuse to describe one tree's code while running another's."""
    own = root / "mtl" / "__init__.py"
    if own.is_file() and own.resolve() != package / "__init__.py":
        raise MtlError(
            f"the command runs the package in {package}, but the project has its own in {root}; "
            "use `python -m mtl` in the project's folder"
        )


def _with_labels(paper: Paper) -> Paper:
    rows = {
        name: with_label(row, registry.describe(row.method)) for name, row in paper.rows.items()
    }
    return paper.model_copy(update={"rows": rows})


def load_project(root: str | Path = ".", scale: str | None = None) -> Project:
    """Read and check the whole configuration of a working tree.

    Args:
        root: the project's folder.
        scale: the size of the reproduction; from the environment variable MTL_SCALE, else `mini`,
            when None.

    Raises:
        MtlError: with one line for every problem in the files, before anything else happens.
    """
    root = Path(root).resolve()
    package = Path(mtl.__file__).resolve().parent
    _check_package(root, package)
    papers = load_papers(root)
    chosen, document = load_scale(root, choose_scale(scale))
    problems = Problems()
    for paper, paper_document in papers.values():
        check_paper(problems, paper, paper_document, root)
    check_scale(problems, chosen, document, papers)
    problems.raise_all()
    full = load_scale(root, FULL_SCALE)[0] if FULL_SCALE in scale_names(root) else None
    cache = StatCache(root / CACHE / "hashes.json", hashing_version())
    code = CodeBase(package.parent, cache)
    labelled = {name: _with_labels(paper) for name, (paper, _) in papers.items()}
    return Project(root, chosen, full, labelled, code)
