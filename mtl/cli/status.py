"""Tell what is done, what is missing and what failed at a scale."""

from __future__ import annotations

import argparse

from mtl.cli.common import add_scale, project
from mtl.config import Project, products


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_scale(parser)


def _units(loaded: Project) -> list[str]:
    from mtl.io import read_json

    units = loaded.units()
    done = [unit for unit in units if unit.is_done(loaded.root)]
    lines = [f"units: {len(done)} of {len(units)} trained"]
    for unit in units:
        note = loaded.root / unit.failure
        if unit not in done and note.is_file():
            lines.append(f"  failed {unit.name}: {read_json(note, 'failure note')['error']}")
    return lines


def run(arguments: argparse.Namespace) -> int:
    """Print the status."""
    from mtl.workflow.store import restorable

    loaded = project(arguments)
    print(f"scale {loaded.scale.name}: {loaded.scale.description}")
    for data in loaded.all_prepared():
        state = "prepared" if (loaded.root / data.record).is_file() else "not prepared"
        print(f"data {data.title}: {data.source_label}, {state}")
    print("\n".join(_units(loaded)))
    print(f"restorable: {len(restorable(loaded))} units from DVC")
    for product in products.products(loaded):
        reason = product.staleness(loaded.root)
        print(f"{product.kind} {product.title}: {reason or 'up to date'}")
    return 0
