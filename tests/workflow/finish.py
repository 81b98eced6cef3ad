"""Make every run, dataset and product of the project in the current folder without any work.

The records and stamps are valid, so that planning finds nothing to do; what is in the data and the
products is not.
"""

from __future__ import annotations

from pathlib import Path

from mtl.config import Project, RunUnit, load_project, products
from mtl.config.products import Product
from mtl.io import atomic_write, canonical_json
from mtl.provenance.stamp import note_records, note_sealed_records, write_stamp
from mtl.results.seal import seal
from tests.results.fabricate import write_unit

SUFFIXES = {
    "table": ("tex", "html"),
    "figure": ("png", "csv"),
    "audit": ("tex", "html"),
    "claims": ("tex", "html"),
    "agreement": ("tex", "html"),
    "report": ("html",),
}


def finish_unit(project: Project, unit: RunUnit, shift: float = 0.0) -> None:
    """Records of a unit; its metrics depend on the fingerprint, the seed and `shift` alone."""
    is_classes = unit.spec["tasks"][0]["kind"] == "classes"
    names = ("accuracy_left", "accuracy_right", "accuracy")
    names = names if is_classes else ("precision", "recall", "f_score")
    level = 0.5 + int(unit.fingerprint[:4], 16) / 2**18 + shift
    changes = {"detail": {"columns": ["left", "right"], "correct": [1, 2], "n": 4}}
    write_unit(
        project.root,
        unit,
        lambda seed: dict.fromkeys(names, level + 0.01 * seed),
        **(changes if is_classes else {}),
    )


def finish_data(project: Project) -> None:
    """The files by which twins and prepared data are known to be there."""
    for data in project.all_prepared():
        atomic_write(project.root / data.record, "{}")
        if data.twin:
            atomic_write(project.root / data.twin.record, "{}")


def finish_product(project: Project, product: Product) -> None:
    """A product's files with its stamp."""
    stamp = project.root / product.stamp
    if product.kind == "summary":
        content = {"fingerprint": product.fingerprint, "accuracy": 0.5}
        atomic_write(stamp, canonical_json(seal(content)))
        note_sealed_records(stamp, product.records(project.root))
        return
    files = [f"{stamp.stem}.{suffix}" for suffix in SUFFIXES[product.kind]]
    for file in files:
        atomic_write(stamp.with_name(file), f"{product.title} of 0.7\n")
    write_stamp(stamp, product.fingerprint, files)
    note_records(stamp, product.records(project.root))


def finish(root: Path) -> Project:
    """Finish everything at the default scale."""
    project = load_project(root)
    for unit in project.units():
        finish_unit(project, unit)
    finish_data(project)
    for product in products.products(project):
        finish_product(project, product)
    return project


if __name__ == "__main__":
    finish(Path())
