"""Trace a table's cell back to its runs, with all that is known of their making."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("table", help="for example table_4 or etr_nlp/table_4")
    parser.add_argument("row", help="for example etr_nlp")
    parser.add_argument("column", help="for example celeba8/f_score")
    add_scale(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the trace."""
    from mtl.workflow.explain import explain

    lines = explain(project(arguments), arguments.table, arguments.row, arguments.column)
    print("\n".join(lines))
    return 0
