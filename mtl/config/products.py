"""What the project publishes under fixed names: tables, figures, evidence, the report, the summary.

Each has a fingerprint over all that determines it: the runs, the words of the configuration, the
printed numbers that it is compared with, and the code and templates that draw it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mtl.config.identity import SCHEMA, Identity
from mtl.config.models import Paper
from mtl.config.project import Project
from mtl.config.units import RunUnit
from mtl.errors import MtlError, unknown
from mtl.io import fingerprint, sha256_file
from mtl.methods import registry
from mtl.provenance.stamp import sealed_staleness, staleness
from mtl.results.step_times import path_of

Kind = Literal["table", "figure", "audit", "claims", "agreement", "report", "summary"]

# The modules that make each kind of product; a figure has those of its own kind beside.
_MODULES: dict[str, tuple[str, ...]] = {
    "table": ("mtl.results.aggregate", "mtl.render.tables"),
    "figure": ("mtl.render.figures.write",),
    "audit": ("mtl.audit.audit", "mtl.render.audit"),
    "claims": ("mtl.claims.evaluate", "mtl.render.claims"),
    "agreement": ("mtl.results.agreement", "mtl.render.agreement"),
    "report": ("mtl.results.aggregate", "mtl.render.report"),
    "summary": ("mtl.results.summary",),
}
_FIGURE_KINDS = "mtl.render.figures"
_TEMPLATES = "mtl/render/templates"
_WITHOUT_TEMPLATES = ("figure", "summary")
_PUBLISHED = "data/published"
_CLAIMS = "workflow/config/claims"


@dataclass(frozen=True)
class Product:
    """Something published under a fixed name.

    Attributes:
        paper: the paper of a table or figure; None for the report and the summary.
        name: of the table or figure, else the kind.
        stamp: the file that says what it was made from, relative to the project.
        units: the runs that it shows.
        identity: all that determines it; its hash is the fingerprint.
    """

    kind: Kind
    paper: str | None
    name: str
    stamp: Path
    units: tuple[RunUnit, ...] = field(repr=False)
    identity: Identity = field(repr=False)

    @property
    def title(self) -> str:
        """How messages name it."""
        return f"{self.paper}/{self.name}" if self.paper else self.name

    @property
    def fingerprint(self) -> str:
        """The hash of the identity."""
        return fingerprint(self.identity)

    def incomplete_fingerprint(self, missing: Iterable[str]) -> str:
        """The fingerprint of a version made while units were missing: never the whole one's."""
        return fingerprint({**self.identity, "missing": sorted(missing)})

    def records(self, root: Path) -> dict[str, str]:
        """The hash of the records of each unit that is on disk, by the unit's name."""
        hashes = {unit.name: unit.records_hash(root) for unit in self.units}
        return {name: value for name, value in hashes.items() if value is not None}

    def staleness(self, root: Path) -> str | None:
        """Why it must be made again, or None when it is what the working tree implies.

        Records that are absent are trusted to be those that the product was made from.
        """
        if self.kind == "summary":
            return sealed_staleness(root / self.stamp, self.fingerprint, self.records(root))
        return staleness(root / self.stamp, self.fingerprint, self.records(root))


def _words(paper: Paper, rows: Iterable[str]) -> dict[str, Any]:
    """The rows' configuration and what is printed of their methods."""
    words: dict[str, Any] = {}
    for name in rows:
        row = paper.rows[name]
        info = dataclasses.asdict(registry.describe(row.method))
        words[name] = {
            "row": row.model_dump(mode="json"),
            "method": {key: info[key] for key in ("label", "paper", "year", "summary")},
        }
    return words


def _common(
    project: Project,
    kind: Kind,
    units: Mapping[str, list[RunUnit]],
    modules: tuple[str, ...] = (),
) -> Identity:
    templates = {} if kind in _WITHOUT_TEMPLATES else project.code.data_files(_TEMPLATES)
    return {
        "schema": SCHEMA,
        "product": kind,
        "scale": {"name": project.scale.name, "seeds": project.scale.seeds},
        "units": {key: [unit.fingerprint for unit in group] for key, group in units.items()},
        "sources": sorted({u.data.source_label for group in units.values() for u in group}),
        "code": project.code.union((*_MODULES[kind], *modules)),
        "templates": templates,
    }


def _flat(units: Mapping[str, list[RunUnit]]) -> tuple[RunUnit, ...]:
    return tuple({unit.fingerprint: unit for group in units.values() for unit in group}.values())


def _heading(paper: Paper) -> dict[str, Any]:
    return {key: getattr(paper, key) for key in ("name", "title", "short", "venue", "arxiv")}


def table(project: Project, paper_name: str, name: str) -> Product:
    """A table.

    Raises:
        MtlError: for an unknown paper or table.
    """
    paper = project.paper(paper_name)
    if name not in paper.tables:
        raise unknown("table", name, paper.tables, f"paper {paper_name}")
    spec = paper.tables[name]
    rows = (*spec.rows, *spec.extra_rows)
    units = {
        f"{group.setting}/{row}": project.units_for(paper_name, group.setting, row)
        for group in spec.groups
        for row in rows
    }
    published = project.root / spec.published if spec.published else None
    identity = {
        **_common(project, "table", units),
        "paper": _heading(paper),
        "name": name,
        "spec": spec.model_dump(mode="json"),
        "rows": _words(paper, rows),
        "deviations": list(project.deviations(paper_name, name)),
        "published": sha256_file(published) if published else None,
        **_step_times(project, paper_name, name),
    }
    stamp = project.products / "tables" / paper_name / f"{name}.json"
    return Product("table", paper_name, name, stamp, _flat(units), identity)


