"""Train a unit: one configuration with the seeds that train together."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_scale, project, reload


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "unit", help="<dataset>/<method>/<fingerprint>, its path, or the start of the fingerprint"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:<n>")
    add_scale(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train the unit."""
    from mtl.workflow.jobs import train

    loaded = project(arguments)
    unit = loaded.unit(arguments.unit)
    train(loaded, unit, arguments.device, reload(arguments))
    print(unit.path)
    return 0
