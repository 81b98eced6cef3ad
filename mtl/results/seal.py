"""Seal records: each carries the hash of its own content, so that a later edit shows.

Training writes records and imports this module, so it needs the standard library and `mtl.io` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtl import io

CONTENT = "content"


def content_hash(record: Mapping[str, Any]) -> str:
    """The first 12 hex digits of the hash of everything in a record but its seal.

    Raises:
        ValueError: when the record holds NaN or an infinity.
    """
    body = {key: value for key, value in record.items() if key != CONTENT}
    return io.sha256(io.canonical_json(body))[: io.FINGERPRINT_LENGTH]


def seal(record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the record whose `content` is the hash of the rest.

    Raises:
        ValueError: when the record holds NaN or an infinity.
    """
    return {**record, CONTENT: content_hash(record)}


def is_sealed(record: Mapping[str, Any]) -> bool:
    """Whether the record's content is what its seal says."""
    return record.get(CONTENT) == content_hash(record)
