"""Write what identifies a copy of the real data, so that runs can be planned without reading it."""

from __future__ import annotations

import argparse
from pathlib import Path

from mtl.config.datasets import manifest_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset")
    parser.add_argument("--root", type=Path, required=True, help="the folder of the real data")


def run(arguments: argparse.Namespace) -> int:
    """Write the manifest."""
    from mtl.data import registry
    from mtl.errors import MtlError
    from mtl.io import atomic_write, canonical_json

    info = registry.describe(arguments.dataset)
    if "real" not in info.source_labels:
        raise MtlError(f"'{arguments.dataset}' is synthetic and needs no manifest")
    if not info.needs_root:
        raise MtlError(f"'{arguments.dataset}' comes with the installation and needs no manifest")
    manifest = registry.load(arguments.dataset).raw_manifest(arguments.root)
    path = manifest_path(arguments.dataset)
    atomic_write(path, canonical_json(manifest))
    print(path)
    return 0