def _step_times(project: Project, paper: str, table: str) -> dict[str, Any]:
    """The hash of what was measured for a table that shows it."""
    if project.paper(paper).tables[table].step_time is None:
        return {}
    path = project.root / path_of(project.scale.name, paper, table)
    return {"step_times": sha256_file(path) if path.is_file() else None}


def figure(project: Project, paper_name: str, name: str) -> Product:
    """A figure.

    Raises:
        MtlError: for an unknown paper or figure.
    """
    paper = project.paper(paper_name)
    if name not in paper.figures:
        raise unknown("figure", name, paper.figures, f"paper {paper_name}")
    spec = paper.figures[name]
    units = {
        f"{setting}/{row}": project.units_for(paper_name, setting, row)
        for setting, row in spec.pairs
    }
    identity = {
        **_common(project, "figure", units, (f"{_FIGURE_KINDS}.{spec.kind}",)),
        "paper": _heading(paper),
        "name": name,
        "spec": spec.model_dump(mode="json"),
        "rows": _words(paper, spec.shown_rows),
        "deviations": list(project.deviations(paper_name, name)),
    }
    stamp = project.products / "figures" / paper_name / f"{name}.json"
    return Product("figure", paper_name, name, stamp, _flat(units), identity)


def tables_and_figures(project: Project) -> list[Product]:
    """Every table and figure, in the order of the configuration."""
    products = []
    for name, paper in project.papers.items():
        products += [table(project, name, item) for item in paper.tables]
        products += [figure(project, name, item) for item in paper.figures]
    return products


def audit(project: Project) -> Product:
    """What the printed numbers say of themselves; runs and scale play no part in it."""
    identity = {
        "schema": SCHEMA,
        "product": "audit",
        "code": project.code.union(_MODULES["audit"]),
        "templates": project.code.data_files(_TEMPLATES),
        "published": _hashes(project, _PUBLISHED),
    }
    return _evidence(project, "audit", (), identity)


def claims(project: Project) -> Product:
    """The papers' claims on the printed numbers and on the runs of their tables and figures."""
    stated = _hashes(project, _CLAIMS)
    papers = {
        name: paper for name, paper in project.papers.items() if f"{_CLAIMS}/{name}.yaml" in stated
    }
    parts = [part for part in tables_and_figures(project) if part.paper in papers]
    units = {part.title: list(part.units) for part in parts}
    identity = {
        **_common(project, "claims", units),
        "papers": {
            name: {
                "settings": {key: s.model_dump(mode="json") for key, s in paper.settings.items()},
                "tables": _layouts(paper),
            }
            for name, paper in papers.items()
        },
        "claims": stated,
        "published": _hashes(project, _PUBLISHED),
    }
    return _evidence(project, "claims", _flat(units), identity)


def agreement(project: Project) -> Product:
    """Ours against the printed numbers, for every table that has some."""
    parts = [part for part in tables_and_figures(project) if part.identity.get("published")]
    units = {part.title: list(part.units) for part in parts}
    identity = {
        **_common(project, "agreement", units),
        "parts": {part.title: part.fingerprint for part in parts},
    }
    return _evidence(project, "agreement", _flat(units), identity)


def _hashes(project: Project, folder: str) -> dict[str, str]:
    return {
        path.relative_to(project.root).as_posix(): sha256_file(path)
        for path in sorted((project.root / folder).rglob("*"))
        if path.is_file()
    }


def _evidence(
    project: Project, kind: Kind, units: tuple[RunUnit, ...], identity: Identity
) -> Product:
    return Product(kind, None, kind, project.products / kind / f"{kind}.json", units, identity)


def report(project: Project) -> Product:
    """The page with all tables and figures, and what audit, claims and agreement come to."""
    parts = [*tables_and_figures(project), *evidence(project)]
    units = {part.title: list(part.units) for part in parts}
    identity = {
        **_common(project, "report", units),
        "description": project.scale.description,
        "parts": {part.title: part.fingerprint for part in parts},
    }
    stamp = project.products / "report" / "index.json"
    return Product("report", None, "report", stamp, _flat(units), identity)


def _layouts(paper: Paper) -> dict[str, Any]:
    """What of a paper's tables decides their numbers, without the words."""
    layout = {"baseline", "delta", "groups", "rows", "extra_rows"}
    return {
        name: table.model_dump(mode="json", include=layout) for name, table in paper.tables.items()
    }


def summary(project: Project) -> Product:
    """The numbers of every table, for `dvc metrics`; words play no part in it."""
    units = {
        f"{name}/{item}": project.table_units(name, item)
        for name, paper in project.papers.items()
        for item in paper.tables
    }
    identity = {
        **_common(project, "summary", units),
        "tables": {
            f"{name}/{item}": layout
            for name, paper in project.papers.items()
            for item, layout in _layouts(paper).items()
        },
    }
    stamp = project.products / "summary.json"
    return Product("summary", None, "summary", stamp, _flat(units), identity)


def evidence(project: Project) -> list[Product]:
    """What stands beside the tables."""
    return [audit(project), claims(project), agreement(project)]


def products(project: Project) -> list[Product]:
    """Everything published."""
    return [
        *tables_and_figures(project),
        *evidence(project),
        report(project),
        summary(project),
    ]


def check_unchanged(product: Product, planned: str | None) -> None:
    """Refuse to publish under a fingerprint that no longer describes the working tree.

    Raises:
        MtlError: when it was planned with another fingerprint.
    """
    if planned is not None and planned != product.fingerprint:
        raise MtlError(
            f"{product.kind} {product.title}: planned as {planned}, but the working tree now gives "
            f"{product.fingerprint}; code, configuration or runs changed since. "
            "Run snakemake again"
        )
