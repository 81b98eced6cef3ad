"""Give finished runs to DVC and list them in results/manifest.txt."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=["add"])


def run(arguments: argparse.Namespace) -> int:
    """Add the units that DVC does not have."""
    from mtl.workflow.store import add

    new = add(Path())
    for name in new:
        print(name)
    print(f"{len(new)} new units")
    return 0
