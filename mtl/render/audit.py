"""An audit as CSV, LaTeX, PDF and a page of its own."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtl.provenance.stamp import Stamp
from mtl.published.numbers import decimals
from mtl.render import listing, numbers, page, printed_labels
from mtl.render.files import write_product
from mtl.render.printed_labels import Labels
from mtl.render.sheet import MISSING
from mtl.render.verdict import count

if TYPE_CHECKING:
    from mtl.audit.findings import CellFinding, Finding
    from mtl.published.numbers import Interval
    from mtl.published.table import PublishedTable

NAME = "audit"
VERDICTS = ("consistent", "inconsistent", "undecidable")

FIELDS = (
    "paper", "table", "check", "setting", "column", "level", "row", "metric", "printed", "verdict",
    "convention", "conventions", "stated", "contradicts_stated", "notable", "decisive",
    "feasible_low", "feasible_high", "jointly_low", "jointly_high", "nearest", "words",
)  # fmt: skip
"""Columns of the CSV. `level` is "finding" or "cell"; a cell has its finding's paper, check, column
and convention, and its own table and setting. `conventions` holds `name=verdict`, with blanks."""

CHECKS = {
    "delta": "relative improvement from the metrics of the row and the baseline",
    "mean": "mean of other columns",
    "mean_rank": "mean rank over all rows",
    "repeated": "the same number in several tables",
    "f_score": "F-score against precision and recall",
    "median": "median against the shares below thresholds",
    "multiple": "a whole multiple of another row",
    "sorted": "the order of the rows",
    "copied_std": "standard deviations that are copies",
    "text": "number in the running text",
}
"""What each check of `mtl.audit.findings` looks at."""

_NUMBER = re.compile(r"\d+(\.\d+)?")
"""The first number of what is printed, before a standard deviation."""

_EXTRA_DIGITS = 2
"""Decimals that a feasible interval shows beyond the printed number's."""


def bounds(interval: Interval | None, printed: str) -> str:
    """An interval with two decimals more than the printed number, rounded outwards; "" for None."""
    if interval is None:
        return ""
    number = _NUMBER.search(printed)
    digits = (decimals(number[0]) if number else 0) + _EXTRA_DIGITS
    unit = 10**digits
    low = Fraction(math.floor(interval.low * unit), unit)
    high = Fraction(math.ceil(interval.high * unit), unit)
    shown = (numbers.typographic(numbers.fixed(float(bound), digits)) for bound in (low, high))
    return f"[{', '.join(shown)}]"


def _float(bound: Fraction | None) -> Any:
    return "" if bound is None else float(bound)


def _interval_fields(name: str, interval: Interval | None) -> dict[str, Any]:
    low, high = interval or (None, None)
    return {f"{name}_low": _float(low), f"{name}_high": _float(high)}


def _truth(value: bool) -> str:
    return str(value).lower()


def _finding_fields(finding: Finding) -> dict[str, Any]:
    return {
        "level": "finding",
        "verdict": finding.verdict,
        "conventions": " ".join(f"{name}={v}" for name, v in finding.conventions.items()),
        "stated": finding.stated or "",
        "contradicts_stated": _truth(finding.contradicts_stated),
        "notable": _truth(finding.notable),
        "decisive": _truth(finding.decisive),
        "words": finding.words,
    }


def _cell_fields(finding: Finding, cell: CellFinding) -> dict[str, Any]:
    return {
        "level": "cell",
        "table": cell.table or finding.table,
        "setting": cell.setting,
        "row": cell.row,
        "metric": cell.metric,
        "printed": cell.printed,
        "verdict": cell.verdict,
        **_interval_fields("feasible", cell.feasible),
        **_interval_fields("jointly", cell.jointly),
        "nearest": cell.nearest or "",
        "words": cell.words,
    }


