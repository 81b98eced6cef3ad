"""Checks that trust neither Snakemake nor modification times: every file against its hashes."""

from __future__ import annotations

from mtl.config import Project, RunUnit, products
from mtl.config.identity import run_fingerprint
from mtl.data.store import open_store
from mtl.errors import MtlError
from mtl.io import sha256_file
from mtl.results.records import Unit, load_unit
from mtl.workflow.retrain import retrained, sample


def check_unit(project: Project, unit: RunUnit) -> list[str]:
    """What is wrong with a unit on disk: its records, their identity, its checkpoints."""
    try:
        stored = load_unit(project.root / unit.path, unit.fingerprint)
    except MtlError as error:
        return [str(error)]
    problems = []
    for record in stored.records:
        if run_fingerprint(record.identity) != record.fingerprint:
            problems.append(f"{record.path}: the identity does not hash to the fingerprint")
        checkpoint = project.root / unit.checkpoints / f"seed{record.seed}.safetensors"
        if checkpoint.is_file() and sha256_file(checkpoint) != record.checkpoint["sha256"]:
            problems.append(f"{checkpoint}: its hash is not the one in {record.path}")
    return problems


def check_data(project: Project) -> list[str]:
    """What is wrong with the prepared data on disk."""
    problems = []
    for data in project.all_prepared():
        if (project.root / data.record).is_file():
            try:
                open_store(project.root / data.path, data.fingerprint, verify=True)
            except MtlError as error:
                problems.append(str(error))
    return problems


def check_products(project: Project) -> list[str]:
    """The products that are not what the working tree implies."""
    return [
        f"{product.stamp}: {product.kind} {product.title} {reason}"
        for product in products.products(project)
        if (reason := product.staleness(project.root)) is not None
    ]


def compare(stored: Unit, new: Unit) -> list[str]:
    """How new records differ from the stored ones; nothing when their bytes are the same."""
    problems = []
    for old, again in zip(stored.records, new.records, strict=True):
        if stored.hashes[old.seed] == new.hashes[old.seed]:
            continue
        moved = [
            f"{name} {old.metrics[name]:.6f} -> {value:.6f}"
            for name, value in again.metrics.items()
            if old.metrics.get(name) != value
        ]
        problems.append(f"{old.path}: {'; '.join(moved) or 'other facts than the metrics differ'}")
    old_platform, platform = stored.provenance.get("platform"), new.provenance.get("platform")
    if problems and old_platform != platform:
        problems.append(
            f"{stored.path}: was trained on another platform ({old_platform}, here {platform}), "
            "where the last bits may differ; `python -m mtl drift` compares statistically"
        )
    return problems


def rerun(project: Project, count: int, salt: str = "") -> tuple[list[str], list[str]]:
    """Train sampled stored units again and compare them.

    Returns:
        The names of the units, and what differs.

    Raises:
        MtlError: when the prepared data are absent.
    """
    stored = [unit for unit in project.units() if unit.is_done(project.root)]
    names, problems = [], []
    for unit in sample(stored, count, salt):
        with retrained(project, unit) as new:
            problems += compare(load_unit(project.root / unit.path), new)
        names.append(unit.name)
    return names, problems
