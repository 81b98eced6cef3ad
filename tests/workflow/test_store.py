from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mtl.config import Project
from mtl.errors import MtlError
from mtl.workflow import store
from tests.workflow.conftest import Clone
from tests.workflow.project import Tree


@pytest.fixture
def dvc(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Replaces DVC; the commands that it was given."""
    commands: list[list[str]] = []
    monkeypatch.setattr(store, "_dvc", lambda root, arguments: commands.append(list(arguments)))
    return commands


def test_new_units_are_added_and_listed_once(finished: Project, dvc: list[list[str]]) -> None:
    names = sorted(unit.name for unit in finished.units())
    assert store.add(finished.root) == names
    assert dvc == [["add", "results/runs"]]
    assert store.known(finished.root) == names
    assert store.add(finished.root) == []
    assert len(dvc) == 1


def test_later_units_are_added_to_the_tracked_folder(
    finished: Project, dvc: list[list[str]]
) -> None:
    (finished.root / "results/runs.dvc").touch()
    store.add(finished.root)
    last = finished.units()[-1]
    manifest = finished.root / store.MANIFEST
    lines = manifest.read_text().splitlines()
    manifest.write_text("".join(f"{line}\n" for line in lines if line != last.name))
    assert store.add(finished.root) == [last.name]
    assert dvc[-1] == ["add", f"results/runs/{last.name}"]
    assert manifest.read_text().splitlines()[-1] == last.name


def test_damaged_units_are_not_added(finished: Project, dvc: list[list[str]]) -> None:
    unit = finished.units()[0]
    path = finished.root / unit.metrics[0]
    path.write_text(path.read_text()[:-10])
    with pytest.raises(MtlError, match=r"metrics\.json"):
        store.add(finished.root)
    assert dvc == []
    assert store.known(finished.root) == []


def test_a_broken_line_of_the_manifest_is_told(finished: Project) -> None:
    path = finished.root / store.MANIFEST
    path.parent.mkdir(exist_ok=True)
    path.write_text("celeba/etr/0123456789ab\n\n<<<<<<< HEAD\n")
    with pytest.raises(MtlError, match=r"results/manifest\.txt:3: expected <dataset>/<method>/"):
        store.known(finished.root)


def test_what_is_restorable(finished: Project, dvc: list[list[str]]) -> None:
    store.add(finished.root)
    assert store.restorable(finished) == []
    first, second = finished.units()[:2]
    shutil.rmtree(finished.root / first.path)
    (finished.root / second.metrics[0]).unlink()
    assert store.restorable(finished) == [first, second]


def test_what_the_manifest_lacks_cannot_be_restored(
    finished: Project, dvc: list[list[str]]
) -> None:
    with pytest.raises(MtlError, match="does not list 'celeba/etr/x', so it cannot be restored"):
        store.restore(finished.root, ["celeba/etr/x"])
    store.restore(finished.root, [])
    assert dvc == []


@pytest.mark.slow
@pytest.mark.e2e
def test_runs_come_back_from_the_remote_unless_it_is_gone(clone: Clone) -> None:
    tree = clone("gitonly")
    tree.edit("workflow/config/papers/digits.yaml", "Accuracy of", "Accuracy in")
    listed = (tree.root / store.MANIFEST).read_text().split()
    done = tree.python("-m", "mtl", "restore")
    assert done.stdout.strip() == f"{len(listed)} units restored"
    assert all((tree.root / "results/runs" / name / "unit.json").is_file() for name in listed)
    assert tree.plan().jobs == {"table": 1, "report": 1}
    assert tree.run("git", "status", "--porcelain").stdout.split() == [
        "M",
        "workflow/config/papers/digits.yaml",
    ]
    shutil.rmtree(tree.root / "results/runs")
    shutil.rmtree(tree.root / ".dvc/cache")
    tree.python("-m", "dvc", "remote", "modify", "--local", "store", "url", "/nonexistent/store")
    done = tree.python("-m", "mtl", "restore", check=False)
    assert done.returncode == 1
    assert "cannot be restored from the DVC remote" in done.stderr
    assert "snakemake --config restore=false" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.e2e
def test_runs_of_two_branches_merge(clone: Clone) -> None:
    tree = clone("copy")
    tree.run("sh", "workflow/scripts/merge-drivers.sh")
    names = {}
    for branch in ("one", "two"):
        tree.run("git", "checkout", "-q", "-b", branch, "main")
        names[branch] = _add_unit(tree, branch)
        tree.run("git", "add", "-A")
        tree.run("git", "commit", "-q", "-m", branch)
    tree.run("git", "merge", "-q", "-m", "merge", "one")
    manifest = (tree.root / store.MANIFEST).read_text().split()
    assert set(names.values()) <= set(manifest)
    tree.python("-m", "dvc", "checkout", "-q", "results/runs")
    for name in names.values():
        assert (tree.root / "results/runs" / name / "unit.json").is_file()


def _add_unit(tree: Tree, branch: str) -> str:
    """A unit of other epochs, given to DVC; its name."""
    epochs = {"one": 91, "two": 92}[branch]
    code = (
        "from pathlib import Path\n"
        "from mtl.config import load_project\n"
        "from tests.workflow.finish import finish_unit\n"
        "path = Path('workflow/config/scales/mini.yaml')\n"
        "text = path.read_text()\n"
        f"path.write_text(text.replace('    epochs: ', '    epochs: {epochs}'))\n"
        "project = load_project(Path())\n"
        "unit = project.units_for('digits', 'digits', 'etr')[0]\n"
        "finish_unit(project, unit)\n"
        "path.write_text(text)\n"
        "print(unit.name)\n"
    )
    name = tree.python("-c", code).stdout.strip()
    tree.python("-m", "mtl", "store", "add")
    assert name in Path(tree.root / store.MANIFEST).read_text()
    return name
