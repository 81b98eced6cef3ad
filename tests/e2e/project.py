"""A scratch project that trains for real, but in seconds: few rows, few images, two seeds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.workflow.project import PARTS, REPOSITORY, Tree, environment

SCALE = "workflow/config/scales/mini.yaml"
ETR_NLP = "workflow/config/papers/etr_nlp.yaml"
DIGITS = "workflow/config/papers/digits.yaml"
PRODUCTS = {ETR_NLP: ("table_3a", "figure_1a"), DIGITS: ("digits",)}
ROWS = {
    ETR_NLP: ("hard_sharing", "etr"),
    DIGITS: ("hard_sharing", "mgda_ub"),
}
TINY = {
    "name": "mini",
    "description": "Trains in seconds, to test the way and not what is learned.",
    "seeds": 2,
    "seeds_together": 2,
    "datasets": {
        "celeba": {
            "source": "twin",
            "twin": {"seed": 0, "train": 96, "val": 24, "test": 8, "sigma": 0.5, "noise": 0.02},
            "short_side": 24,
        },
        "digits": {"source": "real", "train": 64, "val": 32, "test": 16, "side": 16},
    },
    "settings": {
        "celeba8": {
            "width": 8,
            "epochs": 1,
            "batch_size": 16,
            "eval_batch_size": 24,
            "learning_rate": 2e-3,
        },
        "digits": {
            "width": 8,
            "epochs": 1,
            "batch_size": 16,
            "eval_batch_size": 32,
            "learning_rate": 2e-3,
        },
    },
}
PAGES = ("results/tables/etr_nlp/table_3a", "results/tables/digits/digits")
FIGURE = "results/figures/etr_nlp/figure_1a"
# Made of the records alone, so that their bytes are the same in every run of the same commit. The
# report is not among them: it also tells when and how fast each unit was trained.
REPEATABLE = (
    *(f"{page}.{suffix}" for page in PAGES for suffix in ("tex", "pdf", "csv", "html")),
    *(f"{FIGURE}.{suffix}" for suffix in ("png", "pdf", "csv")),
    "results/summary.json",
)


def make(root: Path, home: Path) -> Tree:
    """The real code with a tiny scale, few rows and few products; nothing is made yet."""
    home.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if part.startswith("tests/"):
            continue
        target = root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", str(REPOSITORY / part), str(target)], check=True)
    tree = Tree(root, home)
    for other in (root / SCALE).parent.iterdir():
        other.unlink()
    write_yaml(tree, SCALE, TINY)
    for paper in (root / ETR_NLP).parent.iterdir():
        if str(paper.relative_to(root)) not in ROWS:
            paper.unlink()
    for path, rows in ROWS.items():
        _keep(tree, path, rows, PRODUCTS[path])
    # A killed training must have something to go on from, though it lasts less than the interval.
    tree.edit("mtl/training/resume.py", "INTERVAL_S = 20.0", "INTERVAL_S = 0.0")
    (root / "results/manifest.txt").write_text("", encoding="utf-8")
    tree.run("git", "init", "-q", "-b", "main")
    commit(tree)
    return tree


def write_yaml(tree: Tree, path: str, content: dict[str, Any]) -> None:
    """Write a configuration file."""
    (tree.root / path).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _keep(tree: Tree, path: str, rows: tuple[str, ...], products: tuple[str, ...]) -> None:
    paper = yaml.safe_load((tree.root / path).read_text(encoding="utf-8"))
    paper["rows"] = {name: paper["rows"][name] for name in rows}
    paper["settings"] = {
        name: setting for name, setting in paper["settings"].items() if name in TINY["settings"]
    }
    for setting in paper["settings"].values():
        setting.pop("rows", None)
    for kind in ("tables", "figures"):
        kept = {name: one for name, one in paper.get(kind, {}).items() if name in products}
        for product in kept.values():
            product["rows"] = [row for row in product["rows"] if row in rows]
            product.pop("extra_rows", None)
        paper[kind] = kept
    write_yaml(tree, path, paper)


def commit(tree: Tree) -> None:
    """Commit everything that git does not ignore."""
    tree.run("git", "add", "-A")
    tree.run("git", "commit", "-q", "--allow-empty", "-m", "a state of the test")


def snakemake(tree: Tree, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """The command of the documentation; its output in `stdout`."""
    done = tree.python("-m", "snakemake", *arguments, check=False)
    done.stdout += done.stderr
    if check and done.returncode:
        raise AssertionError(done.stdout)
    return done


def mtl(tree: Tree, *arguments: str, check: bool = False) -> subprocess.CompletedProcess[str]:
    """A command of the command line."""
    return tree.python("-m", "mtl", *arguments, check=check)


def unit(tree: Tree, name: str) -> Path:
    """The one folder of `dataset/method`, relative to the tree."""
    (folder,) = (tree.root / "results/runs" / name).glob("[!.]*")
    return folder.relative_to(tree.root)


def untrained(tree: Tree) -> list[str]:
    """The records of the units that are planned but not there, by the tree's own code."""
    listing = (
        "from mtl.config import load_project\n"
        "for unit in load_project().units():\n"
        "    if not unit.is_done('.'):\n"
        "        print(unit.record)"
    )
    return tree.python("-c", listing).stdout.split()


def results(tree: Tree) -> dict[str, bytes]:
    """What must not depend on when and where it was made, by path."""
    records = [
        path.relative_to(tree.root).as_posix()
        for path in (tree.root / "results/runs").glob("[!.]*/[!.]*/[!.]*/seed*/metrics.json")
    ]
    made = [path for path in REPEATABLE if (tree.root / path).exists()]  # no PDF without LaTeX
    return {path: (tree.root / path).read_bytes() for path in (*made, *sorted(records))}


def leftovers(tree: Tree, folder: str = "results") -> list[str]:
    """Temporary files that a finished command must not leave."""
    return sorted(str(path) for path in (tree.root / folder).rglob(".tmp-*"))


@contextmanager
def running(tree: Tree, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command with all its children in a process group of its own, which is killed at the end."""
    process = subprocess.Popen(
        command,
        cwd=tree.root,
        env=environment(tree.home),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def kill_when(tree: Tree, happened: Callable[[int], bool], *command: str) -> None:
    """Start a command, and kill it and its children by SIGKILL as soon as something is so.

    Args:
        tree: where to run it.
        happened: of the process group's number.
        command: the command.
    """
    deadline = time.monotonic() + 120
    with running(tree, *command) as process:
        while not happened(process.pid):
            assert process.poll() is None, "the command ended before it could be killed"
            assert time.monotonic() < deadline, "nothing happened"
            time.sleep(0.005)


def in_group(group: int, text: str) -> bool:
    """Whether a process of a group has a text in its command line."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(path.name)) == group:
                words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if text in words:
                    return True
        except OSError:  # it has just ended
            continue
    return False


SNAKEMAKE = (sys.executable, "-m", "snakemake")
