from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

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
