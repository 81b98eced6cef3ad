"""Stamps: small JSON files that say what a product with a fixed name was made from.

A product (a table in several formats, a figure, the report) is *fresh* when the fingerprint in its
stamp is the one that the working tree implies now, and every file it lists still has the bytes
that were written. Modification times play no part, so clones, copies and checkouts stay fresh, and
an edit by hand is noticed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mtl.errors import MtlError
from mtl.io import (
    FINGERPRINT_LENGTH,
    atomic_write,
    canonical_json,
    read_json,
    sha256,
    sha256_file,
)
from mtl.results.seal import is_sealed, seal

LATEX = "pdflatex"
RECORDS = "records"


@dataclass(frozen=True)
class Stamp:
    """What a product was made from.

    Attributes:
        fingerprint: the hash of everything that determines the product.
        files: sha256 by file name, relative to the stamp's folder.
        missing: reason by format ("pdf") for what could not be made on this machine.
        made_from: anything that helps a reader, for example the runs; not checked.
    """

    fingerprint: str
    files: dict[str, str]
    missing: dict[str, str] = field(default_factory=dict)
    made_from: dict[str, Any] = field(default_factory=dict)


def write_stamp(
    path: Path | str,
    fingerprint: str,
    files: Iterable[Path | str],
    missing: Mapping[str, str] | None = None,
    made_from: Mapping[str, Any] | None = None,
) -> Stamp:
    """Hash the product's files and write its stamp; call it last.

    Args:
        path: the stamp, for example `results/tables/etr_nlp/table_4.json`.
        fingerprint: what the product was made from.
        files: the files written, relative to the stamp's folder.
        missing: reason by format for what could not be made; name the missing program, since a
            product without a PDF is made again once `pdflatex` is there.
        made_from: what a reader may want to know, for example fingerprints of runs.

    Raises:
        MtlError: when a file does not exist or lies outside the stamp's folder.
    """
    path = Path(path)
    hashes: dict[str, str] = {}
    for name in files:
        file = path.parent / name
        if not file.resolve().is_relative_to(path.parent.resolve()):
            raise MtlError(f"{file}: a stamped file must lie in {path.parent}")
        if not file.is_file():
            raise MtlError(f"{file}: cannot be stamped, as it was not written")
        hashes[file.relative_to(path.parent).as_posix()] = sha256_file(file)
    stamp = Stamp(fingerprint, hashes, dict(missing or {}), dict(made_from or {}))
    atomic_write(path, canonical_json(vars(stamp)))
    return stamp


def read_stamp(path: Path | str) -> Stamp:
    """Read a stamp.

    Raises:
        MtlError: when it is absent, truncated or has other fields.
    """
    content = read_json(path, "stamp")
    try:
        stamp = Stamp(**content)
    except TypeError:
        raise MtlError(f"{path}: not a stamp; delete it and run snakemake again") from None
    if not all(isinstance(part, dict) for part in (stamp.files, stamp.missing, stamp.made_from)):
        raise MtlError(f"{path}: not a stamp; delete it and run snakemake again")
    return stamp


def _same_bytes(path: Path, digest: str) -> bool:
    try:
        return sha256_file(path) == digest
    except OSError:
        return False


def staleness(
    path: Path | str, fingerprint: str, records: Mapping[str, str] | None = None
) -> str | None:
    """Why a product must be made again, or None when it is fresh.

    Args:
        path: the stamp.
        fingerprint: what the working tree implies.
        records: hash by unit of the records on disk, for those that `note_records` has noted.
    """
    path = Path(path)
    if not path.is_file():
        return "was never made"
    try:
        stamp = read_stamp(path)
    except MtlError:
        return "its stamp is damaged"
    if stamp.fingerprint != fingerprint:
        return "made from other runs, configuration or code"
    for name, digest in stamp.files.items():
        if not _same_bytes(path.parent / name, digest):
            return f"{name} was edited or deleted"
    if records is not None:
        noted = stamp.made_from.get(RECORDS)
        if not isinstance(noted, dict):
            return "was not finished"
        for unit, digest in records.items():
            if noted.get(unit, digest) != digest:
                return f"the records of {unit} are others"
    if any(LATEX in reason for reason in stamp.missing.values()) and shutil.which(LATEX):
        return f"{LATEX} is now available"
    return None


def note_records(path: Path | str, records: Mapping[str, str]) -> None:
    """Add to a stamp which records its product was made from.

    Args:
        path: the stamp.
        records: hash by unit.
    """
    stamp = read_stamp(path)
    content = {**vars(stamp), "made_from": {**stamp.made_from, RECORDS: dict(records)}}
    atomic_write(path, canonical_json(content))


def sealed_staleness(
    path: Path | str, fingerprint: str, records: Mapping[str, str] | None = None
) -> str | None:
    """As `staleness`, for a product that is its own stamp: sealed JSON with a `fingerprint`.

    `dvc metrics` reads the summary directly, so that the summary cannot have a neighbour, and
    lists every text in it; so the records are one hash there, which is compared when all of them
    are on disk.
    """
    path = Path(path)
    if not path.is_file():
        return "was never made"
    try:
        content = read_json(path, "product")
    except MtlError:
        return "it is damaged"
    if not isinstance(content, dict) or content.get("fingerprint") != fingerprint:
        return "made from other runs, configuration or code"
    if not is_sealed(content):
        return "it was edited"
    if records is not None:
        count, _, digest = str(content.get(RECORDS, "")).partition(" ")
        if not digest:
            return "was not finished"
        if count == str(len(records)) and digest != _all(records):
            return "some records are others"
    return None


def _all(records: Mapping[str, str]) -> str:
    return sha256(dict(records))[:FINGERPRINT_LENGTH]


def note_sealed_records(path: Path | str, records: Mapping[str, str]) -> None:
    """As `note_records`, for a product that is its own stamp."""
    content = read_json(path, "product")
    noted = f"{len(records)} {_all(records)}"
    atomic_write(path, canonical_json(seal({**content, RECORDS: noted})))
