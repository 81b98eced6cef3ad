"""The papers' printed numbers: `data/published/<paper>/<table>.csv`.

A file starts with a YAML header in comment lines ("# key: value"): paper, table, title, source,
unit, baseline, delta (convention), digits and direction by metric. A tidy CSV follows: row,
setting, metric, mean, std. Numbers stay the strings that were printed, since their digits are
information; the metrics `parameters` (in millions) and `delta_p` (in percent) are derived columns.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mtl.errors import MtlError, unknown

COLUMNS = ("row", "setting", "metric", "mean", "std")
DELTA = "delta_p"
PARAMETERS = "parameters"
_HEADER = ("paper", "table", "title", "source", "unit", "baseline", "digits", "direction")


@dataclass(frozen=True)
class Published:
    """A printed number: mean and standard deviation as they stand on the page."""

    mean: str
    std: str | None


@dataclass(frozen=True)
class PublishedTable:
    """A printed table.

    Attributes:
        path: the file.
        header: the YAML header.
        numbers: (row, setting, metric) to the printed number; the setting is "" where the paper
            prints one number for all settings.
    """

    path: Path
    header: dict[str, Any]
    numbers: dict[tuple[str, str, str], Published]

    def find(self, row: str, setting: str, metric: str) -> Published | None:
        """The printed number of a cell, in its setting or for all settings; None if not printed."""
        return self.numbers.get((row, setting, metric)) or self.numbers.get((row, "", metric))


def load_published(path: Path | str) -> PublishedTable:
    """Read and check a file of printed numbers.

    Raises:
        MtlError: naming file and line, for a header that is not YAML or lacks a key, wrong columns,
            text that is no number, a metric that the header does not declare, or a repeated cell.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise MtlError(f"{path}: the published numbers do not exist") from None
    except UnicodeDecodeError as error:
        raise MtlError(f"{path}: the published numbers are not UTF-8 text ({error})") from None
    length = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header = _header(path, lines[:length])
    numbers: dict[tuple[str, str, str], Published] = {}
    rows = csv.reader(lines[length:])
    columns = next(rows, [])
    if tuple(columns) != COLUMNS:
        raise MtlError(
            f"{path}:{length + 1}: expected the columns {','.join(COLUMNS)}, "
            f"found {','.join(columns) or 'nothing'}"
        )
    for fields in rows:
        where = f"{path}:{length + rows.line_num}"
        key, number = _number(where, fields, list(header["digits"]))
        if key in numbers:
            raise MtlError(f"{where}: {', '.join(part or 'all' for part in key)} is given twice")
        numbers[key] = number
    return PublishedTable(path, header, numbers)


def _header(path: Path, lines: Sequence[str]) -> dict[str, Any]:
    try:
        header = yaml.safe_load("\n".join(line.removeprefix("#") for line in lines))
    except yaml.YAMLError as error:
        raise MtlError(f"{path}: the header is not YAML: {error}") from None
    if not isinstance(header, dict):
        raise MtlError(f"{path}: expected a header of '# key: value' lines, found none")
    if missing := [key for key in _HEADER if key not in header]:
        raise MtlError(f"{path}: the header lacks {', '.join(missing)}")
    for key in ("digits", "direction"):
        if not isinstance(header[key], dict):
            raise MtlError(f"{path}: header key '{key}' must map metrics to numbers")
    if wrong := {m: d for m, d in header["direction"].items() if d not in (-1, +1)}:
        raise MtlError(f"{path}: header key 'direction' must hold 1 or -1, found {wrong}")
    return header


def _number(
    where: str, fields: Sequence[str], metrics: Sequence[str]
) -> tuple[tuple[str, str, str], Published]:
    if len(fields) != len(COLUMNS):
        raise MtlError(f"{where}: expected {len(COLUMNS)} fields, found {len(fields)}: {fields}")
    row, setting, metric, mean, std = (field.strip() for field in fields)
    if metric not in metrics:
        raise unknown("metric", metric, metrics, where)
    for name, text in (("mean", mean), ("std", std or "0")):
        try:
            float(text)
        except ValueError:
            raise MtlError(f"{where}: '{name}' must be a number, found '{text}'") from None
    return (row, setting, metric), Published(mean, std or None)
