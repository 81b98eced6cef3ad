"""Make every product that is stale: tables, figures, the report, the summary."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--incomplete",
        action="store_true",
        help="also make those whose runs are not all there, with the reasons in their cells",
    )
    add_scale(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the products; 1 when one has failed."""
    from mtl.workflow.rendering import make_all

    lines, whole = make_all(project(arguments), arguments.incomplete)
    print("\n".join(lines))
    return 0 if whole else 1
