"""The tutorial is run as it is written, in a fresh copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs/tutorial_digits.md"
TEXT = TUTORIAL.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", TEXT, re.M | re.S)


def copy_of_the_repository(target: Path) -> Path:
    """The working tree without what git ignores and without the tests."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ":!tests"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def environment(root: Path) -> dict[str, str]:
    """The active environment, with the package of the copy before the installed one."""
    ignored = {"MTL_SCALE", "MTL_FULL_DAG"}
    return {
        **{name: value for name, value in os.environ.items() if name not in ignored},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(root),
        "XDG_CACHE_HOME": str(root / ".home-cache"),
    }


@pytest.mark.slow
@pytest.mark.e2e
def test_the_commands_of_the_tutorial_do_what_it_says(tmp_path: Path) -> None:
    root = copy_of_the_repository(tmp_path / "clone")
    printed = []
    for language, _, body in BLOCKS:
        if language != "bash":
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", body],
            cwd=root,
            env=environment(root),
            capture_output=True,
            text=True,
            timeout=1800,  # a slow machine is no failure
        )
        assert done.returncode == 0, f"{body}\n{done.stdout}\n{done.stderr}"
        printed.append(done.stdout + done.stderr)
    status, made, listed, explained, described, added = printed
    assert "scale tiny: The size of the tutorial." in status
    assert re.search(r"^train +7$", made, re.M)
    assert re.search(r"^train +1$", added, re.M)
    assert not re.search(r"^prepare +1$", added, re.M)
    assert len(listed.splitlines()) == 5
    assert "seeds 0, 1 trained together" in explained
    assert described.startswith("geometric_loss: ")
    rows = added.splitlines()
    assert any("geometric_loss" in row and "accuracy_left" in row for row in rows)
    assert len(list((root / "results/runs/digits").iterdir())) == 8
    if shutil.which("pdflatex"):
        assert (root / "results/tiny/tables/digits/digits.pdf").is_file()


@pytest.mark.parametrize(
    ("path", "body"), [(path, body) for _, path, body in BLOCKS if path], ids=lambda text: text[:30]
)
def test_quoted_code_is_the_code(path: str, body: str) -> None:
    assert body in (ROOT / path).read_text(encoding="utf-8")


def test_the_tutorial_quotes_all_its_parts() -> None:
    quoted = {path for _, path, _ in BLOCKS if path}
    assert quoted == {
        "mtl/data/digits.py",
        "mtl/data/registry.py",
        "workflow/config/papers/digits.yaml",
    }


def test_the_readme_shows_the_method_of_the_tutorial() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", readme, re.M | re.S)
    (heredoc,) = re.findall(r"<<'END'\n(.*?)^END$", TEXT, re.M | re.S)
    shown = iter(heredoc.splitlines())
    assert all(line in shown for line in example.splitlines())
