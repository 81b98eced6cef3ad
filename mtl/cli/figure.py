"""Make a figure of a paper."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_expect, add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("paper")
    parser.add_argument("figure")
    add_scale(parser)
    add_expect(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the figure."""
    from mtl.config import products
    from mtl.workflow.rendering import make

    loaded = project(arguments)
    product = products.figure(loaded, arguments.paper, arguments.figure)
    make(loaded, product, arguments.expect)
    print(product.stamp)
    return 0
