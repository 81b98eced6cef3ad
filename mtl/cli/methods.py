"""List the methods with their options, ranges and sources."""

from __future__ import annotations

import argparse

from mtl.methods import registry
from mtl.methods.info import MethodInfo, Option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("method", nargs="?", help="one method only")


def _range(option: Option) -> str:
    if option.choices:
        return f", one of {', '.join(option.choices)}"
    bounds = [f"at least {option.low:g}"] if option.low is not None else []
    bounds += [f"at most {option.high:g}"] if option.high is not None else []
    return f", {' and '.join(bounds)}" if bounds else ""


def _lines(info: MethodInfo) -> list[str]:
    lines = [
        f"{info.name}: {info.summary}",
        f"    {info.paper} ({info.year})",
        f"    needs {info.needs}; update regimes {', '.join(info.regimes)}",
    ]
    for name, option in info.options.items():
        paper = f"paper {option.paper}" if option.paper is not None else "not in the paper"
        lines.append(f"    {name} = {option.default} ({paper}{_range(option)}): {option.doc}")
    return lines


def run(arguments: argparse.Namespace) -> int:
    """Print the methods."""
    names = [arguments.method] if arguments.method else registry.available()
    for name in names:
        print("\n".join(_lines(registry.describe(name))))
    return 0
