"""Tell whether printed derived numbers can follow from those beside them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mtl.cli.common import add_expect, add_scale, project
from mtl.errors import MtlError

if TYPE_CHECKING:
    from mtl.audit.findings import Finding


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="printed tables as CSV; those in data/published, with the papers' text, if absent",
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit with status 1 when something is inconsistent"
    )
    parser.add_argument("--verbose", action="store_true", help="every check and cell in full")
    parser.add_argument(
        "--markdown", action="store_true", help="only what is notable, as a Markdown table"
    )
    parser.add_argument(
        "--write", action="store_true", help="write table and page instead of printing them"
    )
    add_scale(parser)
    add_expect(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the findings, or write them; with `--strict`, 1 when any is inconsistent."""
    if arguments.write:
        return _write(arguments)
    from mtl.audit.listing import listing, markdown

    findings = _findings(arguments.files)
    shown = markdown(findings) if arguments.markdown else listing(findings, arguments.verbose)
    print(shown, end="")
    wrong = any(finding.verdict == "inconsistent" for finding in findings)
    return int(arguments.strict and wrong)


def _findings(files: list[str]) -> list[Finding]:
    from mtl.audit.audit import audit_files, audit_published

    return audit_files(files) if files else list(audit_published())


def _write(arguments: argparse.Namespace) -> int:
    if arguments.files:
        raise MtlError("audit: --write is for data/published; leave out the files")
    from mtl.config import products
    from mtl.workflow.rendering import make

    loaded = project(arguments)
    product = products.audit(loaded)
    make(loaded, product, arguments.expect)
    print(product.stamp)
    return 0
