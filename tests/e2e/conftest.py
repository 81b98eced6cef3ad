from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import project
from tests.workflow.project import Tree


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str], Tree]:
    """A tree of a kind, made once for all processes of the session; not to be changed.

    `planned` has nothing made, `finished` has everything made by one `snakemake`.
    """
    top = tmp_path_factory.getbasetemp()
    folder = (top if worker_id == "master" else top.parent) / "e2e"
    folder.mkdir(exist_ok=True)

    def made(kind: str) -> Tree:
        with open(folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            planned = Tree(folder / "planned", folder / "home")
            if not (folder / "planned.made").exists():
                project.make(planned.root, planned.home)
                (folder / "planned.made").touch()
            if kind == "planned":
                return planned
            finished = Tree(folder / "finished", folder / "home")
            if not (folder / "finished.made").exists():
                planned.copy(finished.root)
                (folder / "run.log").write_text(project.snakemake(finished).stdout)
                (folder / "finished.made").touch()
            return finished

    return made


@pytest.fixture
def planned(base: Callable[[str], Tree], tmp_path: Path) -> Tree:
    """A copy of the tree in which nothing is made."""
    return base("planned").copy(tmp_path / "tree")


@pytest.fixture(scope="session")
def reference(base: Callable[[str], Tree]) -> Tree:
    """The finished tree itself, to compare with."""
    return base("finished")


@pytest.fixture
def finished(reference: Tree, tmp_path: Path) -> Tree:
    """A copy of the finished tree, free to be changed."""
    return reference.copy(tmp_path / "tree")
