"""What every seeded mistake does to the drift check, with real trainings.

`pytest -s` prints a line of a table for each mistake.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mtl.io import canonical_json, sha256
from mtl.results.seal import seal
from tests.e2e.project import ETR_NLP, SCALE, mtl, snakemake, unit, untrained
from tests.workflow.project import Tree

pytestmark = [pytest.mark.slow, pytest.mark.e2e]


@pytest.fixture
def referenced(finished: Tree) -> Tree:
    """The finished tree, whose runs are the reference."""
    mtl(finished, "drift", "--update", check=True)
    return finished


def _edit(path: str, old: str, new: str) -> Callable[[Tree], None]:
    return lambda tree: tree.edit(path, old, new)


def _swap_splits(tree: Tree) -> None:
    tree.edit(
        "mtl/data/aligned_faces.py", "enumerate(SPLITS)", 'enumerate(("val", "train", "test"))'
    )


def _a_record(tree: Tree) -> Path:
    return tree.root / unit(tree, "digits/hard_sharing") / "seed1/metrics.json"


def _rewrite(path: Path, content: dict[str, object]) -> None:
    path.unlink()
    path.write_text(canonical_json(content), encoding="utf-8")


def _change_a_result(tree: Tree) -> None:
    path = _a_record(tree)
    record = json.loads(path.read_text(encoding="utf-8"))
    record["metrics"]["accuracy_left"] += 1 / 32
    _rewrite(path, record)


def _change_and_seal_a_result(tree: Tree) -> None:
    _change_a_result(tree)
    path = _a_record(tree)
    _rewrite(path, seal(json.loads(path.read_text(encoding="utf-8"))))
    closing = path.parents[1] / "unit.json"
    facts = json.loads(closing.read_text(encoding="utf-8"))
    facts["records"]["1"] = sha256(path.read_bytes())
    _rewrite(closing, seal(facts))


@dataclass(frozen=True)
class Mutation:
    """A mistake, how many units it makes train again, and what the report must name."""

    make: Callable[[Tree], None]
    trained: int
    named: tuple[str, ...]


MUTATIONS = {
    "gamma of ETR 0.9 -> 0.5": Mutation(
        _edit(
            ETR_NLP,
            "  etr:\n    method: etr\n    options:\n      gamma: 0.9",
            "  etr:\n    method: etr\n    options:\n      gamma: 0.5",
        ),
        1,
        ("method.options.gamma: 0.9 -> 0.5  in etr_nlp/celeba8/etr", "etr_nlp celeba8 etr "),
    ),
    "precision divided by the positives": Mutation(
        _edit(
            "mtl/metrics/classification.py",
            "precision = true / (predicted + EPSILON)",
            "precision = true / (positive + EPSILON)",
        ),
        4,
        ("etr_nlp celeba8 etr precision", "mtl/metrics/classification.py"),
    ),
    "learning rate of one setting 0.002 -> 0.003": Mutation(
        _edit(
            SCALE,
            "eval_batch_size: 32\n    learning_rate: 0.002",
            "eval_batch_size: 32\n    learning_rate: 0.003",
        ),
        2,
        ("training.learning_rate: 0.002 -> 0.003  in digits/digits/",),
    ),
    "training and validation split swapped": Mutation(
        _swap_splits, 2, ("data.fingerprint: ", "etr_nlp celeba8 etr precision")
    ),
    "a seed's result edited": Mutation(
        _change_a_result,
        0,
        ("digits/hard_sharing/", "seed1/metrics.json: ", "was edited"),
    ),
    "a seed's result edited and sealed anew": Mutation(
        _change_and_seal_a_result,
        0,
        ("digits digits hard_sharing accuracy_left", "seed 1: ", "bit for bit"),
    ),
}


def test_nothing_drifts_without_a_mistake(referenced: Tree) -> None:
    done = mtl(referenced, "drift")
    assert done.returncode == 0, done.stdout
    assert done.stdout.rstrip().endswith("No drift")
    assert "compared bit for bit" in done.stdout


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mistake_is_found_and_named(name: str, referenced: Tree) -> None:
    mutation, tree = MUTATIONS[name], referenced
    mutation.make(tree)
    stale = untrained(tree)
    assert len(stale) == mutation.trained
    if stale:
        snakemake(tree, "--", *stale)
    done = mtl(tree, "drift")
    lines = done.stdout.splitlines()
    print(f"\n| {name} | {done.returncode} | {lines[1].strip()} {lines[2].strip()} |")
    assert done.returncode == 1
    assert lines[-1] == "DRIFT"
    for text in mutation.named:
        assert text in done.stdout, done.stdout
