"""The page: every table, figure, curve and run of the project in one file that needs no network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtl.audit.audit import PUBLISHED, audit_published
from mtl.claims.evaluate import evaluate
from mtl.io import atomic_write
from mtl.provenance.stamp import Stamp, write_stamp
from mtl.published.table import load_tables
from mtl.render import agreement, audit, claims, html, svg, verdict
from mtl.render.curve_view import SettingView, setting_view
from mtl.render.environment import html_environment
from mtl.render.figure_view import FigureView, figure_view
from mtl.render.labels import REFERENCE
from mtl.render.page import EVIDENCE, badge, script
from mtl.render.sheet import banner, build_sheet
from mtl.render.unit_view import UnitView, unit_view
from mtl.results.aggregate import build_table
from mtl.results.agreement import agreement_of
from mtl.results.runs import Runs

if TYPE_CHECKING:
    from mtl.config.models import Paper
    from mtl.config.project import Project
    from mtl.config.units import RunUnit
    from mtl.results.records import Unit

NAME = "index"


@dataclass(frozen=True)
class TableView:
    """A table on the page: where the menu finds it, and its HTML."""

    anchor: str
    title: str
    body: str


@dataclass(frozen=True)
class PaperView:
    """A paper's part of the page."""

    paper: Paper
    tables: tuple[TableView, ...]
    agreements: tuple[AgreementView, ...]
    figures: tuple[FigureView, ...]
    settings: tuple[SettingView, ...]


@dataclass(frozen=True)
class AgreementView:
    """A table's agreement with the printed one, for the summary."""

    anchor: str
    heading: str
    outcome: str
    provenance: str


def _table_view(
    project: Project, paper: Paper, name: str, runs: Runs, fingerprint: str, allow_missing: bool
) -> tuple[TableView, AgreementView | None]:
    data = build_table(project, paper.name, name, allow_missing, runs)
    sheet = build_sheet(data)
    anchor = html.table_anchor(paper.name, name)
    found = agreement_of(project, data)
    body = html.fragment(
        sheet,
        paper.name,
        name,
        fingerprint,
        links=True,
        agreement=agreement.sentence(found) if sheet.published else "",
        agreement_link=f"{EVIDENCE[agreement.NAME][1]}#{anchor}" if found else "",
    )
    view = TableView(anchor, sheet.heading_and_title, body)
    if found is None:
        return view, None
    outcome, provenance = agreement.outcome(found), agreement.provenance(found)
    return view, AgreementView(anchor, sheet.heading, outcome, provenance)


def _paper_view(
    project: Project, paper: Paper, runs: Runs, fingerprint: str, allow_missing: bool
) -> PaperView:
    tables = [
        _table_view(project, paper, name, runs, fingerprint, allow_missing) for name in paper.tables
    ]
    figures = tuple(
        figure_view(project, paper.name, name, allow_missing, runs) for name in paper.figures
    )
    settings = tuple(setting_view(project, paper, name, runs) for name in paper.settings)
    return PaperView(
        paper=paper,
        tables=tuple(view for view, _ in tables),
        agreements=tuple(found for _, found in tables if found is not None),
        figures=figures,
        settings=settings,
    )


def _audit(project: Project) -> audit.Summary | None:
    """What the audit of the printed tables comes to; None without any."""
    folder = project.root / PUBLISHED
    return audit.summarise(audit_published(folder)) if load_tables(folder) else None


def _claims(project: Project) -> claims.Summary | None:
    """What the claims come to; None without any."""
    results = evaluate(project)
    return claims.summarise(results) if results else None


def _found(project: Project, runs: Runs) -> dict[str, tuple[RunUnit, Unit | None, str]]:
    """Every planned unit by fingerprint, with what is on disk or the reason why nothing is."""
    units: dict[str, tuple[RunUnit, Unit | None, str]] = {}
    for paper in project.papers.values():
        for setting, row in _pairs(paper):
            found = runs.of(paper.name, setting, row)
            units |= {planned.fingerprint: (planned, unit, "") for planned, unit in found.found}
            units |= {planned.fingerprint: (planned, None, why) for planned, why in found.missing}
    return units


