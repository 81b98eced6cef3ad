"""Files of printed numbers: a YAML header in comment lines, then comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtl.config.problems import validate
from mtl.config.yaml_file import Document, parse_yaml
from mtl.errors import MtlError


@dataclass(frozen=True)
class CsvFile:
    """A parsed file.

    Attributes:
        document: the header.
        lines: (line number, column to text) of every line below the heading.
    """

    path: Path
    document: Document
    lines: tuple[tuple[int, dict[str, str]], ...]

    def header(self, model: Any) -> Any:
        """The header as a pydantic model.

        Raises:
            MtlError: with one line per wrong key.
        """
        return validate(self.document, model)

    def where(self, line: int, column: str | None = None) -> str:
        """`file:line: column`, the start of every message about a line."""
        return f"{self.path}:{line}" + (f": '{column}'" if column else "")


def read_csv(path: Path | str, columns: Sequence[str] | None) -> CsvFile:
    """Read a file.

    Args:
        path: the file.
        columns: the columns that it must have, in order; any if None.

    Raises:
        MtlError: for a file that is absent or not UTF-8, no header or a broken one, wrong columns,
            or a line with too few or too many fields.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise MtlError(f"{path}: the published numbers do not exist") from None
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise MtlError(f"{path}: the published numbers are not UTF-8 text ({error})") from None
    length = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if not length:
        raise MtlError(f"{path}:1: expected a header of '# key: value' lines, found none")
    header = [line.removeprefix("#").removeprefix(" ") for line in lines[:length]]
    document = parse_yaml("\n".join(header), path)
    return CsvFile(path, document, tuple(_fields(path, lines, length, columns)))


def _fields(
    path: Path, lines: Sequence[str], length: int, columns: Sequence[str] | None
) -> Iterator[tuple[int, dict[str, str]]]:
    # With its line end, so that a break inside quotes is seen.
    reader = csv.reader((line + "\n" for line in lines[length:]), strict=True)
    try:
        found = next(reader, [])
        if columns is not None and found != list(columns):
            raise MtlError(
                f"{path}:{length + 1}: expected the columns {','.join(columns)}, "
                f"found {','.join(found) or 'nothing'}"
            )
        if len(set(found)) != len(found):
            raise MtlError(f"{path}:{length + 1}: a column is named twice: {','.join(found)}")
        for fields in reader:
            line = length + reader.line_num
            if len(fields) != len(found):
                raise MtlError(
                    f"{path}:{line}: expected {len(found)} fields, found {len(fields)}: {fields}"
                )
            if any("\n" in text for text in fields):
                raise MtlError(f"{path}:{line}: a quoted field runs over a line's end")
            yield line, {n: text.strip() for n, text in zip(found, fields, strict=True)}
    except csv.Error as error:
        raise MtlError(f"{path}:{length + reader.line_num}: not valid CSV ({error})") from None
