"""The audit of printed tables: every check, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from mtl.audit.copied_std import check_copied_std
from mtl.audit.delta import check_delta
from mtl.audit.findings import Check, Finding
from mtl.audit.mean import check_mean
from mtl.audit.mean_rank import check_mean_rank
from mtl.audit.relations import CHECKS as RELATIONS
from mtl.audit.repeated import check_repeated
from mtl.audit.text import check_text
from mtl.errors import MtlError
from mtl.published.table import PublishedTable, load_table, load_tables
from mtl.published.text import PublishedText, load_text

PUBLISHED = Path("data/published")
"""The printed tables of this repository."""

TABLE_CHECKS: dict[Check, Callable[[PublishedTable], list[Finding]]] = {
    "delta": check_delta,
    "mean": check_mean,
    "mean_rank": check_mean_rank,
    **RELATIONS,
    "copied_std": check_copied_std,
}
"""What is checked of a table on its own; `repeated` and `text` need all tables of a paper."""


def audit_table(table: PublishedTable) -> list[Finding]:
    """Every finding on a table on its own, consistent ones included."""
    return [finding for check in TABLE_CHECKS.values() for finding in check(table)]


def audit_paper(
    tables: Sequence[PublishedTable], text: PublishedText | None = None
) -> list[Finding]:
    """Every finding on a paper.

    Args:
        tables: of one paper.
        text: the numbers in its running text, which refer to these tables.
    """
    findings = [finding for table in tables for finding in audit_table(table)]
    findings += check_repeated(tables)
    if text is not None:
        findings += check_text(text, {table.header.table: table for table in tables})
    return findings


def audit_files(paths: Sequence[Path | str]) -> list[Finding]:
    """Every finding on some tables; those of one paper are also compared with each other.

    Raises:
        MtlError: for a file that is not as it should be, or two with the same paper and table.
    """
    papers: dict[str, dict[str, PublishedTable]] = {}
    for table in map(load_table, paths):
        own = papers.setdefault(table.header.paper, {})
        if table.header.table in own:
            raise MtlError(
                f"{table.path}: paper '{table.header.paper}' and table '{table.header.table}' are "
                f"also those of {own[table.header.table].path}; give each file names of its own"
            )
        own[table.header.table] = table
    return [finding for own in papers.values() for finding in audit_paper(list(own.values()))]


def audit_published(root: Path | str = PUBLISHED) -> tuple[Finding, ...]:
    """Every finding on the papers below a folder, in the order of papers, tables and checks.

    Args:
        root: holds `<paper>/table_*.csv` and, if there are numbers in the text, `<paper>/text.csv`.

    Raises:
        MtlError: for a folder without tables, or a file that is not as it should be.
    """
    tables = load_tables(root)
    if not tables:
        raise MtlError(f"{root}: expected printed tables as <paper>/table_*.csv, found none")
    findings: list[Finding] = []
    for paper in dict.fromkeys(paper for paper, _ in tables):
        path = Path(root) / paper / "text.csv"
        findings += audit_paper(
            [table for (owner, _), table in tables.items() if owner == paper],
            load_text(path, tables) if path.exists() else None,
        )
    return tuple(findings)