def table(findings: Iterable[Finding], fingerprint: str) -> str:
    """Tidy CSV: a line for each finding and for each of its cells. Bounds are nearest doubles."""
    buffer = io.StringIO()
    buffer.write(f"# fingerprint: {fingerprint}\n")
    writer = csv.DictWriter(buffer, FIELDS, restval="", lineterminator="\n")
    writer.writeheader()
    for finding in findings:
        common = {
            "paper": finding.paper,
            "table": finding.table,
            "check": finding.check,
            "setting": finding.setting,
            "column": finding.column,
            "convention": finding.convention or "",
        }
        writer.writerow(common | _finding_fields(finding))
        writer.writerows(common | _cell_fields(finding, cell) for cell in finding.cells)
    return buffer.getvalue()


@dataclass(frozen=True)
class CellView:
    """A cell as it is shown; all text in the notation of `mtl.render.markup`."""

    label: str
    printed: str
    verdict: str
    feasible: str
    jointly: str
    nearest: str
    words: str


@dataclass(frozen=True)
class FindingView:
    """A finding as it is shown.

    Attributes:
        anchor: its id in the page.
        convention: what the cells are judged by; "" without a choice.
        outcome: "3 inconsistent of 9 numbers", or "9 consistent numbers"; a single number's name.
        has_intervals, has_joint, has_nearest: whether any cell has one.
    """

    finding: Finding
    anchor: str
    table: str
    column: str
    setting: str
    convention: str
    cells: tuple[CellView, ...]
    outcome: str
    has_intervals: bool
    has_joint: bool
    has_nearest: bool

    @property
    def all_consistent(self) -> bool:
        """Whether no number needs a look."""
        return all(cell.verdict == "consistent" for cell in self.cells)

    @property
    def is_telling(self) -> bool:
        """Whether its words say more than that all is well."""
        finding = self.finding
        return finding.notable or finding.decisive or finding.verdict == "undecidable"

    @property
    def by_another(self) -> bool:
        """Whether the column is consistent, but only by a formula that the paper does not give."""
        return self.finding.verdict == "consistent" and self.finding.contradicts_stated

    @property
    def place(self) -> str:
        """Table, column and setting, for headings."""
        return ", ".join(part for part in (self.table, self.column, self.setting) if part)


@dataclass(frozen=True)
class TableView:
    """The checks of one printed table."""

    label: str
    title: str
    source: str
    findings: tuple[FindingView, ...]


@dataclass(frozen=True)
class PaperView:
    """The checks of one paper.

    Attributes:
        counts: verdict to number of checks.
        n_cells, n_wrong: cells judged, and those inconsistent.
    """

    name: str
    label: str
    tables: tuple[TableView, ...]
    counts: dict[str, int]
    n_checks: int
    n_notable: int
    n_cells: int
    n_wrong: int


@dataclass(frozen=True)
class Summary:
    """What an audit comes to, for the report."""

    n_checks: int
    counts: dict[str, int]
    n_notable: int


def summarise(findings: Sequence[Finding]) -> Summary:
    """The counts of an audit."""
    return Summary(
        n_checks=len(findings),
        counts=count(finding.verdict for finding in findings),
        n_notable=sum(finding.notable for finding in findings),
    )


def _cell_view(finding: Finding, cell: CellFinding, labels: Labels) -> CellView:
    paper, name = finding.paper, cell.table or finding.table
    parts = [labels.row(paper, name, cell.row)]
    if name != finding.table:
        parts.insert(0, printed_labels.table(name))
    if cell.setting and cell.setting != finding.setting:
        parts.append(labels.setting(paper, name, cell.setting))
    if cell.metric != finding.column:
        parts.append(labels.column(paper, name, cell.metric))
    return CellView(
        label=", ".join(part for part in parts if part),
        printed=numbers.typographic(cell.printed),
        verdict=cell.verdict,
        feasible=bounds(cell.feasible, cell.printed),
        jointly=bounds(cell.jointly, cell.printed),
        nearest=numbers.typographic(cell.nearest or ""),
        words=cell.words,
    )


