"""The page on the audit: its example runs, and its findings are current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mtl.audit.audit import PUBLISHED, audit_published
from mtl.audit.conventions import CONVENTIONS
from mtl.audit.findings import Check
from mtl.audit.listing import markdown
from mtl.audit.mean_rank import PRINTED
from mtl.audit.rank_problem import BUDGET
from mtl.audit.rank_search import TIE_RULES
from mtl.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/audit.md").read_text(encoding="utf-8")


def block(start: str) -> str:
    found = re.search(rf"^```{re.escape(start)}\n(.*?)^```$", PAGE, re.M | re.S)
    assert found, start
    return found[1]


def test_the_example_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my_table.csv").write_text(block("csv my_table.csv"), encoding="utf-8")
    command = block("sh").split()
    assert command[:2] == ["mtl", "audit"]
    monkeypatch.chdir(tmp_path)
    assert main(command[1:]) == 0
    assert capsys.readouterr().out == block("text")


def test_the_findings_are_current() -> None:
    current = markdown(audit_published(ROOT / PUBLISHED))
    assert PAGE.endswith(current), "replace the table by the output of `mtl audit --markdown`"


def test_everything_is_explained() -> None:
    printed = {PRINTED + rule for rule in TIE_RULES if rule != "strict"}
    plain = {name for name in CONVENTIONS if "inverted" not in name}
    for name in {*Check.__args__, *TIE_RULES, *printed, *plain}:
        assert f"`{name}`" in PAGE, name
    assert f"{BUDGET:,} steps" in PAGE
