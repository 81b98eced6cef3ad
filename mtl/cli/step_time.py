"""Measure how long the training steps of a table's rows take, one beside the other."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("paper")
    parser.add_argument("table", help="with the field step_time")
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="default: 15")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:<n>")
    add_scale(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the file."""
    from mtl.workflow.step_times import measure

    path = measure(
        project(arguments), arguments.paper, arguments.table, arguments.rounds, arguments.device
    )
    print(path)
    return 0
