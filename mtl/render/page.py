"""Pages beside the report: their frame, their links, the ids in them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mtl.render import html, numbers, verdict
from mtl.render.environment import TEMPLATES, html_environment

if TYPE_CHECKING:
    from markupsafe import Markup

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_]+")

REPORT = "../report/index.html"
EVIDENCE = {
    "audit": ("Audit", "../audit/audit.html"),
    "claims": ("Claims", "../claims/claims.html"),
    "agreement": ("Agreement", "../agreement/agreement.html"),
}
"""Page to its name in menus and where it lies from any of the pages' folders."""


@dataclass
class Anchors:
    """Ids for a page, each given once."""

    given: Counter[str] = field(default_factory=Counter)

    def new(self, *names: str) -> str:
        """An id made from names; equal names get a number."""
        stem = "-".join(part for name in names if (part := _NOT_IN_ID.sub("-", name).strip("-")))
        stem = stem or "item"
        self.given[stem] += 1
        if self.given[stem] == 1:
            return stem
        return self.new(f"{stem}-{self.given[stem]}")


def script(*files: str) -> str:
    """Scripts, joined."""
    return "\n".join((TEMPLATES / file).read_text(encoding="utf-8") for file in files)


def badge(name: str, tested: bool = True) -> Markup:
    """A verdict's shape for a template; see `mtl.render.verdict.badge`."""
    from markupsafe import Markup

    return Markup(verdict.badge(name, tested))


def render(template: str, fingerprint: str, current: str, **context: Any) -> str:
    """A page that holds its style and script and loads nothing.

    Args:
        template: that extends `evidence.html.j2`.
        fingerprint: for its first line.
        current: the page in `EVIDENCE`.
        context: for the template.
    """
    return (
        html_environment()
        .get_template(template)
        .render(
            fingerprint=fingerprint,
            current=current,
            pages=EVIDENCE,
            report=REPORT,
            style="\n".join(
                (
                    html.style(
                        "base.css", "table.css", "report.css", "verdict.css", "evidence.css"
                    ),
                    verdict.theme_css(),
                )
            ),
            script=script("theme.js", "evidence.js"),
            badge=badge,
            typographic=numbers.typographic,
            **context,
        )
    )
