"""The page of all methods, generated from their files so that it cannot contradict them."""

from __future__ import annotations

import ast
import inspect

from mtl.methods import registry
from mtl.methods.info import MethodInfo, Option, Value

PATH = "docs/methods.md"

_HEAD = """\
# Methods

Generated from the files in [mtl/methods](../mtl/methods) by `mtl methods --markdown`; a test checks
that it is current. `mtl methods <name>` prints the same facts of one method.

Marks: [P] printed in the paper, [C] read in public code, [V] verified by arithmetic or by building
the model. What the methods have in common, and how the tables differ from the paper's, is in
[deviations.md](deviations.md); how to add one is in the
[tutorial](tutorial_digits.md#a-method-of-your-own).

*Paper* in the lists of options is the value that the method's paper or its public code prints.
"""


def range_text(option: Option) -> str:
    """The values that an option takes, in words; empty when there is no limit."""
    if option.choices:
        return f"one of {', '.join(option.choices)}"
    bounds = [f"at least {option.low:g}"] if option.low is not None else []
    bounds += [f"at most {option.high:g}"] if option.high is not None else []
    return " and ".join(bounds)


def _differences(name: str) -> str:
    """The docstring of a method's class, read without importing it: what differs from the source.

    A method that is its base class has nothing to say.
    """
    tree = ast.parse((registry.FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Build":
            return inspect.cleandoc(ast.get_docstring(node) or "")
    return ""


def _cell(value: Value | None) -> str:
    return "" if value is None else f"`{value}`"


def _options(info: MethodInfo) -> list[str]:
    if not info.options:
        return ["No options."]
    lines = ["| option | default | paper | range | |", "|---|---|---|---|---|"]
    for name, option in info.options.items():
        cells = (f"`{name}`", _cell(option.default), _cell(option.paper), range_text(option))
        lines.append(f"| {' | '.join(cells)} | {option.doc} |")
    return lines


def _section(info: MethodInfo) -> list[str]:
    return [
        f"## {info.name}",
        "",
        info.summary,
        "",
        f"* Source: {info.paper} ({info.year}).",
        f"* File: [{info.name}.py](../mtl/methods/{info.name}.py). Works on: {info.needs}.",
        f"* Update regimes: {', '.join(info.regimes)} (the first is the default).",
        "",
        _differences(info.name),
        "",
        *_options(info),
        "",
    ]


def page() -> str:
    """The whole page as Markdown."""
    lines = [_HEAD]
    for name in registry.available():
        lines += _section(registry.describe(name))
    return "\n".join(lines).rstrip() + "\n"