def _pairs(paper: Paper) -> Iterable[tuple[str, str]]:
    """The (setting, row) pairs that a paper's tables and figures show."""
    for table in paper.tables.values():
        for group in table.groups:
            for row in (*table.rows, *table.extra_rows):
                yield group.setting, row
    for figure in paper.figures.values():
        yield from figure.pairs


def _shown_in(project: Project) -> dict[str, list[tuple[str, str]]]:
    """Unit fingerprint to (anchor, title) of the tables and figures that show it."""
    shown: dict[str, list[tuple[str, str]]] = {}
    for paper in project.papers.values():
        for name, table in paper.tables.items():
            for unit in project.table_units(paper.name, name):
                place = (html.table_anchor(paper.name, name), table.title)
                shown.setdefault(unit.fingerprint, []).append(place)
        for name, figure in paper.figures.items():
            for unit in project.figure_units(paper.name, name):
                place = (html.table_anchor(paper.name, name), figure.title)
                shown.setdefault(unit.fingerprint, []).append(place)
    return shown


def _commits(units: Iterable[Unit | None]) -> list[str]:
    """The commits that the runs were trained at, those with uncommitted changes marked."""
    commits = set()
    for unit in units:
        if unit is not None:
            commit = unit.provenance.get("commit")
            changed = " with uncommitted changes" if unit.provenance.get("dirty") else ""
            commits.add(f"{commit[:12]}{changed}" if commit else "not recorded")
    return sorted(commits)


def _context(project: Project, fingerprint: str, allow_missing: bool) -> dict[str, Any]:
    runs = Runs(project)
    papers = [
        _paper_view(project, paper, runs, fingerprint, allow_missing)
        for paper in project.papers.values()
    ]
    found = _found(project, runs)
    shown = _shown_in(project)
    views: list[UnitView] = [
        unit_view(planned, unit, why, shown.get(mark, ()))
        for mark, (planned, unit, why) in sorted(found.items(), key=lambda item: item[1][0].name)
    ]
    sources = list(dict.fromkeys(p.data.source_label for p, _, _ in found.values()))
    return {
        "fingerprint": fingerprint,
        "scale": project.scale,
        "banner": banner(sources, project.scale.name),
        "sources": sources,
        "commits": _commits(unit for _, unit, _ in found.values()),
        "papers": papers,
        "units": views,
        "reference_label": REFERENCE,
        "n_done": sum(view.missing is None for view in views),
        "audit": _audit(project),
        "claims": _claims(project),
        "pages": EVIDENCE,
        "badge": badge,
    }


def page(project: Project, fingerprint: str, allow_missing: bool = False) -> str:
    """The page's text; see `write_report`."""
    return (
        html_environment()
        .get_template("page.html.j2")
        .render(
            **_context(project, fingerprint, allow_missing),
            style="\n".join(
                (
                    html.style("base.css", "table.css", "report.css", "verdict.css"),
                    svg.theme_css(),
                    verdict.theme_css(),
                )
            ),
            script=script("theme.js", "report.js"),
        )
    )


def write_report(
    project: Project, directory: Path | str, fingerprint: str, allow_missing: bool = False
) -> Stamp:
    """Write `index.html` and, last, its stamp `index.json`.

    The page holds its style, script and drawings; it loads nothing. Its bytes depend on the runs
    and on what is recorded of their making, not on when it is made.

    Args:
        directory: for example `results/report`.
        fingerprint: what the page was made from.
        allow_missing: show cells without runs with the reason, instead of refusing.

    Raises:
        MtlError: for missing runs, damaged records, or a folder that cannot be written.
    """
    directory = Path(directory)
    atomic_write(directory / f"{NAME}.html", page(project, fingerprint, allow_missing))
    units = sorted(unit.name for unit in project.units())
    return write_stamp(
        directory / f"{NAME}.json", fingerprint, [f"{NAME}.html"], made_from={"units": units}
    )
