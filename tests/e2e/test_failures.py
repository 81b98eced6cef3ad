"""A method that fails, a full disk, damaged records, wrong names: what the user is told."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e import project
from tests.e2e.project import DIGITS, ETR_NLP, SCALE, leftovers, mtl, results, snakemake, unit
from tests.workflow.project import Tree, rewrite_json

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

REASON = "the new method cannot be built"


def _add_failing_method(tree: Tree) -> None:
    """One file, and one row of one line that a table names."""
    source = (tree.root / "mtl/methods/hard_sharing.py").read_text(encoding="utf-8")
    source = source.replace('"hard_sharing"', '"newcomer"').replace("Hard sharing", "Newcomer")
    failing = f'    def __init__(self, options, context):\n        raise RuntimeError("{REASON}")\n'
    (tree.root / "mtl/methods/newcomer.py").write_text(f"{source}\n{failing}", encoding="utf-8")
    tree.edit(DIGITS, "rows:\n", "rows:\n  newcomer: {method: newcomer}\n")
    tree.edit(DIGITS, "    rows:\n", "    rows:\n    - newcomer\n")


def test_a_failing_method_leaves_the_others_and_is_completed_later(
    finished: Tree, reference: Tree
) -> None:
    tree = finished
    _add_failing_method(tree)
    shutil.rmtree(tree.root / unit(tree, "digits/mgda_ub"))
    done = snakemake(tree, check=False)
    assert done.returncode == 1
    before, after = results(reference), results(tree)
    records = [path for path in before if path.endswith("metrics.json")]
    assert {path: after[path] for path in records} == {path: before[path] for path in records}
    reason = f"RuntimeError: {REASON}"
    for suffix in ("tex", "html", "csv"):
        assert reason in after[f"results/tables/digits/digits.{suffix}"].decode(), suffix
    assert reason in (tree.root / "results/report/index.html").read_text()
    assert (
        after["results/tables/etr_nlp/table_3a.tex"]
        == (before["results/tables/etr_nlp/table_3a.tex"])
    )

    module = tree.root / "mtl/methods/newcomer.py"
    source = module.read_text(encoding="utf-8")
    module.write_text(source[: source.index("    def __init__")], encoding="utf-8")
    assert "newcomer" in snakemake(tree).stdout
    assert reason not in (tree.root / "results/tables/digits/digits.html").read_text()
    assert "Newcomer" in (tree.root / "results/tables/digits/digits.tex").read_text()
    assert "Nothing to be done" in snakemake(tree, "-n").stdout


SmallDisk = Callable[[Path, int], None]


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    """Puts a small file system at a folder, as root."""
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("mounting a small disk needs root")
    mounted: list[Path] = []

    def mount(folder: Path, kibibytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", str(folder)],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
        mounted.append(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _grow(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)


@pytest.mark.parametrize(
    ("folder", "kibibytes", "command"),
    [
        pytest.param("data/raw/twins", 40, ["twin", "celeba"], id="twin"),
        pytest.param("data/prepared", 40, ["prepare", "celeba"], id="prepared data"),
        pytest.param("results/checkpoints", 40, ["train", "UNIT"], id="checkpoints"),
        pytest.param("results/runs", 8, ["train", "UNIT"], id="records"),
        pytest.param(".cache/resume", 40, ["train", "UNIT"], id="resumable state"),
        pytest.param("results/tables", 8, ["table", "digits", "digits"], id="table"),
        pytest.param("results/figures", 8, ["figure", "etr_nlp", "figure_1a"], id="figure"),
        pytest.param("results/report", 8, ["report"], id="report"),
    ],
)
def test_a_full_disk_is_named_and_leaves_nothing_half_written(
    folder: str, kibibytes: int, command: list[str], finished: Tree, small_disk: SmallDisk
) -> None:
    tree = finished
    name = unit(tree, "digits/hard_sharing").relative_to("results/runs").as_posix()
    command = [name if word == "UNIT" else word for word in command]
    for made in ("results/runs", "results/checkpoints"):
        if command[0] == "train":
            shutil.rmtree(tree.root / made / name)
    place = tree.root / folder
    if folder != ".cache/resume" and command[0] != "train":
        shutil.rmtree(place)
    small_disk(place, kibibytes)
    done = mtl(tree, *command)
    assert done.returncode == 1, done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("mtl: ")]
    assert len(lines) == 1, done.stderr
    assert "the disk is full" in lines[0]
    assert folder in lines[0]
    assert "Traceback" not in done.stderr
    assert leftovers(tree, folder) == []
    written = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    _grow(place)
    mtl(tree, *command, check=True)
    assert leftovers(tree, folder) == []
    # What was there despite the error is whole, and nothing that says that all is done.
    assert not any(path.suffix == ".json" for path in written)
    for path, content in written.items():
        assert path.suffix == ".pdf" or path.read_bytes() == content


def _truncate(path: Path) -> None:
    text = path.read_bytes()
    path.write_bytes(text[: len(text) // 2])


def _edit(path: Path) -> None:
    key = "metrics" if path.name == "metrics.json" else "seeds"
    value = {"accuracy_left": 1.0, "accuracy_right": 1.0, "accuracy": 1.0}
    rewrite_json(path, **{key: value if key == "metrics" else [0]})


@pytest.mark.parametrize("file", ["unit.json", "seed1/metrics.json"])
@pytest.mark.parametrize("damage", [_truncate, _edit])
def test_damaged_records_are_refused_by_name(
    damage: Callable[[Path], None], file: str, finished: Tree
) -> None:
    tree = finished
    mtl(tree, "drift", "--update", check=True)
    path = unit(tree, "digits/hard_sharing") / file
    damage(tree.root / path)
    for command in (
        ["table", "digits", "digits"],
        ["drift"],
        ["explain", "digits", "hard_sharing", "accuracy"],
    ):
        done = mtl(tree, *command)
        text = done.stdout + done.stderr
        assert path.as_posix() in text, command
        assert ("truncated" if damage is _truncate else "was edited") in text, command
        assert "Traceback" not in text
        assert done.returncode == 1, command


def _replaced(path: str, old: str, new: str) -> Callable[[Tree], None]:
    return lambda tree: tree.edit(path, old, new)


def _rename_row_of_table(tree: Tree) -> None:
    paper = yaml.safe_load((tree.root / ETR_NLP).read_text(encoding="utf-8"))
    paper["tables"]["table_3a"]["rows"][-1] = "ert"
    project.write_yaml(tree, ETR_NLP, paper)


@pytest.mark.parametrize(
    ("mistake", "arguments", "told"),
    [
        pytest.param(
            lambda tree: None,
            ["--config", "scale=mimi"],
            "unknown scale 'mimi'; expected one of mini. Did you mean 'mini'?",
            id="scale",
        ),
        pytest.param(
            lambda tree: None,
            ["--config", "scael=mini"],
            "--config: unknown key 'scael'; expected one of restore, scale. Did you mean 'scale'?",
            id="key of the command line",
        ),
        pytest.param(_rename_row_of_table, [], "Did you mean 'etr'?", id="row"),
        pytest.param(
            _replaced(DIGITS, "method: mgda_ub", "method: mgda_bu"),
            [],
            "Did you mean 'mgda_ub'?",
            id="method",
        ),
        pytest.param(
            _replaced(ETR_NLP, "gamma:", "gama:"),
            [],
            "Did you mean 'gamma'?",
            id="option",
        ),
        pytest.param(
            _replaced(SCALE, "batch_size:", "batchsize:"),
            [],
            "Did you mean 'batch_size'?",
            id="key of a file",
        ),
        pytest.param(
            lambda tree: None,
            ["--", "results/tables/digits/digit.json"],
            "unknown table 'digit'; expected one of digits. Did you mean 'digits'?",
            id="table",
        ),
    ],
)
def test_a_wrong_name_is_told_before_anything_runs(
    mistake: Callable[[Tree], None], arguments: list[str], told: str, planned: Tree
) -> None:
    mistake(planned)
    done = snakemake(planned, *arguments, check=False)
    assert done.returncode == 1
    assert told in done.stdout
    assert "Traceback (most recent call last)" not in done.stdout
    assert done.stdout.count('  File "') <= 2
    assert not (planned.root / "data/prepared").exists()
