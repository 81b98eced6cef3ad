"""A scratch project with the real code and configuration, and finished runs without training."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from mtl.io import atomic_write, canonical_json

REPOSITORY = Path(__file__).parents[2]
PARTS = (
    "Snakefile",
    "workflow",
    "profiles",
    "mtl",
    "data/published",
    "data/.gitignore",
    "environment.yml",
    "dvc.yaml",
    ".dvc/config",
    ".dvc/.gitignore",
    ".dvcignore",
    ".gitignore",
    ".gitattributes",
    "results/.gitignore",
    "tests/results/fabricate.py",
    "tests/workflow/finish.py",
)


def environment(home: Path) -> dict[str, str]:
    """Variables under which neither the user's settings nor the network play a part."""
    kept = {key: os.environ[key] for key in ("LANG", "LC_ALL", "TMPDIR") if key in os.environ}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "DVC_SITE_CACHE_DIR": str(home / "dvc"),
        "DVC_NO_ANALYTICS": "1",
        "GIT_AUTHOR_NAME": "test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@dataclass(frozen=True)
class Plan:
    """What `snakemake -n` would do: jobs by rule, and the dataset/method of units to train."""

    jobs: dict[str, int]
    trained: dict[str, int] = field(compare=False)
    text: str = field(compare=False, repr=False)


@dataclass(frozen=True)
class Tree:
    """A working tree in a scratch folder."""

    root: Path
    home: Path

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in the tree; its output."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=environment(self.home),
            capture_output=True,
            text=True,
            timeout=300,
        )
        if check and done.returncode:
            raise AssertionError(f"{command} failed:\n{done.stdout}\n{done.stderr}")
        return done

    def python(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run this interpreter in the tree."""
        return self.run(sys.executable, *arguments, check=check)

    def plan(self, *arguments: str) -> Plan:
        """The plan of a dry run."""
        done = self.python("-m", "snakemake", "-n", *arguments)
        text = done.stdout + done.stderr
        if "Nothing to be done" in text:
            return Plan({}, {}, text)
        block = text.split("Job stats:")[1].split("total")[0]
        counts = {name: int(n) for name, n in re.findall(r"^(\w+)\s+(\d+)$", block, re.M)}
        trained: dict[str, int] = {}
        for rule, unit in re.findall(
            r"^rule (\w+):\n(?:    .*\n)*?    output: results/runs/(\w+/\w+)/", text, re.M
        ):
            if rule == "train":
                trained[unit] = trained.get(unit, 0) + 1
        jobs = {name: n for name, n in counts.items() if name != "all"}
        return Plan(jobs, trained, text)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace the first occurrence of a text by a new file, as editors do."""
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert old in text, (path, old)
        file.unlink()
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def clone(self, root: Path, link: str, pull: bool) -> Tree:
        """A fresh clone, with its runs linked into the tree as DVC's cache type says."""
        self.run("git", "clone", "-q", str(self.root), str(root))
        other = Tree(root, self.home)
        if pull:
            other.python("-m", "dvc", "config", "--local", "cache.type", link)
            other.python("-m", "dvc", "pull", "-q")
        return other

    def copy(self, root: Path) -> Tree:
        """The same tree at another place, with all times and links."""
        subprocess.run(["cp", "-a", str(self.root), str(root)], check=True)
        return Tree(root, self.home)


def make(root: Path, home: Path) -> Tree:
    """A committed project whose products, runs and data are all finished and given to DVC."""
    home.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        source, target = REPOSITORY / part, root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    atomic_write(root / "results/manifest.txt", "")
    tree = Tree(root, home)
    tree.run("git", "init", "-q", "-b", "main")
    tree.python("-m", "tests.workflow.finish")
    tree.python("-m", "mtl", "store", "add")
    tree.python("-m", "dvc", "push", "-q")
    tree.run("git", "add", "-A")
    tree.run("git", "commit", "-q", "-m", "finished")
    return tree


def rewrite_json(path: Path, **changes: object) -> None:
    """Replace keys of a JSON file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    path.write_text(canonical_json({**content, **changes}), encoding="utf-8")
