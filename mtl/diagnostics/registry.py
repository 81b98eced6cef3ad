"""Finds diagnostics by file name."""

from __future__ import annotations

import importlib
from pathlib import Path

from mtl.diagnostics.base import Diagnostic, Subject
from mtl.errors import unknown

_NOT_DIAGNOSTICS = {"__init__", "base", "registry", "gradients"}


def available() -> list[str]:
    """The names of all diagnostics, sorted."""
    return sorted(
        path.stem
        for path in Path(__file__).parent.glob("*.py")
        if path.stem not in _NOT_DIAGNOSTICS
    )


def build(name: str, subject: Subject) -> Diagnostic:
    """The diagnostic of a training.

    Raises:
        MtlError: for an unknown one, or a training that it cannot look at.
    """
    if name not in available():
        raise unknown("diagnostic", name, available())
    module = importlib.import_module(f"mtl.diagnostics.{name}")
    diagnostic: Diagnostic = module.Build(subject)
    return diagnostic
