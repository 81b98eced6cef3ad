"""Judge the papers' claims on the printed numbers and on the runs."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_expect, add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("paper", nargs="?", help="whose claims; all papers' if absent")
    parser.add_argument(
        "--verbose", action="store_true", help="also the papers' words and every difference"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the scorecard's files instead of listing"
    )
    add_scale(parser)
    add_expect(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the verdicts, or write the scorecard; a contradicted claim is no failure."""
    loaded = project(arguments)
    if arguments.write:
        from mtl.config import products
        from mtl.workflow.rendering import make

        product = products.claims(loaded)
        make(loaded, product, arguments.expect)
        print(product.stamp)
        return 0
    from mtl.claims.evaluate import evaluate
    from mtl.claims.listing import listing

    results = evaluate(loaded, arguments.paper)
    print(listing(results, loaded.scale.name, arguments.verbose), end="")
    return 0
