"""Write the pruned network of a run to a file that needs nothing of this project."""

from __future__ import annotations

import argparse
from pathlib import Path

from mtl.cli.common import add_scale, project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "unit", help="<dataset>/<method>/<fingerprint>, its path, or the start of the fingerprint"
    )
    parser.add_argument(
        "--to", type=Path, required=True, metavar="FILE", help="ends in .pt2 (torch) or .onnx"
    )
    parser.add_argument("--seed", type=int, help="of the unit's seeds; else the first")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:<n>")
    add_scale(parser)


def run(arguments: argparse.Namespace) -> int:
    """Export the network."""
    from mtl.workflow.export import export_run

    loaded = project(arguments)
    unit = loaded.unit(arguments.unit)
    export_run(loaded, unit, arguments.seed, arguments.to, arguments.device)
    print(arguments.to)
    return 0