def _outcome(finding: Finding) -> str:
    found = count(cell.verdict for cell in finding.cells)
    if len(finding.cells) < 2:
        return "".join(cell.row for cell in finding.cells)
    if len(found) == 1:
        [(verdict, number)] = found.items()
        return f"{number} {verdict} numbers"
    odd = ", ".join(f"{n} {verdict}" for verdict, n in found.items() if verdict != "consistent")
    return f"{odd} of {len(finding.cells)} numbers"


def _finding_view(finding: Finding, anchor: str, labels: Labels) -> FindingView:
    paper, name = finding.paper, finding.table
    cells = tuple(_cell_view(finding, cell, labels) for cell in finding.cells)
    column = labels.column(paper, name, finding.column) if finding.column else ""
    if name == printed_labels.TEXT and len(cells) == 1:
        column = f"{cells[0].printed} {column}"
    return FindingView(
        finding=finding,
        anchor=anchor,
        table=printed_labels.table(name),
        column=column,
        setting=labels.setting(paper, name, finding.setting) if finding.setting else "",
        convention=finding.convention or "",
        cells=cells,
        outcome=_outcome(finding),
        has_intervals=any(cell.feasible for cell in cells),
        has_joint=any(cell.jointly for cell in cells),
        has_nearest=any(cell.nearest for cell in cells),
    )


def views(findings: Sequence[Finding], labels: Labels) -> list[PaperView]:
    """The findings by paper and table, each in the order of its first finding."""
    anchors = page.Anchors()
    by_place: dict[str, dict[str, list[FindingView]]] = {}
    for finding in findings:
        anchor = anchors.new(
            finding.paper, finding.table, finding.check, finding.setting, finding.column
        )
        tables = by_place.setdefault(finding.paper, {})
        tables.setdefault(finding.table, []).append(_finding_view(finding, anchor, labels))
    return [
        _paper_view(
            paper,
            tuple(
                TableView(
                    printed_labels.table(name),
                    labels.title(paper, name),
                    labels.source(paper, name),
                    tuple(found),
                )
                for name, found in tables.items()
            ),
        )
        for paper, tables in by_place.items()
    ]


def notable(papers: Iterable[PaperView]) -> list[tuple[PaperView, FindingView]]:
    """What a reader should look at: what is inconsistent, then what another formula made."""
    found = _findings(papers, lambda finding: finding.notable)
    return sorted(found, key=lambda pair: pair[1].by_another)


def decisive(papers: Iterable[PaperView]) -> list[tuple[PaperView, FindingView]]:
    """The columns that tell how they were computed where the paper does not."""
    return _findings(papers, lambda finding: finding.decisive and not finding.notable)


def _findings(
    papers: Iterable[PaperView], wanted: Callable[[Finding], bool]
) -> list[tuple[PaperView, FindingView]]:
    return [
        (paper, view)
        for paper in papers
        for one in paper.tables
        for view in one.findings
        if wanted(view.finding)
    ]


def _paper_view(paper: str, tables: tuple[TableView, ...]) -> PaperView:
    found = [view.finding for one in tables for view in one.findings]
    cells = [cell.verdict for finding in found for cell in finding.cells]
    return PaperView(
        name=paper,
        label=printed_labels.paper(paper),
        tables=tables,
        counts=count(finding.verdict for finding in found),
        n_checks=len(found),
        n_notable=sum(finding.notable for finding in found),
        n_cells=len(cells),
        n_wrong=cells.count("inconsistent"),
    )


