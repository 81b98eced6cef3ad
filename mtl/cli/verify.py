"""Check every file against its hashes, trusting no modification time; train samples again."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--rerun", type=int, default=0, metavar="N", help="also train N stored units again"
    )
    parser.add_argument("--salt", default="", help="another word chooses other units")
    add_scale(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the problems; 1 when there are any."""
    from mtl.workflow import verify

    loaded = project(arguments)
    done = [unit for unit in loaded.units() if unit.is_done(loaded.root)]
    problems = [line for unit in done for line in verify.check_unit(loaded, unit)]
    problems += verify.check_data(loaded)
    problems += verify.check_products(loaded)
    again: list[str] = []
    if arguments.rerun:
        again, differing = verify.rerun(loaded, arguments.rerun, arguments.salt)
        problems += differing
    for name in again:
        print(f"trained again: {name}")
    for line in problems:
        print(line)
    print(f"{len(done)} units checked, {len(again)} trained again, {len(problems)} problems")
    return 1 if problems else 0
