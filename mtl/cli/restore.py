"""Bring a unit of runs back from the DVC remote instead of training it again."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("unit", nargs="+", help="<dataset>/<method>/<fingerprint>")


def run(arguments: argparse.Namespace) -> int:
    """Restore the units."""
    from mtl.workflow.store import restore

    for name in arguments.unit:
        restore(Path(), name)
        print(name)
    return 0
