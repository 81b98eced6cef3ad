"""The host networks, found in their folder without importing torch."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

from mtl.provenance.source import parse

FOLDER = Path(__file__).parent.parent / "models"


@functools.cache
def available() -> list[str]:
    """The names of the modules of `mtl.models` that define `build`, sorted."""
    return sorted(
        path.stem
        for path in FOLDER.glob("*.py")
        if any(isinstance(n, ast.FunctionDef) and n.name == "build" for n in parse(path).body)
    )


@functools.cache
def is_dense(name: str) -> bool:
    """Whether a host predicts maps: its module sets `DENSE`."""
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "DENSE" for target in node.targets)
        for node in parse(FOLDER / f"{name}.py").body
    )
