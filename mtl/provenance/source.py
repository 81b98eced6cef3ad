"""One source file: a hash that only changes when its behaviour can, and what it imports.

The hash is taken over the syntax tree without comments, docstrings, positions and empty fields, so
that a cosmetic edit makes nothing stale. The fields that newer Python versions add to the tree are
empty in older code, hence the same file gives the same hash on every supported version.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from mtl.errors import MtlError
from mtl.io import FINGERPRINT_LENGTH, sha256, sha256_file

_WITH_DOCSTRING = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COSMETIC_FIELDS = {"ctx", "kind", "type_comment", "type_ignores"}


def hashing_version() -> str:
    """Names the code that hashes: a cache of what other code computed must not be believed."""
    return sha256([sha256_file(Path(__file__)), sys.version_info[:2]])


def parse(path: Path) -> ast.Module:
    """The syntax tree of a file.

    Raises:
        MtlError: when the file is not valid Python, with its line.
    """
    try:
        return ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        raise MtlError(f"{path}:{error.lineno}: not valid Python ({error.msg})") from None


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return body[1:]
    return body


def _without_record(tree: ast.Module) -> list[ast.stmt]:
    """The statements of a module without `INFO = ...`, when the module itself never reads INFO.

    The record is for planning: what a run needs from it (the options' values, the regime) is part
    of the run's resolved spec, so that editing a label or a year retrains nothing.
    """
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "INFO"]
    if any(isinstance(node.ctx, ast.Load) for node in names):
        return tree.body
    return [
        node
        for node in tree.body
        if not (
            isinstance(node, ast.Assign)
            and [target.id for target in node.targets if isinstance(target, ast.Name)] == ["INFO"]
        )
    ]


def _joined(values: list[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string with neighbouring texts joined and empty ones dropped.

    Python 3.12.1 cuts `{k=}` and ends a format with an empty text, unlike the others.
    """
    parts: list[ast.expr] = []
    for value in values:
        last = parts[-1] if parts else None
        if isinstance(value, ast.Constant) and isinstance(last, ast.Constant):
            parts[-1] = ast.Constant(str(last.value) + str(value.value))
        else:
            parts.append(value)
    return [part for part in parts if not (isinstance(part, ast.Constant) and part.value == "")]


def _normalise(node: object) -> object:
    if isinstance(node, ast.JoinedStr):
        return ["JoinedStr", *(_normalise(part) for part in _joined(node.values))]
    if isinstance(node, ast.AST):
        fields: list[list[object]] = []
        for name, value in ast.iter_fields(node):
            if name == "body" and isinstance(node, _WITH_DOCSTRING):
                value = _without_docstring(value)
            if name not in _COSMETIC_FIELDS and value is not None and value != []:
                fields.append([name, _normalise(value)])
        return [type(node).__name__, *fields]
    if isinstance(node, list):
        return [_normalise(item) for item in node]
    return repr(node)


def tree_hash(tree: ast.Module) -> str:
    """The short hash of what a module does, from its syntax tree."""
    statements = ast.Module(_without_record(tree), [])
    return sha256(_normalise(statements))[:FINGERPRINT_LENGTH]


def source_hash(path: Path) -> str:
    """The short hash of what a Python file does."""
    return tree_hash(parse(path))


def imported_modules(path: Path, module: str, package: str) -> list[str]:
    """The modules of `package` that a file may import, by absolute name, anywhere in its code.

    For `from mtl.x import y` both `mtl.x` and `mtl.x.y` are given, as only the folder tells whether
    y is a module; the caller drops the names that are no files.

    Args:
        path: the file.
        module: its dotted name, against which relative imports are resolved.
        package: the top-level package, for example "mtl".
    """
    parent = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found: list[str] = []
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = parent.split(".")
                parts = parts[: len(parts) - node.level + 1]
                base = ".".join([*parts, base] if base else parts)
            found += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return [name for name in found if name.split(".")[0] == package]
