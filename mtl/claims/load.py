"""Reads the claims: `workflow/config/claims/<paper>.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtl.claims.contrasts import Contrast
from mtl.claims.kinds import KINDS, Test
from mtl.claims.models import Claim, ClaimsFile, UntestedFile
from mtl.claims.vocabulary import UnknownName, Vocabulary
from mtl.config.load import CONFIG
from mtl.config.problems import validate
from mtl.config.yaml_file import Document, FieldPath, read_yaml
from mtl.errors import MtlError, unknown
from mtl.published.table import PublishedTable, load_tables

CLAIMS = CONFIG / "claims"
PUBLISHED = Path("data/published")


@dataclass(frozen=True)
class StatedClaim:
    """A claim with what it comes down to.

    Attributes:
        tables: the printed tables that it rests on.
        vocabulary: what is known of the names in it.
        contrasts: each of them positive, it says; or most of them, if `holds_for` says so.
        printed_contrasts: those for the printed numbers; the same unless these name rows otherwise.
    """

    paper: str
    id: str
    statement: str
    quote: str
    source: str
    reading: str | None
    unprinted: str | None
    holds_for: str
    tables: tuple[PublishedTable, ...]
    vocabulary: Vocabulary
    contrasts: tuple[Contrast, ...]
    printed_contrasts: tuple[Contrast, ...]


def load_claims(root: Path) -> tuple[StatedClaim, ...]:
    """All claims, in the order of the papers' names and of their files.

    Raises:
        MtlError: naming file, line and field, for unknown keys, kinds, rows, settings, metrics and
            tables, and for a comparison of something with itself; all of them are reported
            together. Also for printed tables that cannot be read.
    """
    tables = load_tables(root / PUBLISHED)
    claims: list[StatedClaim] = []
    failures: list[str] = []
    for path in sorted((root / CLAIMS).glob("*.yaml")):
        try:
            claims += _load(read_yaml(path, "claims", root), tables)
        except MtlError as error:
            failures.append(str(error))
    if failures:
        raise MtlError("\n".join(failures))
    return tuple(claims)


@dataclass(frozen=True)
class _Part(Document):
    """A part of a document that is named from the document's top."""

    whole: Document
    prefix: FieldPath

    def where(self, field: FieldPath) -> str:
        return self.whole.where((*self.prefix, *field))


def _load(
    document: Document, published: dict[tuple[str, str], PublishedTable]
) -> list[StatedClaim]:
    _check_kinds(document)
    file: ClaimsFile = validate(document, ClaimsFile)
    if file.paper != document.path.stem:
        raise MtlError(
            f"{document.where(('paper',))}: expected '{document.path.stem}', as the file is "
            f"called, found '{file.paper}'"
        )
    tables = {table: found for (paper, table), found in published.items() if paper == file.paper}
    vocabulary = Vocabulary(file.rows, file.settings, tables.values())
    builder = _Builder(document, vocabulary, tables, [])
    claims = [builder.claim(file.paper, name, claim) for name, claim in file.claims.items()]
    if builder.problems:
        raise MtlError("\n".join(builder.problems))
    return claims


@dataclass
class _Builder:
    """Turns the claims of a file into contrasts.

    Attributes:
        tables: the paper's printed tables.
        problems: messages on names that nothing declares; filled on the way.
    """

    document: Document
    vocabulary: Vocabulary
    tables: dict[str, PublishedTable]
    problems: list[str]

    def claim(self, paper: str, name: str, claim: Claim) -> StatedClaim:
        field: FieldPath = ("claims", name)
        for position, table in enumerate(claim.tables):
            if table not in self.tables:
                where = self.document.where((*field, "tables", position))
                self.problems.append(str(unknown("printed table", table, self.tables, where)))
        contrasts = self._contrasts((*field, "tests"), claim.tests)
        printed = self._contrasts((*field, "printed_tests"), claim.printed_tests)
        return StatedClaim(
            paper=paper,
            id=name,
            statement=claim.statement,
            quote=claim.quote,
            source=claim.source,
            reading=claim.reading,
            unprinted=claim.unprinted,
            holds_for=claim.holds_for,
            tables=tuple(self.tables[table] for table in claim.tables if table in self.tables),
            vocabulary=self.vocabulary,
            contrasts=contrasts,
            printed_contrasts=printed or contrasts,
        )

    def _contrasts(self, field: FieldPath, tests: Sequence[Test]) -> tuple[Contrast, ...]:
        contrasts: list[Contrast] = []
        for position, test in enumerate(tests):
            place = (*field, position)
            try:
                contrasts += test.contrasts(self.vocabulary)
            except UnknownName as error:
                where = self.document.where(_place_of(self.document, place, error.name))
                self.problems.append(str(unknown(error.kind, error.name, error.valid, where)))
            except MtlError as error:
                self.problems.append(f"{self.document.where(place)}: {error}")
        return tuple(contrasts)


def _check_kinds(document: Document) -> None:
    """Check each test against the model of its kind alone, so that no error speaks of others."""
    problems: list[str] = []
    try:
        validate(document, UntestedFile)
    except MtlError as error:
        problems.append(str(error))
    for prefix, test in _tests(document.content):
        kind = test.get("kind")
        if kind not in KINDS:
            where = document.where((*prefix, "kind"))
            problems.append(str(unknown("kind of test", kind, KINDS, where)))
            continue
        try:
            validate(_Part(document.path, test, {}, document, prefix), KINDS[kind])
        except MtlError as error:
            problems.append(str(error))
    if problems:
        raise MtlError("\n".join(problems))


def _tests(content: dict[str, Any]) -> Iterator[tuple[FieldPath, dict[str, Any]]]:
    """Everything that stands where a test should."""
    claims = content.get("claims")
    for name, claim in claims.items() if isinstance(claims, dict) else ():
        for key in ("tests", "printed_tests"):
            tests = claim.get(key) if isinstance(claim, dict) else None
            for position, test in enumerate(tests if isinstance(tests, list) else ()):
                if isinstance(test, dict):
                    yield ("claims", name, key, position), test


def _place_of(document: Document, prefix: FieldPath, name: str) -> FieldPath:
    """The first field below a place that is called so or holds the name."""
    for field in document.lines:
        if field[: len(prefix)] == prefix and len(field) > len(prefix):
            value: Any = document.content
            for part in field:
                value = value[part]
            if name in (field[-1], value):
                return field
    return prefix
