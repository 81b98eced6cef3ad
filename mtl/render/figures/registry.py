"""Finds kinds of figures by file name.

They are imported by name, so that the fingerprint of a figure holds the code of its own kind only.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from mtl.errors import MtlError, unknown
from mtl.render.figures.kind import Kind

FOLDER = Path(__file__).parent
_NOT_KINDS = {"__init__", "frame", "kind", "plots", "registry", "write"}


def available() -> list[str]:
    """The names of all kinds, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in _NOT_KINDS)


def load(name: str) -> Kind[Any]:
    """A kind by name.

    Raises:
        MtlError: for an unknown kind, or a file that declares none.
    """
    if name not in available():
        raise unknown("kind of figure", name, available())
    kind = getattr(importlib.import_module(f"mtl.render.figures.{name}"), "KIND", None)
    if not isinstance(kind, Kind):
        raise MtlError(f"{FOLDER / name}.py: a kind of figure must declare KIND = Kind(...)")
    return kind
