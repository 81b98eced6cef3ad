"""Reads a page as far as tests ask: balance of tags, ids, links, table cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
OUTSIDE = ("src", "href", "action", "data", "poster", "srcset")


@dataclass
class Outline:
    """What a page consists of.

    Attributes:
        problems: tags that do not match, and ids that occur twice.
        ids: of all elements.
        targets: ids that links point to.
        outside: attributes that would load or point to another file.
        cells: attributes of every `td`.
    """

    problems: list[str] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    targets: set[str] = field(default_factory=set)
    outside: list[str] = field(default_factory=list)
    cells: list[dict[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Outline()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.found.ids[values["id"]] += 1
        if tag == "td":
            self.found.cells.append(values)
        for name in OUTSIDE:
            if name in values and not values[name].startswith("data:"):
                if values[name].startswith("#"):
                    self.found.targets.add(values[name][1:])
                else:
                    self.found.outside.append(f"<{tag} {name}={values[name]}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An SVG element without content."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            line, column = self.getpos()
            inside = " > ".join(self.open[-4:])
            self.found.problems.append(f"</{tag}> at {line}:{column} inside {inside}")
        else:
            self.open.pop()


def outline(text: str) -> Outline:
    """Read a page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    found = reader.found
    found.problems += [f"<{tag}> is never closed" for tag in reader.open]
    found.problems += [f"id {name} occurs {n} times" for name, n in found.ids.items() if n > 1]
    return found
