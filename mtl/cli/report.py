"""Make the report of all papers."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_expect, add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_scale(parser)
    add_expect(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the report."""
    from mtl.config import products
    from mtl.workflow.rendering import make

    loaded = project(arguments)
    product = products.report(loaded)
    make(loaded, product, arguments.expect)
    print(product.stamp)
    return 0
