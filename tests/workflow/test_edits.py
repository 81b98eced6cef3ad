"""What is made again after an edit: exactly what depends on it, in every kind of clone.

`origin` is the working folder where everything was made. `copy`, `hardlink` and `symlink` are fresh
clones after `dvc pull` with that kind of link; they hold no prepared data. `gitonly` is a fresh
clone without `dvc pull`, where runs that are needed are restored.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mtl.config import RunUnit, load_project
from tests.workflow.conftest import Clone
from tests.workflow.project import Tree, rewrite_json

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

ETR_NLP = "workflow/config/papers/etr_nlp.yaml"
DIGITS = "workflow/config/papers/digits.yaml"
MINI = "workflow/config/scales/mini.yaml"

PROJECT = load_project(Path(__file__).parents[2], "mini")
UNITS = {unit.name: unit for unit in PROJECT.units()}
# How many variants of a dataset there are to prepare, and how many of its twin to make.
# CelebA has a smaller variant, of the same twin, for the settings of InterroGate.
PREPARED = {
    "celeba": 1, "smaller celeba": 1, "digits": 1, "faces_probe": 5, "cityscapes": 1, "nyu": 1,
    "pascal": 1,
}  # fmt: skip
TWINS = {"celeba": 1, "faces_probe": 5, "cityscapes": 1, "nyu": 1, "pascal": 1}
EVERY_DATASET = tuple(PREPARED)
N_TABLES = sum(len(paper.tables) for paper in PROJECT.papers.values())
ONE_TABLE = {"table": 1, "report": 1, "summary": 1}
WORDS = {"table": 1, "report": 1}


def trainings(chosen: Callable[[RunUnit], bool], **others: int) -> dict[str, int]:
    """The jobs that follow when chosen units must be trained again: all that shows one of them.

    Claims follow whatever the papers show, agreement their printed tables; the digits have neither,
    and the audit needs no runs.
    """
    tables, figures, evidence = 0, 0, set()
    for name, paper in PROJECT.papers.items():
        for table, spec in paper.tables.items():
            if any(map(chosen, PROJECT.table_units(name, table))):
                tables += 1
                evidence |= {"claims"} if name != "digits" else set()
                evidence |= {"agreement"} if spec.published else set()
        for figure in paper.figures:
            if any(map(chosen, PROJECT.figure_units(name, figure))):
                figures += 1
                evidence |= {"claims"} if name != "digits" else set()
    jobs = {
        "train": sum(map(chosen, UNITS.values())),
        "table": tables,
        "figure": figures,
        "evidence": len(evidence),
        "report": 1,
        "summary": 1 if tables else 0,
        **others,
    }
    return {rule: n for rule, n in jobs.items() if n}


def showing(method: str) -> int:
    """The number of tables with a row of a method."""
    return sum(
        any(paper.rows[row].method == method for row in (*table.rows, *table.extra_rows))
        for paper in PROJECT.papers.values()
        for table in paper.tables.values()
    )


def drawing(method: str) -> int:
    """The number of figures with a row of a method."""
    return sum(
        any(paper.rows[row].method == method for row in figure.shown_rows)
        for paper in PROJECT.papers.values()
        for figure in paper.figures.values()
    )


MGDA_UB = {
    "celeba/mgda_ub": 2,
    "digits/mgda_ub": 1,
    "cityscapes/mgda_ub": 1,
    "nyu/mgda_ub": 1,
    "pascal/mgda_ub": 1,
}


def is_celeba(unit: RunUnit) -> bool:
    return unit.dataset == "celeba"


def is_celeba8(unit: RunUnit) -> bool:
    """Of the setting `celeba8`, which has other hosts beside it."""
    return (
        is_celeba(unit)
        and len(unit.spec["tasks"]) == 8
        and (unit.spec["model"]["host"] == "resnet18")
    )


@dataclass(frozen=True)
class Case:
    """An edit and what must follow.

    Attributes:
        edit: changes a tree.
        jobs: expected in the tree where everything was made.
        data: datasets whose prepared data a fresh clone must make first.
        trained: expected units to train, by dataset/method; not looked at if None.
        restored: whether runs are needed that a git-only clone must restore.
    """

    edit: Callable[[Tree], None]
    jobs: dict[str, int] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    trained: dict[str, int] | None = None
    restored: bool = False

    def expected(self, kind: str) -> dict[str, int]:
        """The jobs in a kind of clone."""
        jobs = dict(self.jobs)
        if kind != "origin":
            for rule, variants in (("prepare", PREPARED), ("twin", TWINS)):
                needed = sum(variants.get(dataset, 0) for dataset in self.data)
                if needed:
                    jobs[rule] = max(needed, jobs.get(rule, 0))
        if kind == "gitonly" and self.restored:
            jobs["restore"] = 1
        return jobs


def _touch_everything(tree: Tree) -> None:
    files = [path for path in tree.root.rglob("*") if path.is_file() and ".git" not in path.parts]
    random.Random(0).shuffle(files)
    for path in files:
        path.touch()


def _forget(tree: Tree) -> None:
    for name in (".snakemake", ".cache"):
        shutil.rmtree(tree.root / name, ignore_errors=True)


def _add_method(tree: Tree) -> None:
    source = tree.root / "mtl/methods/gradnorm.py"
    text = source.read_text(encoding="utf-8").replace('"gradnorm"', '"newnorm"')
    (tree.root / "mtl/methods/newnorm.py").write_text(text, encoding="utf-8")
    tree.edit(DIGITS, "  gradnorm:\n", "  newnorm:\n    method: newnorm\n  gradnorm:\n")
    tree.edit(DIGITS, "      - gradnorm\n", "      - gradnorm\n      - newnorm\n")


def _cosmetics(tree: Tree) -> None:
    tree.edit("mtl/training/trainer.py", "import torch", "# a comment\n\n\nimport torch")
    tree.edit("mtl/methods/mgda_ub.py", '"""', '"""Said otherwise. ')
    tree.edit("mtl/errors.py", '"""', '"""Said otherwise. ')


def _delete_table(tree: Tree) -> None:
    (tree.root / "results/tables/digits/digits.html").unlink()


def _lose_runs(tree: Tree) -> None:
    shutil.rmtree(tree.root / "results/runs/celeba/etr", ignore_errors=True)


CASES = {
    "nothing": Case(lambda tree: None),
    "every file touched in random order": Case(_touch_everything),
    "caches deleted": Case(_forget),
    "comments, docstrings, blank lines": Case(_cosmetics),
    "text of a rule": Case(
        lambda tree: tree.edit("workflow/rules/runs.smk", "mtl train", "mtl  train")
    ),
    "finished runs deleted, products whole": Case(_lose_runs),
    "an option of one method": Case(
        lambda tree: tree.edit(ETR_NLP, "      alpha: 0.5", "      alpha: 0.6"),
        trainings(lambda unit: unit.method == "gradnorm" and unit.dataset != "digits"),
        data=("celeba", "cityscapes", "nyu"),
        trained={"celeba/gradnorm": 2, "cityscapes/gradnorm": 1, "nyu/gradnorm": 1},
        restored=True,
    ),
    "code of one method": Case(
        lambda tree: tree.edit("mtl/methods/mgda_ub.py", "\n\nclass", "\n\nX = 1\n\n\nclass"),
        trainings(lambda unit: unit.method == "mgda_ub"),
        data=("celeba", "digits", "cityscapes", "nyu", "pascal"),
        trained=MGDA_UB,
        restored=True,
    ),
    "solver that two methods import": Case(
        lambda tree: tree.edit("mtl/methods/_min_norm.py", "\n\ndef", "\n\nX = 1\n\n\ndef"),
        trainings(lambda unit: unit.method in ("mgda_ub", "cagrad")),
        data=("celeba", "digits", "cityscapes", "nyu", "pascal"),
        trained={**MGDA_UB, "celeba/cagrad": 1, "pascal/cagrad": 1},
        restored=True,
    ),
    "code that all trainings share": Case(
        lambda tree: tree.edit("mtl/training/trainer.py", "\n\nclass", "\n\nX = 1\n\n\nclass"),
        trainings(lambda unit: True),
        data=EVERY_DATASET,
    ),
    "host of one setting": Case(
        lambda tree: tree.edit("mtl/models/resnet_small.py", "\n\ndef", "\n\nX = 1\n\n\ndef"),
        trainings(lambda unit: unit.dataset == "digits"),
        data=("digits",),
        restored=True,
    ),
    "label of a method": Case(
        lambda tree: tree.edit("mtl/methods/mgda_ub.py", 'label="MGDA', 'label="M-GDA'),
        {"table": showing("mgda_ub"), "figure": drawing("mgda_ub"), "evidence": 1, "report": 1},
        restored=True,
    ),
    "code of a dataset's reader": Case(
        lambda tree: tree.edit("mtl/data/celeba.py", "\n\ndef", "\n\nX = 1\n\n\ndef"),
        trainings(is_celeba, prepare=2),
        data=("celeba", "smaller celeba"),
        restored=True,
    ),
    "dial of a twin": Case(
        lambda tree: tree.edit(MINI, "      seed: 0", "      seed: 1"),
        trainings(is_celeba, twin=1, prepare=2),
        data=("celeba", "smaller celeba"),
        restored=True,
    ),
    "dial of one setting": Case(
        lambda tree: tree.edit(ETR_NLP, "relatedness: 0.25", "relatedness: 0.3"),
        trainings(lambda unit: unit.data.dials == {"relatedness": 0.25}, twin=1, prepare=1),
        restored=True,
    ),
    "option of one dataset": Case(
        lambda tree: tree.edit(MINI, "    short_side: ", "    short_side: 1"),
        trainings(lambda unit: is_celeba(unit) and not unit.data.options, prepare=1),
        data=("celeba",),
        restored=True,
    ),
    "batch of one setting": Case(
        lambda tree: tree.edit(MINI, "    batch_size: ", "    batch_size: 1"),
        trainings(is_celeba8),
        data=("celeba",),
        restored=True,
    ),
    "one more seed": Case(
        lambda tree: tree.edit(MINI, "\nseeds: 5", "\nseeds: 6"),
        trainings(lambda unit: True),
        data=EVERY_DATASET,
        restored=True,
    ),
    "new method with one row": Case(
        _add_method,
        {"train": 1, **ONE_TABLE},
        data=("digits",),
        trained={"digits/newnorm": 1},
        restored=True,
    ),
    "caption of one table": Case(
        lambda tree: tree.edit(DIGITS, "Accuracy of", "Accuracy in"), WORDS, restored=True
    ),
    "a printed number": Case(
        lambda tree: tree.edit("data/published/etr_nlp/table_3a.csv", "67.7", "67.8"),
        {**WORDS, "evidence": 3},
        restored=True,
    ),
    "a template": Case(
        lambda tree: tree.edit("mtl/render/templates/base.css", "{", "{ "),
        {"table": N_TABLES, "evidence": 3, "report": 1},
        restored=True,
    ),
    "a table edited by hand": Case(
        lambda tree: tree.edit("results/tables/digits/digits.tex", "0.7", "0.8"),
        {"table": 1},
        restored=True,
    ),
    "a stamp edited by hand": Case(
        lambda tree: rewrite_json(
            tree.root / "results/tables/digits/digits.json", fingerprint="0" * 12
        ),
        {"table": 1},
        restored=True,
    ),
    "a number of the summary edited by hand": Case(
        lambda tree: rewrite_json(tree.root / "results/summary.json", accuracy=0.9),
        {"summary": 1},
        restored=True,
    ),
    "a table's page deleted": Case(_delete_table, {"table": 1}, restored=True),
}
EVERYWHERE = (
    "nothing",
    "every file touched in random order",
    "solver that two methods import",
    "caption of one table",
)


def check(tree: Tree, kind: str, case: Case) -> None:
    case.edit(tree)
    plan = tree.plan()
    assert plan.jobs == case.expected(kind), plan.text
    if case.trained is not None:
        assert plan.trained == case.trained


@pytest.mark.parametrize("name", CASES)
def test_an_edit_in_a_fresh_clone(name: str, clone: Clone) -> None:
    check(clone("copy"), "copy", CASES[name])


@pytest.mark.parametrize("kind", ["origin", "hardlink", "symlink", "gitonly"])
@pytest.mark.parametrize("name", EVERYWHERE)
def test_the_same_in_other_clones(name: str, kind: str, clone: Clone) -> None:
    check(clone(kind), kind, CASES[name])


def some_unit(tree: Tree) -> Path:
    """The folder of a unit that one table shows."""
    return next((tree.root / "results/runs/digits/hard_sharing").iterdir())


def test_records_that_were_made_anew_reach_the_tables(clone: Clone) -> None:
    tree = clone("copy")
    fingerprint = some_unit(tree).name
    tree.python(
        "-c",
        "from pathlib import Path; from mtl.config import load_project\n"
        "from tests.workflow.finish import finish_unit\n"
        "project = load_project(Path())\n"
        f"finish_unit(project, project.unit('{fingerprint}'), 0.1)",
    )
    assert tree.plan().jobs == ONE_TABLE


@pytest.mark.parametrize(("restore", "rule"), [("true", "restore"), ("false", "train")])
def test_a_unit_that_lost_a_record_is_made_again(restore: str, rule: str, clone: Clone) -> None:
    tree = clone("copy")
    (some_unit(tree) / "seed0/metrics.json").unlink()
    assert tree.plan().jobs == {}  # nothing that is published needs it
    _delete_table(tree)
    data = {} if restore == "true" else {"prepare": 1}
    assert tree.plan("--config", f"restore={restore}").jobs == {rule: 1, "table": 1, **data}
