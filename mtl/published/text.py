"""The numbers in a paper's running text: `data/published/<paper>/text.csv`.

Columns: id, value, unit, relation, cells, section, quote. `relation` says how the number follows
from printed cells, whose addresses stand in `cells`, separated by blanks:

* `equals`: the first cell's number,
* `difference`: the first minus the second,
* `decrease`, `increase`: from the first to the second, in points or in percent of the first,
* `alone`: it follows from nothing that we have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

from mtl.config.models import Identifier, Model, sequence_of
from mtl.errors import MtlError, unknown
from mtl.published.csv_file import read_csv
from mtl.published.numbers import Published, check_number
from mtl.published.table import PublishedTable

COLUMNS = ("id", "value", "unit", "relation", "cells", "section", "quote")
Relation = Literal["equals", "difference", "decrease", "increase", "alone"]
_N_CELLS: dict[Relation, int] = {
    "equals": 1,
    "difference": 2,
    "decrease": 2,
    "increase": 2,
    "alone": 0,
}


class TextHeader(Model):
    """What the file says of itself."""

    paper: Identifier
    title: str
    source: str
    notes: sequence_of(str) = ()  # type: ignore[valid-type]


class Address(NamedTuple):
    """A cell of a printed table; the setting is "" for a cell printed once for all settings."""

    table: str
    row: str
    setting: str
    metric: str

    def __str__(self) -> str:
        return "/".join(self)


@dataclass(frozen=True)
class TextNumber:
    """A number in the running text.

    Attributes:
        value: as printed.
        cells: what it follows from by `relation`.
        quote: the words around it.
    """

    id: str
    value: Published
    unit: str
    relation: Relation
    cells: tuple[Address, ...]
    section: str
    quote: str


@dataclass(frozen=True)
class PublishedText:
    """All numbers in a paper's text."""

    path: Path
    header: TextHeader
    numbers: tuple[TextNumber, ...]


def load_text(path: Path | str, tables: Mapping[tuple[str, str], PublishedTable]) -> PublishedText:
    """Read and check a file.

    Args:
        path: of the file.
        tables: the printed tables by (paper, table), for the addresses.

    Raises:
        MtlError: naming file and line, for a number without a quote, an unknown relation, the
            wrong count of cells, or an address that no table of the paper prints.
    """
    file = read_csv(path, COLUMNS)
    header: TextHeader = file.header(TextHeader)
    numbers: dict[str, TextNumber] = {}
    for line, fields in file.lines:
        where = file.where(line)
        if fields["id"] in numbers:
            raise MtlError(f"{where}: '{fields['id']}' is given twice")
        if empty := [name for name in ("id", "value", "unit", "quote") if not fields[name]]:
            raise MtlError(f"{where}: {', '.join(empty)} must not be empty")
        relation = fields["relation"]
        if relation not in get_args(Relation):
            raise unknown("relation", relation, get_args(Relation), where)
        known = cast(Relation, relation)
        cells = tuple(_address(text, where) for text in fields["cells"].split())
        if len(cells) != _N_CELLS[known]:
            raise MtlError(
                f"{where}: relation '{relation}' needs {_N_CELLS[known]} cells, found {len(cells)}"
            )
        for cell in cells:
            _check_printed(cell, header.paper, tables, where)
        numbers[fields["id"]] = TextNumber(
            id=fields["id"],
            value=Published(check_number(fields["value"], file.where(line, "value")), None),
            unit=fields["unit"],
            relation=known,
            cells=cells,
            section=fields["section"],
            quote=fields["quote"],
        )
    return PublishedText(Path(path), header, tuple(numbers.values()))


def _address(text: str, where: str) -> Address:
    parts = text.split("/")
    if len(parts) != len(Address._fields):
        raise MtlError(f"{where}: expected cells as table/row/setting/metric, found '{text}'")
    return Address(*parts)


def _check_printed(
    cell: Address, paper: str, tables: Mapping[tuple[str, str], PublishedTable], where: str
) -> None:
    if (paper, cell.table) not in tables:
        names = [table for known, table in tables if known == paper]
        raise unknown("table", cell.table, names, where)
    table = tables[paper, cell.table]
    if not table.find(*cell[1:]) and not table.is_lost(*cell[1:]):
        raise MtlError(f"{where}: {table.path} prints no cell {'/'.join(cell[1:])}")
