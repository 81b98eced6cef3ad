"""Generate the raw files of a dataset's synthetic twin, of every variant that a scale needs."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_expect, add_scale, project, reload


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset")
    add_scale(parser)
    add_expect(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the twins."""
    from mtl.workflow.jobs import make_twin

    loaded = project(arguments)
    for twin in make_twin(loaded, arguments.dataset, arguments.expect, reload(arguments)):
        print(twin.path)
    return 0
