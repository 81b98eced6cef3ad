"""The command line, `python -m mtl <command>`; each command is a module, imported when used."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

import mtl
from mtl.errors import MtlError, unknown
from mtl.workflow import warm

# The module of each command in this package, and what `--help` says of it.
COMMANDS = {
    "status": "what is done, what is missing, what failed",
    "methods": "the methods, their options and sources",
    "twin": "generate a synthetic twin's raw files",
    "manifest": "identify a copy of the real data, so that runs can be planned on it",
    "prepare": "prepare a dataset from its raw files",
    "train": "train a unit of runs",
    "export": "write the pruned network of a run to a file that runs without the project",
    "restore": "bring a unit of runs back from the DVC remote",
    "table": "make a table",
    "figure": "make a figure",
    "audit": "tell whether printed derived numbers can follow from those beside them",
    "claims": "judge the papers' claims on the printed numbers and on the runs",
    "agreement": "compare our tables with the printed ones",
    "report": "make the HTML report",
    "summary": "make the numbers for `dvc metrics`",
    "render": "make every product that is stale, also incomplete ones",
    "drift": "compare the runs with the reference numbers",
    "explain": "trace a table's cell back to its runs",
    "why": "tell why a unit is to be trained again",
    "verify": "check every file against its hashes; train samples again",
    "carry-over": "keep runs after a code edit that changes no result",
    "step-time": "measure the training step of a table's rows, one beside the other",
    "store": "give finished runs to DVC",
    "schema": "write the JSON schemas of the configuration files",
}


# Those that import torch, and that the workflow runs many times.
_WARM = ("train",)


def _print_help() -> None:
    width = max(map(len, COMMANDS))
    print("usage: python -m mtl <command> [options]\n\ncommands:")
    for name, text in COMMANDS.items():
        print(f"  {name:<{width}}  {text}")
    print("\n`python -m mtl <command> --help` tells more. To make everything, run `snakemake`.")


def _run(arguments: Sequence[str]) -> int:
    name = arguments[0]
    if name not in COMMANDS:
        raise unknown("command", name, COMMANDS)
    if name in _WARM and (status := warm.run("mtl", arguments)) is not None:
        return status
    module = importlib.import_module(f"mtl.cli.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"mtl {name}", description=module.__doc__)
    module.add_arguments(parser)
    return module.run(parser.parse_args(arguments[1:]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        0 on success; 1 for an error that the user can mend, which is printed without a traceback.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        _print_help()
        return 0
    if arguments[0] == "--version":
        print(f"mtl {mtl.__version__}")
        return 0
    try:
        return _run(arguments)
    except MtlError as error:
        for line in str(error).splitlines():
            print(f"mtl: {line}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader, for example `head`, has seen enough
        sys.stderr.close()
        return 0
