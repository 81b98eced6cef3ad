"""Keep runs after a code edit that is meant to change no result.

Trains K of the affected units again under the new code, or more so that every changed file is used
by one of them. Only if every record is the same but for
its identity, all of them are stored under their new fingerprints, and that is recorded in them.
"""

from __future__ import annotations

import argparse

from mtl.cli.common import add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--verify", type=int, required=True, metavar="K", help="how many units to train again"
    )
    parser.add_argument("--salt", default="", help="another word chooses other units")
    add_scale(parser)


def run(arguments: argparse.Namespace) -> int:
    """Carry the runs over."""
    from mtl.workflow.carry_over import carry_over

    verified, carried = carry_over(project(arguments), arguments.verify, arguments.salt)
    for name in verified:
        print(f"trained again, the same: {name}")
    print(f"{len(carried)} units carried over")
    return 0
