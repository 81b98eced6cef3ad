"""Write the JSON schemas of the configuration files, from which editors check and complete them."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--check", action="store_true", help="only check that they are current")


def run(arguments: argparse.Namespace) -> int:
    """Write or check the schemas."""
    from mtl.workflow import schemas

    if arguments.check:
        schemas.check(Path())
        return 0
    for path in schemas.write(Path()):
        print(path)
    return 0
