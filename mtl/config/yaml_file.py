"""YAML files with line numbers: duplicate keys are refused, `1e-3` is a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mtl.errors import MtlError

FieldPath = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """YAML 1.2's scalars where they differ in practice from PyYAML's 1.1.

    PyYAML reads `1e-3` as text, and `yes`, `no`, `on`, `off` as truth values.
    """


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"),
    list("-+0123456789."),
)


@dataclass(frozen=True)
class Document:
    """A parsed YAML file.

    Attributes:
        path: the file, as it is to be named in messages.
        content: plain dictionaries, lists and scalars.
        lines: 1-based line by field path; a mapping's entry has the line of its key.
    """

    path: Path
    content: dict[str, Any]
    lines: dict[FieldPath, int]

    def line(self, field: FieldPath) -> int:
        """The line of a field, or of the nearest field above it that the file holds."""
        while field and field not in self.lines:
            field = field[:-1]
        return self.lines.get(field, 1)

    def where(self, field: FieldPath) -> str:
        """`file:line: a.b.c`, the start of every message about a field."""
        name = ".".join(str(part) for part in field)
        return f"{self.path}:{self.line(field)}" + (f": {name}" if name else "")


def _index(node: yaml.Node, field: FieldPath, path: Path, lines: dict[FieldPath, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            entry = (*field, str(key.value))
            line = key.start_mark.line + 1
            if entry in lines:
                raise MtlError(
                    f"{path}:{line}: {'.'.join(map(str, entry))}: duplicate key "
                    f"'{key.value}', first given in line {lines[entry]}; keep one"
                )
            lines[entry] = line
            _index(value, entry, path, lines)
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            lines[(*field, position)] = item.start_mark.line + 1
            _index(item, (*field, position), path, lines)


def read_yaml(path: Path, what: str, root: Path = Path()) -> Document:
    """Parse a YAML file that holds one mapping.

    Args:
        path: the file.
        what: what it is, for messages.
        root: the project; the file is named relative to it in messages.

    Raises:
        MtlError: for an absent file, broken YAML, a duplicate key, or no mapping at the top.
    """
    name = path.relative_to(root) if path.is_relative_to(root) else path
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MtlError(f"{name}: the {what} does not exist") from None
    except UnicodeDecodeError as error:
        raise MtlError(f"{name}: the {what} is not UTF-8 text ({error})") from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: Path) -> Document:
    """Parse YAML text that holds one mapping.

    Args:
        text: the text, whose first line is the first of the file.
        name: the file, as it is to be named in messages.

    Raises:
        MtlError: for broken YAML, a duplicate key, or no mapping at the top.
    """
    loader = _Loader(text)
    lines: dict[FieldPath, int] = {}
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise MtlError(f"{name}:1: expected a mapping (key: value lines), found something else")
        _index(node, (), name, lines)
        content = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise MtlError(f"{name}:{line}: not valid YAML ({error.problem})") from None
    finally:
        loader.dispose()
    return Document(name, content, lines)
