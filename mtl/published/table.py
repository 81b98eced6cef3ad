"""A printed table: `data/published/<paper>/<table>.csv`, or anyone's file in the same format.

The header is a `Header`; below it stand the columns row, setting, metric, mean, std. Numbers stay
the strings that were printed, since their digits are information. A setting that is empty means
"printed once for all settings". A mean that is empty was printed but is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mtl.errors import MtlError, unknown
from mtl.published.csv_file import CsvFile, read_csv
from mtl.published.header import Column, Header
from mtl.published.numbers import Published, check_number, decimals

COLUMNS = ("row", "setting", "metric", "mean", "std")
DELTAS = {"p": "delta_p", "MTL": "delta_mtl"}
"""Columns of deltas, by the index that a paper writes."""

MEAN_RANK = "mean_rank"
PARAMETERS = "parameters"
MACS = ("macs", "macs_g")
"""Columns of multiply-accumulates, by the unit that a paper prints them in."""

MULTIPLES = {"million": 10**6, "billion": 10**9}
"""Units in which costs are printed."""


Key = tuple[str, str, str]
"""(row, setting, metric) of a cell."""


@dataclass(frozen=True)
class PublishedTable:
    """A printed table.

    Attributes:
        path: the file.
        header: what the file says of itself.
        numbers: (row, setting, metric) to the printed number, in the order of the file.
        lost: cells that the paper prints, but whose number we do not have.
    """

    path: Path
    header: Header
    numbers: dict[Key, Published] = field(repr=False)
    lost: frozenset[Key]

    def find(self, row: str, setting: str, metric: str) -> Published | None:
        """The printed number of a cell, in its setting or for all settings; None without one."""
        return next(
            (self.numbers[k] for k in self._keys(row, setting, metric) if k in self.numbers), None
        )

    def is_lost(self, row: str, setting: str, metric: str) -> bool:
        """Whether the paper prints the cell, but its number is lost."""
        return not self.lost.isdisjoint(self._keys(row, setting, metric))

    def best(self, setting: str, metric: str) -> float | None:
        """The best printed mean of a column; None unless it has more than one."""
        numbers = (self.find(row, setting, metric) for row in self.header.rows)
        means = [float(number.mean) for number in numbers if number is not None]
        if len(means) < 2:
            return None
        return max(means) if self.header.columns[metric].sign > 0 else min(means)

    def _keys(self, row: str, setting: str, metric: str) -> tuple[Key, ...]:
        """Where a cell may be; a table says nothing of settings that it does not have."""
        if setting not in (*self.header.settings, ""):
            return ()
        return (row, setting, metric), (row, "", metric)

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings, or "" alone in a table without."""
        return tuple(self.header.settings) or ("",)


def load_table(path: Path | str) -> PublishedTable:
    """Read and check a printed table.

    Raises:
        MtlError: naming file and line, for a header that does not fit, a derived column without
            what it follows from, a row, setting or metric that the header does not declare, text
            that is no number, decimals that differ from the declared, or a repeated cell.
    """
    file = read_csv(path, COLUMNS)
    header: Header = file.header(Header)
    _check_header(file, header)
    numbers: dict[Key, Published] = {}
    lost: set[Key] = set()
    lines: dict[Key, int] = {}
    for line, fields in file.lines:
        key = _key(file, line, fields, header)
        if key in lines:
            raise MtlError(
                f"{file.where(line)}: {', '.join(part or 'all' for part in key)} is given twice, "
                f"first in line {lines[key]}"
            )
        lines[key] = line
        if fields["mean"]:
            column = header.columns[key[2]]
            numbers[key] = Published(
                _number(file, line, "mean", fields["mean"], column),
                _std(file, line, fields["std"], column) if fields["std"] else None,
            )
        elif fields["std"]:
            raise MtlError(f"{file.where(line, 'mean')} is empty, though 'std' is given")
        else:
            lost.add(key)
    return PublishedTable(Path(path), header, numbers, frozenset(lost))


