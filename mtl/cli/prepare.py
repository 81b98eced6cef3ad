"""Prepare a dataset from its raw files, real or of its twin."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_expect, add_scale, project, reload


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset")
    add_scale(parser)
    add_expect(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prepare the data."""
    from mtl.workflow.jobs import prepare

    loaded = project(arguments)
    for data in prepare(loaded, arguments.dataset, arguments.expect, reload(arguments)):
        print(data.path)
    return 0
