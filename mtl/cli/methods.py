"""List the methods with their options, ranges and sources."""

from __future__ import annotations

import argparse

from mtl.methods import registry
from mtl.methods.info import MethodInfo
from mtl.workflow.method_page import PATH, page, range_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("method", nargs="?", help="one method only")
    parser.add_argument("--markdown", action="store_true", help=f"print {PATH}, of all methods")


def _lines(info: MethodInfo) -> list[str]:
    lines = [
        f"{info.name}: {info.summary}",
        f"    {info.paper} ({info.year})",
        f"    needs {info.needs}; update regimes {', '.join(info.regimes)}",
    ]
    for name, option in info.options.items():
        paper = f"paper {option.paper}" if option.paper is not None else "not in the paper"
        limits = f", {text}" if (text := range_text(option)) else ""
        lines.append(f"    {name} = {option.default} ({paper}{limits}): {option.doc}")
    return lines


def run(arguments: argparse.Namespace) -> int:
    """Print the methods."""
    if arguments.markdown:
        print(page(), end="")
        return 0
    names = [arguments.method] if arguments.method else registry.available()
    for name in names:
        print("\n".join(_lines(registry.describe(name))))
    return 0
