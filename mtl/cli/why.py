"""Tell why units are to be trained: what differs from the nearest unit on disk."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("unit", nargs="?", help="one unit; else all that are not trained")
    add_scale(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the reasons."""
    from mtl.workflow.reasons import why

    loaded = project(arguments)
    units = [loaded.unit(arguments.unit)] if arguments.unit else loaded.units()
    pending = [unit for unit in units if arguments.unit or not unit.is_done(loaded.root)]
    for unit in pending:
        print("\n".join(why(loaded, unit)))
    if not pending:
        print("every unit is trained")
    return 0
