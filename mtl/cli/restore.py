"""Bring units of runs back from the DVC remote instead of training them again."""

from __future__ import annotations

import argparse
from pathlib import Path

from mtl.cli.common import add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "unit",
        nargs="*",
        help="<dataset>/<method>/<fingerprint>; else all of the scale that are not on disk",
    )
    add_scale(parser)


def run(arguments: argparse.Namespace) -> int:
    """Restore the units."""
    from mtl.workflow.store import restorable, restore

    names = arguments.unit
    if not names:
        names = [unit.name for unit in restorable(project(arguments))]
    restore(Path(), names)
    print(f"{len(names)} units restored")
    return 0