def load_tables(root: Path | str) -> dict[tuple[str, str], PublishedTable]:
    """Every printed table below a folder, by (paper, table), in the order of their names.

    Args:
        root: `data/published`; files are `<paper>/table_*.csv`.

    Raises:
        MtlError: for a file that does not fit, or whose place is not that of its paper and table.
    """
    tables = {}
    for path in sorted(Path(root).glob("*/table_*.csv")):
        table = load_table(path)
        place = (path.parent.name, path.stem)
        if (table.header.paper, table.header.table) != place:
            raise MtlError(
                f"{path}: expected paper '{place[0]}' and table '{place[1]}', as folder and file "
                f"are called, found '{table.header.paper}' and '{table.header.table}'"
            )
        tables[place] = table
    return tables


def _check_header(file: CsvFile, header: Header) -> None:
    where = file.document.where

    def known(name: str, valid: object, kind: str, *place: str | int) -> None:
        if name not in valid:  # type: ignore[operator]
            raise unknown(kind, name, valid, where(place))  # type: ignore[arg-type]

    for name, column in header.columns.items():
        if isinstance(column.digits, int) and column.digits < 0:
            raise MtlError(f"{where(('columns', name, 'digits'))}: expected 0 or more")
        if column.derived is None:
            continue
        place = ("columns", name, "derived", "of")
        for i, source in enumerate(column.derived.of):
            known(source, header.columns, "column", *place, i)
            if header.columns[source].derived is not None or source == name:
                raise MtlError(f"{where((*place, i))}: '{source}' is itself derived")
        if column.derived.kind == "delta" and header.baseline is None:
            raise MtlError(
                f"{where(('columns', name))}: a delta column needs the key 'baseline' in the header"
            )
    if header.baseline is not None:
        known(header.baseline, header.rows, "row", "baseline")
    checks = header.checks
    if checks.f_score is not None:
        for key, source in checks.f_score.model_dump().items():
            known(source, header.columns, "column", "checks", "f_score", key)
    if checks.median is not None:
        known(checks.median.median, header.columns, "column", "checks", "median", "median")
        for source in checks.median.shares:
            known(source, header.columns, "column", "checks", "median", "shares", source)
    for i, multiple in enumerate(checks.multiples):
        known(multiple.column, header.columns, "column", "checks", "multiples", i, "column")
        known(multiple.row, header.rows, "row", "checks", "multiples", i, "row")
        known(multiple.of, header.rows, "row", "checks", "multiples", i, "of")
    if checks.sorted_by is not None:
        known(checks.sorted_by, header.columns, "column", "checks", "sorted_by")
    for i, repeat in enumerate(header.repeats):
        known(repeat.row, header.rows, "row", "repeats", i, "row")
        known(repeat.setting, header.settings or ("",), "setting", "repeats", i, "setting")


def _key(file: CsvFile, line: int, fields: dict[str, str], header: Header) -> Key:
    row, setting, metric = (fields[name] for name in COLUMNS[:3])
    if row not in header.rows:
        raise unknown("row", row, header.rows, file.where(line))
    if setting and setting not in header.settings:
        raise unknown("setting", setting, header.settings, file.where(line))
    if metric not in header.columns:
        raise unknown("metric", metric, header.columns, file.where(line))
    return row, setting, metric


def _number(file: CsvFile, line: int, name: str, text: str, column: Column) -> str:
    check_number(text, file.where(line, name))
    if column.digits != "mixed" and decimals(text) != column.digits:
        raise MtlError(
            f"{file.where(line, name)}: expected {column.digits} decimals, as the header declares, "
            f"found '{text}'; type it as it is printed, or declare 'digits: mixed'"
        )
    return text


def _std(file: CsvFile, line: int, text: str, column: Column) -> str:
    if text.startswith(("-", "+")):
        raise MtlError(f"{file.where(line, 'std')} must not have a sign, found '{text}'")
    return _number(file, line, "std", text, column)
