"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from mtl.config import DEFAULT_SCALE, SCALE_VARIABLE, Project, load_project


def add_scale(parser: argparse.ArgumentParser) -> None:
    """Add `--scale`."""
    parser.add_argument(
        "--scale",
        help=f"the size of the reproduction; else ${SCALE_VARIABLE}, else {DEFAULT_SCALE}",
    )


def add_expect(parser: argparse.ArgumentParser) -> None:
    """Add `--expect`, with which the rules of the workflow say what they have planned."""
    parser.add_argument(
        "--expect",
        metavar="FINGERPRINT",
        help="refuse to work when the working tree gives another one",
    )


def project(arguments: argparse.Namespace) -> Project:
    """The project in the current folder, at the scale asked for."""
    loaded = load_project(Path(), arguments.scale)
    loaded.units()
    loaded.code.remember()
    return loaded


def reload(arguments: argparse.Namespace) -> Callable[[], Project]:
    """Reads the project again, to see what was edited meanwhile."""
    return lambda: load_project(Path(), arguments.scale)
