"""What the papers print and we do not have: `data/published/lost.csv`, the one list of it.

Columns: paper, table, kind, row, setting, items, file, note. `file` is where the numbers belong,
relative to the folder of the list; `items` are separated by blanks. Kinds:

* `table`, `figure`: all of it; the file does not exist yet,
* `part`: `items` are settings that the table's file does not declare yet,
* `cell`: `items` are metrics whose cells are empty in the row and setting,
* `marks`: `items` are the columns that hold `?` in the row of a file of check marks,
* `text`: numbers in passages that we do not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mtl.config.models import Model, sequence_of
from mtl.errors import MtlError, unknown
from mtl.published.csv_file import CsvFile, read_csv
from mtl.published.marks import load_marks
from mtl.published.table import load_table

COLUMNS = ("paper", "table", "kind", "row", "setting", "items", "file", "note")


class LostHeader(Model):
    """What the list says of itself."""

    title: str
    notes: sequence_of(str) = ()  # type: ignore[valid-type]


class Gap(NamedTuple):
    """A single number or mark that a file of ours leaves open."""

    file: str
    row: str
    setting: str
    item: str


@dataclass(frozen=True)
class Lost:
    """A line of the list.

    Attributes:
        row, setting: of a cell or of marks; "" otherwise.
        items: settings, metrics or columns of marks; empty for a whole table, figure or passage.
        file: where to type what is found, relative to the folder of the list.
        note: what it is.
        line: in the list.
    """

    paper: str
    table: str
    kind: str
    row: str
    setting: str
    items: tuple[str, ...]
    file: str
    note: str
    line: int

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The single numbers or marks that it names."""
        if not KINDS[self.kind].single:
            return ()
        return tuple(Gap(self.file, self.row, self.setting, item) for item in self.items)


@dataclass(frozen=True)
class LostList:
    """The list, in the order of the file."""

    path: Path
    header: LostHeader
    entries: tuple[Lost, ...]


class Kind(NamedTuple):
    """What a kind of loss needs and means.

    Attributes:
        file: the place of its numbers, with the fields paper and table.
        needs: columns that must be filled.
        may: further ones that may be, of row, setting and items.
        single: whether its items are single gaps of the file.
        found: of a line and its file, whether it is lost no longer, in words; "" while it is.
    """

    file: str
    needs: frozenset[str]
    may: frozenset[str]
    single: bool
    found: Callable[[Lost, Path], str]


def load_lost(path: Path | str) -> LostList:
    """Read and check the list by itself; `disagreements` compares it with the other files.

    Raises:
        MtlError: naming file and line, for an unknown kind, a column that the kind needs or does
            not have, a file that is not its place, or something named twice.
    """
    file = read_csv(path, COLUMNS)
    header: LostHeader = file.header(LostHeader)
    entries: list[Lost] = []
    lines: dict[tuple[str, ...], int] = {}
    for line, fields in file.lines:
        entry = _entry(file, line, fields)
        for item in entry.items or ("",):
            key = (entry.file, entry.table, entry.row, entry.setting, item)
            if key in lines:
                name = " ".join(part for part in key[1:] if part)
                raise MtlError(
                    f"{file.where(line)}: {name} is named twice, first in line {lines[key]}"
                )
            lines[key] = line
        entries.append(entry)
    return LostList(Path(path), header, tuple(entries))


def open_gaps(root: Path | str) -> tuple[Gap, ...]:
    """Every empty cell and every `?` in the files below a folder such as `data/published`.

    Raises:
        MtlError: for a file that is not valid.
    """
    root = Path(root)
    gaps: list[Gap] = []
    for path in sorted(root.glob("*/table_*.csv")):
        lost = load_table(path).lost
        gaps += (Gap(_relative(path, root), *key) for key in sorted(lost))
    for path in sorted(root.glob("*/marks_*.csv")):
        for row, marked in load_marks(path).rows.items():
            marks: Mapping[str, object] = {"types": marked.types, **marked.marks}
            gaps += (
                Gap(_relative(path, root), row, "", item)
                for item, value in marks.items()
                if value is None
            )
    return tuple(gaps)


