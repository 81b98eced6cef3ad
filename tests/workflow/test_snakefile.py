"""The workflow itself: its form, and what it does when a training fails."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.conftest import Clone

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
REPOSITORY = Path(__file__).parents[2]


def test_lint(clone: Clone) -> None:
    done = clone("origin").python("-m", "snakemake", "--lint", check=False)
    assert done.returncode == 0, done.stderr
    assert "Congratulations" in done.stdout + done.stderr


def test_format() -> None:
    snakefmt = shutil.which("snakefmt", path=str(Path(sys.executable).parent))
    if snakefmt is None:
        pytest.skip("snakefmt is not installed")
    files = ["Snakefile", "workflow/rules"]
    done = subprocess.run(
        [snakefmt, "--check", *files], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_mistake_in_the_configuration_is_told_before_planning(clone: Clone) -> None:
    tree = clone("origin")
    tree.edit("workflow/config/papers/digits.yaml", "method: gradnorm", "method: grad_norm")
    done = tree.python("-m", "snakemake", "-n", check=False)
    text = done.stdout + done.stderr
    assert done.returncode == 1
    assert "rows.gradnorm.method: unknown method 'grad_norm'" in text
    assert "Did you mean 'gradnorm'?" in text
    assert "Traceback" not in text


def test_the_scale_is_chosen_by_configuration_and_environment(clone: Clone) -> None:
    tree = clone("origin")
    text = tree.plan("--config", "scale=quick").text
    assert "results/quick/tables/digits/digits.json" in text
    assert tree.plan().jobs == {}


def test_the_whole_graph_can_be_shown_of_a_finished_tree(clone: Clone) -> None:
    tree = clone("origin")
    done = tree.run(
        "env", "MTL_FULL_DAG=1", sys.executable, "-m", "snakemake", "--rulegraph", check=True
    )
    for rule in ("twin", "prepare", "train", "table", "figure", "report", "summary"):
        assert f'label = "{rule}"' in done.stdout


def test_a_failing_training_leaves_incomplete_tables_that_stay_due(clone: Clone) -> None:
    tree = clone("origin")  # whose prepared data are empty, so that no training succeeds
    tree.edit("mtl/methods/gradnorm.py", "\n\nclass", "\n\nX = 1\n\n\nclass")
    table = tree.root / "results/tables/digits/digits.json"
    before = json.loads(table.read_text())["fingerprint"]
    target = "results/tables/digits/digits.json"
    done = tree.python("-m", "snakemake", "--", target, check=False)
    assert done.returncode == 1
    notes = [json.loads(path.read_text()) for path in (tree.root / ".cache/failures").iterdir()]
    assert [note["unit"].split("/")[:2] for note in notes] == [["digits", "gradnorm"]]
    assert "prepare the data again" in notes[0]["error"]
    assert "failed: " in (page := table.with_suffix(".html").read_text())
    assert "prepare the data again" in page
    assert json.loads(table.read_text())["fingerprint"] != before
    summary = json.loads((tree.root / "results/summary.json").read_text())
    assert summary["accuracy"] == 0.5  # metrics never lose a cell silently
    tree.edit("mtl/methods/gradnorm.py", "\n\nX = 1\n", "\n")
    assert tree.plan("--", target).jobs == {"table": 1}
