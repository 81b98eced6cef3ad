from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mtl.config import Project, load_project, products
from tests.results import fabricate
from tests.workflow import project as scratch
from tests.workflow.project import Tree

Clone = Callable[[str], Tree]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of one test session share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "workflow"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def base(shared: Path) -> Callable[[str], Tree]:
    """The tree of a kind, made once for all processes: `origin`, `copy`, `gitonly`, ..."""

    def made(kind: str) -> Tree:
        with open(shared / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            home = shared / "home"
            origin = Tree(shared / "origin", home)
            if not (shared / "origin.made").exists():
                scratch.make(origin.root, home)
                (shared / "origin.made").touch()
            if kind == "origin":
                return origin
            tree = Tree(shared / kind, home)
            if not (shared / f"{kind}.made").exists():
                link = "copy" if kind == "gitonly" else kind
                origin.clone(tree.root, link, pull=kind != "gitonly")
                (shared / f"{kind}.made").touch()
            return tree

    return made


@pytest.fixture
def clone(base: Callable[[str], Tree], tmp_path: Path) -> Clone:
    """A tree of a kind, free to be edited."""
    return lambda kind: base(kind).copy(tmp_path / "tree")


@pytest.fixture(scope="session")
def faces_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small configured project with remembered hashes of the package's files."""
    root = tmp_path_factory.mktemp("faces")
    fabricate.write_config(root)
    loaded = load_project(root, "mini")
    products.products(loaded)
    loaded.code.remember()
    return root


@pytest.fixture
def faces(faces_template: Path, tmp_path: Path) -> Project:
    """A small project without runs."""
    root = tmp_path / "faces"
    shutil.copytree(faces_template, root)
    return load_project(root, "mini")


@pytest.fixture
def finished(faces: Project) -> Project:
    """The small project with all its runs."""
    fabricate.write_runs(faces, fabricate.realistic())
    return faces
