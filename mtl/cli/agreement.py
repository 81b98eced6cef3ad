"""Compare our tables with the printed ones: order of rows, direction of differences."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_expect, add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--write", action="store_true", help="write table and page instead of printing them"
    )
    add_scale(parser)
    add_expect(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the comparison of the runs there are, or write it where all are."""
    from mtl.config import products
    from mtl.render.agreement import text
    from mtl.results.agreement import agreements
    from mtl.workflow.rendering import make

    loaded = project(arguments)
    if arguments.write:
        product = products.agreement(loaded)
        make(loaded, product, arguments.expect)
        print(product.stamp)
    else:
        print(text(agreements(loaded, allow_missing=True)), end="")
    return 0
