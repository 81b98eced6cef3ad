"""Finds methods by file name, and reads their records without importing them.

Planning must not pay for torch, and a run's code fingerprint must not hold the methods that it
does not use. So a record is read from the file's syntax tree, and a method is imported by name
only when it trains.
"""

from __future__ import annotations

import ast
import functools
import importlib
from pathlib import Path
from types import ModuleType

from mtl.errors import MtlError, unknown
from mtl.methods.info import MethodInfo, Option

FOLDER = Path(__file__).parent
_NOT_METHODS = {"__init__", "base", "info", "registry"}


def available() -> list[str]:
    """The names of all methods, sorted."""
    return sorted(
        path.stem
        for path in FOLDER.glob("*.py")
        if path.stem not in _NOT_METHODS and not path.stem.startswith("_")
    )


def _evaluate(node: ast.expr, path: Path) -> object:
    """A literal, or a call of `Option` or `MethodInfo` on literals."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        constructors = {"Option": Option, "MethodInfo": MethodInfo}
        if node.func.id in constructors and all(keyword.arg for keyword in node.keywords):
            positional = [_evaluate(argument, path) for argument in node.args]
            keywords = {str(k.arg): _evaluate(k.value, path) for k in node.keywords}
            try:
                return constructors[node.func.id](*positional, **keywords)
            except TypeError as error:
                raise MtlError(f"{path}:{node.lineno}: {error}") from None
    if isinstance(node, ast.Dict) and all(node.keys):
        return {
            _evaluate(key, path): _evaluate(value, path)
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        }
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise MtlError(
            f"{path}:{node.lineno}: INFO must consist of literals, Option(...) and "
            "MethodInfo(...) only, so that it can be read without importing the method"
        ) from None


@functools.cache
def describe(name: str) -> MethodInfo:
    """The record of a method, read from its file without importing it.

    Raises:
        MtlError: for an unknown method, a file without a record, or a record that is not literal
            or names another method.
    """
    if name not in available():
        raise unknown("method", name, available())
    path = FOLDER / f"{name}.py"
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "INFO" for target in targets):
            info = _evaluate(node.value, path)  # type: ignore[attr-defined]
            if not isinstance(info, MethodInfo):
                raise MtlError(f"{path}: INFO must be a MethodInfo(...)")
            if info.name != name:
                raise MtlError(f"{path}: INFO.name is '{info.name}', expected '{name}'")
            return info
    raise MtlError(f"{path}: a method file must declare INFO = MethodInfo(...)")


def load(name: str) -> ModuleType:
    """Import the module of a method.

    Raises:
        MtlError: for an unknown method.
    """
    if name not in available():
        raise unknown("method", name, available())
    return importlib.import_module(f"mtl.methods.{name}")
