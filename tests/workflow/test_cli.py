from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mtl
from mtl.cli import COMMANDS, main

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.delenv("MTL_SCALE", raising=False)


def test_an_error_is_told_without_a_traceback(here: None, capsys: pytest.CaptureFixture) -> None:
    assert main(["status", "--scale", "tiny"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("mtl: unknown scale 'tiny'; expected one of mini, paper, quick")
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_every_line_of_an_error_is_marked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        path = tmp_path / f"workflow/config/papers/{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("- 1\n")
    assert main(["status"]) == 1
    assert [line[:5] for line in capsys.readouterr().err.splitlines()] == ["mtl: ", "mtl: "]


@pytest.mark.parametrize(("name", "nearest"), [("tabel", "table"), ("carryover", "carry-over")])
def test_an_unknown_command(name: str, nearest: str, capsys: pytest.CaptureFixture) -> None:
    assert main([name]) == 1
    assert f"unknown command '{name}'" in (text := capsys.readouterr().err)
    assert f"Did you mean '{nearest}'?" in text


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_every_command(arguments: list[str], capsys: pytest.CaptureFixture) -> None:
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {name} " in text for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    assert f"usage: mtl {name}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture) -> None:
    assert main(["--version"]) == 0
    assert mtl.__version__ in capsys.readouterr().out


def test_methods_are_listed_with_their_options(capsys: pytest.CaptureFixture) -> None:
    assert main(["methods", "task_routing"]) == 0
    text = capsys.readouterr().out
    assert "gamma = 0.9 (paper 0.9, at least 0 and at most 1)" in text
    assert main(["methods", "task_rooting"]) == 1
    assert "Did you mean 'task_routing'?" in capsys.readouterr().err


def test_planning_imports_nothing_heavy() -> None:
    code = (
        "import sys; from mtl.config import load_project; from mtl.workflow import store\n"
        "load_project('.').units()\n"
        "print([name for name in ('torch', 'matplotlib', 'sklearn', 'scipy', 'pandas', 'PIL',"
        " 'snakemake', 'dvc', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
