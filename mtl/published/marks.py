"""Check marks of a printed table: `data/published/<paper>/marks_<table>.csv`.

Columns: row, types, one for each thing that is marked, proof. A mark is `yes`, `no`, or `?` where
nothing proves which; `types` is the count of `yes` or `?`. `proof` names the statements of the
header from which the line follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from mtl.config.models import Identifier, Model
from mtl.errors import MtlError, unknown
from mtl.published.csv_file import read_csv

_MARKS = {"yes": True, "no": False, "?": None}


class MarksHeader(Model):
    """What the file says of itself."""

    paper: Identifier
    table: Identifier
    title: str
    source: str
    statements: dict[Identifier, str] = Field(
        min_length=1, description="what proofs may rest on, with its place in the paper"
    )


@dataclass(frozen=True)
class MarkedRow:
    """One row's marks.

    Attributes:
        types: how many things are marked; None when unknown.
        marks: thing to whether it is marked; None when unknown.
        proof: names of the statements that prove what is known.
    """

    types: int | None
    marks: dict[str, bool | None]
    proof: tuple[str, ...]


@dataclass(frozen=True)
class Marks:
    """The check marks of a table by row, in the order of the file."""

    path: Path
    header: MarksHeader
    things: tuple[str, ...]
    rows: dict[str, MarkedRow]


def load_marks(path: Path | str) -> Marks:
    """Read and check a file of marks.

    Raises:
        MtlError: naming file and line, for a mark that is none of yes, no and ?, a count that
            contradicts the marks, knowledge without proof, or an unknown statement.
    """
    path = Path(path)
    file = read_csv(path, None)
    header: MarksHeader = file.header(MarksHeader)
    if not file.lines:
        raise MtlError(f"{path}:{len(path.read_text().splitlines())}: expected rows, found none")
    first, fields = file.lines[0]
    columns = list(fields)
    if columns[:2] != ["row", "types"] or columns[-1] != "proof" or len(columns) < 4:
        raise MtlError(
            f"{path}:{first - 1}: expected the columns row,types,...,proof, "
            f"found {','.join(columns)}"
        )
    things = tuple(columns[2:-1])
    rows: dict[str, MarkedRow] = {}
    for line, fields in file.lines:
        where = file.where(line)
        if fields["row"] in rows:
            raise MtlError(f"{where}: row '{fields['row']}' is given twice")
        marks: dict[str, bool | None] = {}
        for thing in things:
            if fields[thing] not in _MARKS:
                raise unknown("mark", fields[thing], _MARKS, file.where(line, thing))
            marks[thing] = _MARKS[fields[thing]]
        types = _types(fields["types"], marks, file.where(line, "types"))
        proof = tuple(fields["proof"].split())
        for name in proof:
            if name not in header.statements:
                raise unknown("statement", name, header.statements, where)
        if (types is not None or any(m is not None for m in marks.values())) and not proof:
            raise MtlError(f"{where}: something is known, but no proof is named")
        rows[fields["row"]] = MarkedRow(types, marks, proof)
    return Marks(path, header, things, rows)


def _types(text: str, marks: dict[str, bool | None], where: str) -> int | None:
    if text == "?":
        return None
    if not text.isdigit():
        raise MtlError(f"{where} must be a count or ?, found '{text}'")
    least = sum(mark is True for mark in marks.values())
    most = least + sum(mark is None for mark in marks.values())
    if not least <= int(text) <= most:
        raise MtlError(f"{where}: the marks allow {least} to {most}, found {text}")
    return int(text)