def disagreements(lost: LostList) -> tuple[str, ...]:
    """Where the list and the files beside it differ, a sentence each; empty when it is right.

    Raises:
        MtlError: for a file of numbers that is not valid.
    """
    root = lost.path.parent
    actual = open_gaps(root)
    return (*_stale(lost, root, frozenset(actual)), *_unlisted(lost, actual))


def _stale(lost: LostList, root: Path, actual: frozenset[Gap]) -> Iterator[str]:
    for entry in lost.entries:
        where = f"{lost.path}:{entry.line}"
        if found := KINDS[entry.kind].found(entry, root / entry.file):
            yield f"{where}: {found}"
            continue
        for gap in entry.gaps:
            if gap not in actual:
                yield f"{where}: {_name(gap)} is not open in {entry.file}; remove it from the list"


def _unlisted(lost: LostList, actual: tuple[Gap, ...]) -> Iterator[str]:
    listed = {gap for entry in lost.entries for gap in entry.gaps}
    for gap in actual:
        if gap not in listed:
            yield f"{lost.path}: {_name(gap)} is open in {gap.file}, but not listed"


def _name(gap: Gap) -> str:
    return "/".join((gap.row, gap.setting, gap.item) if gap.setting else (gap.row, gap.item))


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _entry(file: CsvFile, line: int, fields: dict[str, str]) -> Lost:
    where = file.where(line)
    if fields["kind"] not in KINDS:
        raise unknown("kind of loss", fields["kind"], KINDS, where)
    kind = KINDS[fields["kind"]]
    if empty := [name for name in ("paper", "table", *sorted(kind.needs)) if not fields[name]]:
        raise MtlError(f"{where}: {', '.join(empty)} must not be empty")
    barred = {"row", "setting", "items"} - kind.needs - kind.may
    if full := sorted(name for name in barred if fields[name]):
        raise MtlError(f"{where}: a line of kind '{fields['kind']}' has no {', '.join(full)}")
    place = kind.file.format(paper=fields["paper"], table=fields["table"])
    if fields["file"] != place:
        raise MtlError(f"{file.where(line, 'file')} must be {place}, found '{fields['file']}'")
    return Lost(
        paper=fields["paper"],
        table=fields["table"],
        kind=fields["kind"],
        row=fields["row"],
        setting=fields["setting"],
        items=tuple(fields["items"].split()),
        file=fields["file"],
        note=fields["note"],
        line=line,
    )


def _exists(entry: Lost, path: Path) -> str:
    return f"{entry.file} exists; remove the line" if path.exists() else ""


def _is_absent(entry: Lost, path: Path) -> str:
    return "" if path.exists() else f"{entry.file} does not exist"


def _declares_settings(entry: Lost, path: Path) -> str:
    if absent := _is_absent(entry, path):
        return absent
    declared = [name for name in entry.items if name in load_table(path).header.settings]
    return f"{entry.file} declares {', '.join(declared)}; remove from the list" if declared else ""


_TABLE = "{paper}/{table}.csv"
_NOTHING: frozenset[str] = frozenset()

KINDS: Mapping[str, Kind] = {
    "table": Kind(_TABLE, frozenset({"note"}), _NOTHING, False, _exists),
    "figure": Kind(_TABLE, frozenset({"note"}), _NOTHING, False, _exists),
    "part": Kind(_TABLE, frozenset({"items", "note"}), _NOTHING, False, _declares_settings),
    "cell": Kind(_TABLE, frozenset({"row", "items"}), frozenset({"setting"}), True, _is_absent),
    "marks": Kind(
        "{paper}/marks_{table}.csv", frozenset({"row", "items"}), _NOTHING, True, _is_absent
    ),
    "text": Kind("{paper}/text.csv", frozenset({"note"}), _NOTHING, False, _is_absent),
}
"""Kind of loss to its rules."""
