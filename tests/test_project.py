"""The files around the package agree with each other: dependencies, lock, commands, citation."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import mtl

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12")
# Joined here, so that this file does not name them itself.
REGISTRY_HOSTS = tuple(".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org")))


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def installed_everywhere(pyproject: dict[str, Any]) -> list[str]:
    """The requirements that the lock file and the conda environment hold: runtime and dev."""
    project = pyproject["project"]
    return project["dependencies"] + project["optional-dependencies"]["dev"]


def locked() -> dict[str, list[Requirement]]:
    """The entries of requirements.lock by canonical name, markers kept."""
    entries: dict[str, list[Requirement]] = {}
    for line in re.findall(r"^(?!#)(\S.*?) \\$", (ROOT / "requirements.lock").read_text(), re.M):
        requirement = Requirement(line)
        entries.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return entries


def read_yaml(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


def test_every_dependency_states_its_reason(pyproject: dict[str, Any]) -> None:
    project = pyproject["project"]
    requirements = itertools.chain(
        project["dependencies"], *project["optional-dependencies"].values()
    )
    text = (ROOT / "pyproject.toml").read_text()
    without = [
        requirement
        for requirement in requirements
        if not re.search(rf'^ +"{re.escape(requirement)}", # \S.{{7,}}$', text, re.M)
    ]
    assert without == []


def test_the_lock_satisfies_pyproject(installed_everywhere: list[str]) -> None:
    entries = locked()
    for text in installed_everywhere:
        requirement = Requirement(text)
        assert canonicalize_name(requirement.name) in entries, f"{text} is not locked: make lock"
        for entry in entries[canonicalize_name(requirement.name)]:
            (pin,) = entry.specifier
            assert requirement.specifier.contains(pin.version), f"{text}: {entry} is locked"


def test_the_lock_pins_one_version_with_hashes_for_all_supported_pythons() -> None:
    for name, entries in locked().items():
        assert len(entries) == 1, f"{name} is locked more than once"
        (pin,) = entries[0].specifier
        assert pin.operator == "=="
        for python in PYTHONS:
            marker = entries[0].marker
            machine = {
                "python_version": python,
                "python_full_version": f"{python}.0",
                "sys_platform": "linux",
                "platform_machine": "x86_64",
                "platform_python_implementation": "CPython",
                "implementation_name": "cpython",
            }
            windows_only = "win32" in str(marker)
            assert marker is None or windows_only or marker.evaluate(machine), f"{name}: {marker}"
    stanzas = re.split(r"^(?=[a-z0-9])", (ROOT / "requirements.lock").read_text(), flags=re.M)[1:]
    assert len(stanzas) == len(locked())
    assert all("--hash=sha256:" in stanza for stanza in stanzas)


def test_the_lock_holds_requirements_only() -> None:
    form = r"#|    #|    --hash=sha256:[0-9a-f]{64}|[a-z0-9][a-z0-9._-]*=="
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert [line for line in lines if not re.match(form, line)] == []


def test_the_conda_environment_holds_the_same_requirements(
    pyproject: dict[str, Any], installed_everywhere: list[str]
) -> None:
    dependencies = read_yaml("environment.yml")["dependencies"]
    (pip,) = (entry["pip"] for entry in dependencies if isinstance(entry, dict))
    assert pip == installed_everywhere
    assert f"python {pyproject['project']['requires-python']}" in dependencies


def test_continuous_integration_covers_the_supported_pythons(pyproject: dict[str, Any]) -> None:
    supported = SpecifierSet(pyproject["project"]["requires-python"])
    assert [f"3.{minor}" for minor in range(30) if f"3.{minor}" in supported] == list(PYTHONS)
    job = read_yaml(".github/workflows/ci.yml")["jobs"]["ci"]
    assert tuple(job["strategy"]["matrix"]["python"]) == PYTHONS
    assert ".ci/run" in [step.get("run") for step in job["steps"]]
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is for the user's configuration of pip and uv to say."""
    patterns = [argument for host in REGISTRY_HOSTS for argument in ("-e", host)]
    found = subprocess.run(
        ["git", "grep", "-n", "-I", "-i", "-F", *patterns], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 1, found.stdout + found.stderr


def test_the_license_is_mit(pyproject: dict[str, Any]) -> None:
    license_text = (ROOT / "LICENSE").read_text()
    assert license_text.startswith("MIT License\n\nCopyright (c) 2026 MTL Tables contributors\n")
    assert pyproject["project"]["license"] == "MIT"


def test_the_citation_describes_this_version() -> None:
    citation = read_yaml("CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert citation["message"]
    assert citation["title"] == "MTL Tables"
    assert all("name" in author or "family-names" in author for author in citation["authors"])
    assert citation["version"] == mtl.__version__
    assert citation["license"] == "MIT"
    for reference in citation["references"]:
        assert {"type", "title", "authors", "year"} <= reference.keys()


def test_the_changelog_keeps_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    releases = re.findall(r"^## (.*)$", text, re.M)
    assert releases
    assert all(
        re.fullmatch(r"\[Unreleased\]|\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", release)
        for release in releases
    )
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)$", text, re.M)) <= kinds
    dated = [Version(release[1:].split("]")[0]) for release in releases if "Un" not in release]
    assert dated == sorted(dated, reverse=True)


def test_the_readme_gives_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "```sh\nmake tables\n```" in readme
    assert "```sh\nmake test\n```" in readme
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`make ([a-z]+)", readme)) <= targets


def test_the_hooks_before_a_commit_need_no_network() -> None:
    (repository,) = read_yaml(".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}


def test_an_unsupported_python_is_refused_with_what_to_do(tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    made = subprocess.run(
        ["make", "environment", f"VENV={environment}", "PYTHON=false absent-python"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert made.returncode != 0
    assert "needs Python 3.11 or 3.12" in made.stderr
    assert "make PYTHON=" in made.stderr
    assert not environment.exists()
