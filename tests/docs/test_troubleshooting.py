"""The messages that the page of troubleshooting explains are those that the project gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
# Said by Snakemake and DVC themselves.
FOREIGN = {
    "Directory cannot be locked",
    "dvc …: is busy, it is being blocked by …",
    "Can't remove the following unsaved files … Use --force",
    "results/runs.dvc",
}
FIRST_COLUMNS = re.findall(r"^\| (.*?) \|", TEXT, re.M)
MESSAGES = [m for column in FIRST_COLUMNS for m in re.findall(r"`([^`]+)`", column)]


def sources() -> str:
    """The text of the code, with strings that go on in the next line joined."""
    files = [*sorted((ROOT / "mtl").rglob("*.py")), ROOT / "Makefile"]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return re.sub(r'"\s*\n\s*f?"', "", text)


@pytest.fixture(scope="module")
def code() -> str:
    return sources()


def test_the_page_explains_messages() -> None:
    assert len(MESSAGES) > 20


@pytest.mark.parametrize("message", [m for m in MESSAGES if m not in FOREIGN])
def test_a_message_is_given_by_the_code(message: str, code: str) -> None:
    parts = [part.strip(" '") for part in re.split(r"…|<\w+>:?", message)]
    said = [part for part in parts if len(part) > 3]
    assert [part for part in said if part not in code] == []
