"""Compare the runs with the reference numbers of this scale."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--update", action="store_true", help="make the runs on disk the new reference"
    )
    add_scale(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare; 1 when something has drifted."""
    from mtl.results.drift import run_drift

    return run_drift(project(arguments), update=arguments.update)
