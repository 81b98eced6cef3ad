"""What README and docs name exists: files, headings, commands, options, make targets."""

from __future__ import annotations

import argparse
import importlib
import re
from pathlib import Path

import pytest

from mtl.cli import COMMANDS
from mtl.workflow.method_page import page

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```.*?\n(.*?)^```$", re.M | re.S)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")
OWN_FOLDERS = ("mtl", "docs", "workflow", "tests", "profiles", "benchmarks", ".ci", ".github")

every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)


def code(text: str) -> list[str]:
    """The fenced blocks and the inline code of a page."""
    return [*FENCE.findall(text), *SPAN.findall(FENCE.sub("", text))]


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_every_link_leads_somewhere(path: Path) -> None:
    lost = []
    for first, second in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        target, _, anchor = (first or second).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = path.parent / target if target else path
        known = file.exists() and (not anchor or anchor in anchors(file))
        lost += [] if known else [first or second]
    assert lost == []


@every_page
def test_every_file_named_in_code_exists(path: Path) -> None:
    named = re.findall(
        rf"(?<![\w./-])(?:{'|'.join(map(re.escape, OWN_FOLDERS))})/[\w./-]*\w(?![\w*<{{])",
        "\n".join(SPAN.findall(FENCE.sub("", path.read_text(encoding="utf-8")))),
    )
    made_by_the_reader = {"mtl/methods/geometric_loss.py"}
    assert [n for n in named if not (ROOT / n).exists() and n not in made_by_the_reader] == []


@every_page
def test_every_command_has_the_options_that_are_shown(path: Path) -> None:
    for text in code(path.read_text(encoding="utf-8")):
        for name, rest in re.findall(r"(?:^|[\s/])mtl ([a-z-]+)([^\n|>`]*)", text, re.M):
            assert name in COMMANDS, f"{path.name}: mtl {name}"
            module = importlib.import_module(f"mtl.cli.{name.replace('-', '_')}")
            parser = argparse.ArgumentParser(prog=name)
            module.add_arguments(parser)
            for option in re.findall(r"(?<=\s)--[a-z-]+", rest):
                assert option in parser.format_help(), f"{path.name}: mtl {name} {option}"


@every_page
def test_every_make_target_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for text in code(path.read_text(encoding="utf-8")):
        assert set(re.findall(r"^make ([a-z]+)", text, re.M)) <= targets


def test_every_command_is_documented() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    assert [name for name in COMMANDS if not re.search(rf"\bmtl {name}\b", text)] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"({page.name})" not in index] == ["README.md"]


def test_the_page_of_methods_is_current() -> None:
    current = (ROOT / "docs/methods.md").read_text(encoding="utf-8") == page()
    assert current, "run `python -m mtl methods --markdown > docs/methods.md`"
