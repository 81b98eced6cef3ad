"""Makes the products with fixed names, complete or with the cells that are there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mtl.config import Project, products
from mtl.config.products import Product
from mtl.errors import MtlError
from mtl.provenance.stamp import note_records, note_sealed_records


def missing_units(project: Project, product: Product) -> list[str]:
    """The names of the units that the product shows, but that are not trained."""
    return [unit.name for unit in product.units if not unit.is_done(project.root)]


def _table(project: Project, product: Product, fingerprint: str, incomplete: bool) -> None:
    from mtl.render.tables import write_table
    from mtl.results.aggregate import build_table

    data = build_table(project, str(product.paper), product.name, incomplete)
    write_table(data, _folder(project, product), fingerprint)


def _figure(project: Project, product: Product, fingerprint: str, incomplete: bool) -> None:
    from mtl.render.figures import registry
    from mtl.render.figures.write import write_figure

    paper = str(product.paper)
    kind = registry.load(project.paper(paper).figures[product.name].kind)
    data = kind.build(project, paper, product.name, incomplete)
    write_figure(kind, data, _folder(project, product), fingerprint)


def _audit(project: Project, product: Product, fingerprint: str, incomplete: bool) -> None:
    from mtl.audit.audit import PUBLISHED, audit_published
    from mtl.published.table import load_tables
    from mtl.render.audit import write_audit

    tables = load_tables(project.root / PUBLISHED)
    findings = audit_published(project.root / PUBLISHED) if tables else ()
    write_audit(findings, _folder(project, product), fingerprint, tables)


def _claims(project: Project, product: Product, fingerprint: str, incomplete: bool) -> None:
    from mtl.claims.evaluate import evaluate
    from mtl.render.claims import write_claims

    results = evaluate(project)
    write_claims(results, project.scale.name, _folder(project, product), fingerprint)


def _agreement(project: Project, product: Product, fingerprint: str, incomplete: bool) -> None:
    from mtl.render.agreement import write_agreement
    from mtl.results.agreement import agreements

    compared = agreements(project, allow_missing=incomplete)
    write_agreement(compared, _folder(project, product), fingerprint)


def _report(project: Project, product: Product, fingerprint: str, incomplete: bool) -> None:
    from mtl.render.report import write_report

    write_report(project, _folder(project, product), fingerprint, incomplete)


def _summary(project: Project, product: Product, fingerprint: str, incomplete: bool) -> None:
    from mtl.results.summary import write_summary

    write_summary(project, project.root / product.stamp, fingerprint)


_WRITERS: dict[str, Callable[[Project, Product, str, bool], None]] = {
    "table": _table,
    "figure": _figure,
    "audit": _audit,
    "claims": _claims,
    "agreement": _agreement,
    "report": _report,
    "summary": _summary,
}
# The others refuse by themselves, with the reasons of the runs that are missing.
_NEED_RUNS = ("claims", "agreement", "summary")


def _folder(project: Project, product: Product) -> Path:
    return project.root / product.stamp.parent


def make(
    project: Project, product: Product, planned: str | None = None, allow_missing: bool = False
) -> str:
    """Write a product with its stamp.

    Args:
        project: the working tree at a scale.
        product: what to make.
        planned: the fingerprint that it was planned with; any if None.
        allow_missing: write it with the reasons in the cells of runs that are not there. Such a
            version carries another fingerprint, so that it stays due.

    Returns:
        The fingerprint that it was written under.

    Raises:
        MtlError: when runs are missing or damaged, the working tree has changed since the product
            was planned, or writing fails.
    """
    products.check_unchanged(product, planned)
    missing = missing_units(project, product)
    fingerprint = product.incomplete_fingerprint(missing) if missing else product.fingerprint
    incomplete = allow_missing and bool(missing)
    if missing and not incomplete and product.kind in _NEED_RUNS:
        raise MtlError(
            f"{product.kind}: {len(missing)} units are not trained, for example {missing[0]}"
        )
    _WRITERS[product.kind](project, product, fingerprint, incomplete)
    note = note_sealed_records if product.kind == "summary" else note_records
    note(project.root / product.stamp, product.records(project.root))
    return fingerprint


def make_all(project: Project, incomplete: bool) -> tuple[list[str], bool]:
    """Make every product that is stale; one that fails does not keep the others.

    Args:
        project: the working tree at a scale.
        incomplete: also make those of which runs are missing, with the reasons in their cells;
            the summary is only made when it is complete, so that metrics never lose a cell
            silently.

    Returns:
        One line for each product, what was done with it; and whether none has failed.
    """
    lines, whole = [], True
    for product in products.products(project):
        missing = missing_units(project, product)
        if missing and (not incomplete or product.kind == "summary"):
            done = f"not made, {len(missing)} units are missing"
        # A failure's reason may have changed, so an incomplete product is always made again.
        elif not missing and product.staleness(project.root) is None:
            done = "up to date"
        else:
            try:
                make(project, product, allow_missing=incomplete)
                done = f"made without {len(missing)} units" if missing else "made"
            except MtlError as error:
                done, whole = f"failed: {error}", False
        lines.append(f"{product.kind} {product.title}: {done}")
    return lines, whole
