"""Notes of failed trainings, from which incomplete tables tell why a cell is empty."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mtl.config import RunUnit
from mtl.errors import MtlError
from mtl.io import atomic_write, canonical_json


def write(root: Path, unit: RunUnit, error: Exception) -> None:
    """Note why a unit could not be trained, in one line."""
    text = str(error) if isinstance(error, MtlError) else f"{type(error).__name__}: {error}"
    note = {
        "fingerprint": unit.fingerprint,
        "unit": unit.name,
        "error": " ".join(text.split()),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    atomic_write(root / unit.failure, canonical_json(note))


def clear(root: Path, unit: RunUnit) -> None:
    """Remove the note of a unit that is trained now."""
    (root / unit.failure).unlink(missing_ok=True)
