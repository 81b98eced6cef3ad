"""What diagnostics store of one image: the image itself, and maps of the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtl.results.figures.source import diagnostic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtl.results.records import Record


@dataclass(frozen=True)
class Image:
    """An image; pixels are [height][width][red, green, blue], each from 0 to 255."""

    height: int
    width: int
    pixels: Sequence[Sequence[Sequence[int]]]


def image(stored: dict[str, Any]) -> Image:
    """The image of a diagnostic."""
    return Image(stored["height"], stored["width"], stored["pixels"])


def record_with(records: Sequence[Record], name: str) -> Record:
    """The run that stores a diagnostic which units store for their first seed only.

    Raises:
        MtlError: when none of the records holds it.
    """
    holders = (record for record in records if record.diagnostics.get(name))
    record = next(holders, records[0])
    diagnostic(record, name)
    return record
