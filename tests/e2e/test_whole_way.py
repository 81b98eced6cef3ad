"""One `snakemake` from nothing to all products, and the same bytes after every kind of kill."""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from tests.e2e import project
from tests.e2e.project import SNAKEMAKE, in_group, kill_when, leftovers, results, snakemake, unit
from tests.workflow.project import Tree

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

PICKLE_PROTOCOL = b"\x80"
ZIP = b"PK"


def test_every_product_is_made(reference: Tree) -> None:
    for page in project.PAGES:
        stamp = json.loads((reference.root / f"{page}.json").read_text())
        suffixes = {name.rpartition(".")[2] for name in stamp["files"]} | set(stamp["missing"])
        assert suffixes == {"tex", "pdf", "html", "csv"}
        assert (reference.root / f"{page}.tex").stat().st_size > 0
    assert (reference.root / f"{project.FIGURE}.png").read_bytes().startswith(b"\x89PNG")
    assert "</html>" in (reference.root / "results/report/index.html").read_text()
    assert len(list((reference.root / "results/runs").glob("*/*/*/seed*/metrics.json"))) == 8
    assert leftovers(reference) == []


def test_nothing_is_left_to_do(finished: Tree) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = snakemake(finished, "-n")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "Nothing to be done" in done.stdout
    # Processor time, as other tests may keep the machine busy.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 10


def test_checkpoints_hold_no_pickle(reference: Tree) -> None:
    paths = list((reference.root / "results/checkpoints").rglob("*.safetensors"))
    assert len(paths) == 8
    assert {path.suffix for path in (reference.root / "results/checkpoints").rglob("*.*")} == {
        ".safetensors"
    }
    for path in paths:
        assert path.read_bytes()[:2] not in (ZIP, PICKLE_PROTOCOL + b"\x02")
        assert path.read_bytes()[8:9] == b"{"  # the header is JSON, after its length
        assert all(array.size for array in load_file(path).values())


def test_a_run_that_is_killed_again_and_again_gives_the_same_bytes(
    planned: Tree, reference: Tree
) -> None:
    """Also shows that two independent runs, in different folders, give the same bytes."""
    root = planned.root
    kill_when(planned, lambda group: any(root.glob(".cache/resume/*/state.pt")), *SNAKEMAKE)
    interrupted = [path.name for path in root.glob(".cache/resume/*") if any(path.glob("state.pt"))]
    assert interrupted
    assert not any(root.glob("results/runs/*/*/*/unit.json"))

    compiling = "pdflatex" if shutil.which("pdflatex") else "-m mtl table"
    kill_when(planned, lambda group: in_group(group, compiling), *SNAKEMAKE)
    assert not all((root / f"{page}.json").exists() for page in project.PAGES)

    shutil.rmtree(root / "results/report", ignore_errors=True)
    report = root / "results/report"
    kill_when(planned, lambda group: report.exists(), *SNAKEMAKE)

    done = snakemake(planned)
    assert "The last Snakemake here was killed; its lock is removed." in done.stdout
    for name in interrupted:
        (closing,) = root.glob(f"results/runs/*/*/{name}/unit.json")
        assert json.loads(closing.read_text())["provenance"]["resumed"] >= 1
    assert results(planned) == results(reference)
    assert "Nothing to be done" in snakemake(planned, "-n").stdout


def test_a_second_snakemake_leaves_the_lock_of_a_running_one(planned: Tree) -> None:
    with project.running(planned, *SNAKEMAKE):
        deadline = time.monotonic() + 60
        while not any((planned.root / ".snakemake").glob("locks/*.output.lock")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        done = snakemake(planned, check=False)
    assert done.returncode == 1
    assert "Directory cannot be locked" in done.stdout


def test_a_killed_dvc_pull_is_taken_up_again(finished: Tree, tmp_path: Path) -> None:
    remote = tmp_path / "remote"
    finished.python("-m", "dvc", "remote", "add", "-f", "-d", "lab", str(remote))
    project.mtl(finished, "store", "add", check=True)
    finished.python("-m", "dvc", "push", "-q")
    project.commit(finished)
    clone = finished.clone(tmp_path / "clone", "copy", pull=False)
    stored = clone.root / ".dvc/cache/files"

    pull = (sys.executable, "-m", "dvc", "pull")
    kill_when(clone, lambda group: any(stored.rglob("??????????????????????????????")), *pull)
    clone.python("-m", "dvc", "pull")
    assert "Nothing to be done" in snakemake(clone, "-n").stdout
    assert results(clone) == results(finished)
    assert unit(clone, "celeba/etr") == unit(finished, "celeba/etr")