def _checks_listing(papers: Iterable[PaperView]) -> listing.Listing:
    return listing.Listing(
        name="audit",
        caption=(
            "Audit of the printed numbers: whether derived numbers can follow from the printed "
            "numbers beside them, whatever these were before rounding."
        ),
        columns=(
            listing.Column("Table"),
            listing.Column("Column", 0.16),
            listing.Column("Check"),
            listing.Column("Verdict"),
            listing.Column("Convention"),
            listing.Column("What is found", 0.44),
        ),
        parts=tuple(
            listing.Part(
                paper.label,
                tuple(
                    listing.Line(
                        (
                            view.table,
                            ", ".join(part for part in (view.column, view.setting) if part),
                            view.finding.check.replace("_", " "),
                            view.finding.verdict,
                            view.convention or MISSING,
                            view.finding.words if view.is_telling else "",
                        )
                    )
                    for one in paper.tables
                    for view in one.findings
                ),
            )
            for paper in papers
        ),
        notes=(
            "Consistent: some unrounded values print as the numbers beside it and give this one.",
            "Convention: the formula that the numbers are judged by; the first that is consistent, "
            "else the one that explains most of them.",
        ),
    )


def _cells_listing(papers: Sequence[PaperView]) -> listing.Listing:
    parts = tuple(
        listing.Part(
            f"{paper.label}, {view.place}" + (f" ({view.convention})" if view.convention else ""),
            tuple(
                listing.Line(
                    (
                        cell.label,
                        cell.printed,
                        cell.feasible or MISSING,
                        cell.jointly or MISSING,
                        cell.nearest or MISSING,
                        cell.words,
                    )
                )
                for cell in view.cells
                if cell.verdict != "consistent"
            ),
        )
        for paper, view in notable(papers)
    )
    return listing.Listing(
        name="audit-numbers",
        caption="Printed numbers that cannot follow from those beside them.",
        columns=(
            listing.Column("Number", 0.2),
            listing.Column("Printed", align="r"),
            listing.Column("Feasible", align="c"),
            listing.Column("Feasible jointly", align="c"),
            listing.Column("Nearest", align="r"),
            listing.Column("What is wrong", 0.36),
        ),
        parts=tuple(part for part in parts if part.lines),
        notes=(
            "Feasible: the values that the printed sources allow, rounded outwards; jointly: when "
            "the other numbers that share an unrounded source are right as well. Nearest: the "
            "printable number nearest to the printed one that would be consistent.",
        ),
    )


def source(papers: Sequence[PaperView], fingerprint: str) -> str:
    """The LaTeX tables: all checks, then the numbers that are wrong, if any are."""
    listings = (_checks_listing(papers), _cells_listing(papers))
    return listing.latex(listings, "audit", fingerprint)


def document(papers: Sequence[PaperView], fingerprint: str) -> str:
    """The page."""
    return page.render(
        "audit.html.j2",
        fingerprint,
        NAME,
        papers=papers,
        checks=CHECKS,
        verdicts=VERDICTS,
        n_checks=sum(paper.n_checks for paper in papers),
        notable=notable(papers),
        decisive=decisive(papers),
    )


def write_audit(
    findings: Sequence[Finding],
    directory: Path | str,
    fingerprint: str,
    tables: Mapping[tuple[str, str], PublishedTable] | None = None,
) -> Stamp:
    """Write `audit.csv`, `.tex`, `.html`, `.pdf` and, last, the stamp `audit.json`.

    Equal findings give equal bytes, the PDF included where the TeX installation is the same.

    Args:
        findings: in the order in which they are shown.
        directory: for example `results/audit`.
        fingerprint: what the audit was made from.
        tables: the printed tables, whose labels then stand for identifiers in tables and page; the
            CSV always has the identifiers.

    Raises:
        MtlError: when a file cannot be written or LaTeX refuses the tables; no stamp is written
            then.
    """
    papers = views(findings, Labels(tables or {}))
    tex = source(papers, fingerprint)
    summary = summarise(findings)
    return write_product(
        directory,
        NAME,
        fingerprint,
        {
            f"{NAME}.csv": table(findings, fingerprint),
            f"{NAME}.tex": tex,
            f"{NAME}.html": document(papers, fingerprint),
        },
        listing.compile_pdf(tex),
        {"checks": summary.n_checks, "notable": summary.n_notable, "verdicts": summary.counts},
    )
