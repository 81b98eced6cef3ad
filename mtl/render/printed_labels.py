"""What printed tables, rows and columns are called, from their identifiers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtl.published.header import Header
    from mtl.published.table import PublishedTable

PAPERS = {"etr_nlp": "ETR-NLP", "interrogate": "InterroGate"}
"""Short names; other papers go by their identifier."""

TEXT = "text"
"""The table of numbers that stand in the running text."""

_COLUMNS = {
    "delta_p": r"$\Delta_p$",
    "delta_mtl": r"$\Delta_{MTL}$",
    "mean_rank": "Mean rank",
    "overall": "Overall",
    "f_score": "F-score",
    "parameters": "#P",
}
_TABLE = re.compile(r"table_(\w+)")
_DELTA = re.compile(r"Δ_?([A-Za-z]+)")
"""What headers, typed as plain text, print for a delta with its subscript."""


def paper(name: str) -> str:
    """A paper's short name."""
    return PAPERS.get(name, name)


def table(name: str) -> str:
    """A table as papers number it: "Table 3a" for `table_3a`."""
    if name == TEXT:
        return "Running text"
    if (numbered := _TABLE.fullmatch(name)) is None:
        return name
    number = numbered[1]
    return f"Table {number.upper() if number[0].isalpha() else number}"


@dataclass(frozen=True)
class Labels:
    """Labels as printed, where the header of a table gives them; else the identifiers.

    Attributes:
        tables: as `mtl.published.table.load_tables` returns them.
    """

    tables: Mapping[tuple[str, str], PublishedTable] = field(default_factory=dict)

    def _header(self, paper: str, table: str) -> Header | None:
        found = self.tables.get((paper, table))
        return None if found is None else found.header

    def source(self, paper: str, table: str) -> str:
        """Where the table stands; "" when it is not known."""
        header = self._header(paper, table)
        return "" if header is None else header.source

    def title(self, paper: str, table: str) -> str:
        """The table's title; "" when it is not known."""
        header = self._header(paper, table)
        return "" if header is None else header.title

    def row(self, paper: str, table: str, row: str) -> str:
        """A row's label; with its identifier where others have the same label."""
        header = self._header(paper, table)
        if header is None or row not in header.rows:
            return row
        label = header.rows[row]
        return label if list(header.rows.values()).count(label) == 1 else f"{label} ({row})"

    def setting(self, paper: str, table: str, setting: str) -> str:
        """A setting's label."""
        header = self._header(paper, table)
        return setting if header is None else header.settings.get(setting, setting)

    def column(self, paper: str, table: str, column: str) -> str:
        """A column's label."""
        header = self._header(paper, table)
        if header is not None and column in header.columns:
            return _DELTA.sub(r"$\\Delta_{\1}$", header.columns[column].label)
        return column_label(column)


def column_label(column: str) -> str:
    """A column's label without a header to ask."""
    return _COLUMNS.get(column, column.replace("_", " "))
