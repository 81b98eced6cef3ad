"""The comparison ours/printed as CSV, LaTeX, PDF, a page of its own, and lines of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtl.metrics.catalogue import METRICS
from mtl.provenance.stamp import Stamp
from mtl.render import listing, markup, numbers, page, printed_labels
from mtl.render.files import write_product
from mtl.render.html import table_anchor
from mtl.render.labels import data_label
from mtl.render.sheet import MISSING, banner

if TYPE_CHECKING:
    from mtl.results.agreement import Agreement, TableAgreement

NAME = "agreement"
TOTAL = "All columns"
NOTHING = "no column has two rows with both printed numbers and runs."

FIELDS = (
    "paper", "table", "setting", "metric", "rows", "tau", "low", "high", "signs_equal", "signs",
    "orders_equal", "orders", "baseline", "scale", "n_seeds", "n_printed", "data", "notes",
)  # fmt: skip
"""Columns of the CSV. `setting` and `metric` are empty in the line of the whole table; `rows` holds
identifiers with blanks; `notes` are those of the table."""

LEGEND = (
    r"$\tau$: Kendall's tau-b between the printed and the reproduced means of the rows, 1 for the "
    "same order, 0 for no relation, −1 for the reverse; brackets: 95 % of the draws from the "
    "spread of both sides, which lean towards 0, since draws add noise.",
    "Signs: rows whose difference to the baseline has the printed direction. Orders: pairs of rows "
    "in the printed order; pairs printed as equal do not count, ties of ours count as not "
    r"reproduced. The last line of a table has the mean of $\tau$ and the sums of the counts.",
    "Only orders are compared: levels mean nothing across data and scales.",
)
"""How to read the numbers."""


def tau(agreement: Agreement) -> str:
    """Tau with its interval, for example "0.43 [0.10, 0.71]"; an em dash when it is undefined."""
    if agreement.tau is None:
        return MISSING
    text = numbers.fixed(agreement.tau, 2)
    if agreement.low is not None and agreement.high is not None:
        text += f" [{numbers.fixed(agreement.low, 2)}, {numbers.fixed(agreement.high, 2)}]"
    return numbers.typographic(text)


def _share(equal: int, every: int) -> str:
    return f"{equal} of {every}" if every else MISSING


def provenance(one: TableAgreement) -> str:
    """What our numbers are made of: "SYNTHETIC twin 'faces', scale mini, n = 5"."""
    return f"{data_label(one.source_labels)}, scale {one.scale}, n = {one.n_seeds}"


def outcome(one: TableAgreement) -> str:
    """The table's agreement in numbers."""
    total = one.total
    defined = sum(column.tau is not None for column in one.columns)
    return (
        rf"$\tau$ {tau(total)}"
        + (f" (mean of {defined} columns)" if defined > 1 else "")
        + f", signs {_share(total.signs_equal, total.signs)}, "
        f"orders {_share(total.orders_equal, total.orders)}"
    )


def sentence(one: TableAgreement | None) -> str:
    """The table's agreement in one line, with data and scale."""
    if one is None:
        return f"Agreement with the printed table: {NOTHING}"
    return f"Agreement with the printed table: Kendall's {outcome(one)} ({provenance(one)})."


def _lines(one: TableAgreement) -> Iterator[dict[str, Any]]:
    for agreement in (*one.columns, one.total):
        yield {
            "paper": one.paper,
            "table": one.table,
            "setting": agreement.setting,
            "metric": agreement.metric,
            "rows": " ".join(agreement.rows),
            "tau": agreement.tau,
            "low": agreement.low,
            "high": agreement.high,
            "signs_equal": agreement.signs_equal,
            "signs": agreement.signs,
            "orders_equal": agreement.orders_equal,
            "orders": agreement.orders,
            "baseline": one.baseline,
            "scale": one.scale,
            "n_seeds": one.n_seeds,
            "n_printed": one.n_printed,
            "data": "; ".join(one.source_labels),
            "notes": " ".join(one.notes),
        }


def table(agreements: Iterable[TableAgreement], fingerprint: str) -> str:
    """Tidy CSV in full precision: a line for each column, then one for each whole table."""
    buffer = io.StringIO()
    buffer.write(f"# fingerprint: {fingerprint}\n")
    writer = csv.DictWriter(buffer, FIELDS, lineterminator="\n")
    writer.writeheader()
    for one in agreements:
        for line in _lines(one):
            writer.writerow({name: "" if v is None else v for name, v in line.items()})
    return buffer.getvalue()


@dataclass(frozen=True)
class LineView:
    """A column's agreement as it is shown; `strip` is a drawing of tau and its interval."""

    setting: str
    metric: str
    rows: int
    tau: str
    signs: str
    orders: str
    strip: str
    total: bool


@dataclass(frozen=True)
class TableView:
    """A table's agreement as it is shown."""

    anchor: str
    paper: str
    title: str
    banner: str | None
    provenance: str
    baseline: str
    n_printed: str
    lines: tuple[LineView, ...]
    notes: tuple[str, ...]


def _strip(agreement: Agreement) -> str:
    """Tau between −1 and 1 as inline SVG, hidden from screen readers: the numbers stand beside."""
    if agreement.tau is None:
        return ""

    def x(value: float) -> str:
        return f"{60 + 54 * value:.1f}"

    bar = ""
    if agreement.low is not None and agreement.high is not None:
        bar = f'<path class="interval" d="M{x(agreement.low)},9H{x(agreement.high)}"/>'
    return (
        '<svg class="strip" viewBox="0 0 120 18" width="120" height="18" aria-hidden="true">'
        f'<path class="axis" d="M6,9H114M6,5v8M114,5v8"/><path class="zero" d="M60,2v14"/>{bar}'
        f'<circle class="point" cx="{x(agreement.tau)}" cy="9" r="3.6"/></svg>'
    )


def _line_view(one: TableAgreement, agreement: Agreement) -> LineView:
    total = not agreement.metric
    metric = METRICS.get(agreement.metric)
    return LineView(
        setting=one.settings.get(agreement.setting, agreement.setting),
        metric=TOTAL if total else metric.label if metric else agreement.metric,
        rows=len(agreement.rows),
        tau=tau(agreement),
        signs=_share(agreement.signs_equal, agreement.signs),
        orders=_share(agreement.orders_equal, agreement.orders),
        strip=_strip(agreement),
        total=total,
    )


def _table_view(one: TableAgreement) -> TableView:
    return TableView(
        anchor=table_anchor(one.paper, one.table),
        paper=printed_labels.paper(one.paper),
        title=one.title or printed_labels.table(one.table),
        banner=banner(one.source_labels, one.scale),
        provenance=provenance(one),
        baseline=one.rows.get(one.baseline, one.baseline),
        n_printed="unknown" if one.n_printed is None else str(one.n_printed),
        lines=tuple(_line_view(one, agreement) for agreement in (*one.columns, one.total)),
        notes=one.notes,
    )


def views(agreements: Iterable[TableAgreement]) -> list[TableView]:
    """The tables for the page, in order."""
    return [_table_view(one) for one in agreements]


def _warning(agreements: Iterable[TableAgreement]) -> str | None:
    """The banner over all tables."""
    synthetic = [one for one in agreements if banner(one.source_labels, one.scale)]
    labels = dict.fromkeys(label for one in synthetic for label in one.source_labels)
    return banner(labels, ", ".join(dict.fromkeys(one.scale for one in synthetic)))


def source(agreements: Sequence[TableAgreement], fingerprint: str) -> str:
    """The LaTeX table."""
    views_ = views(agreements)
    compared = listing.Listing(
        name="agreement",
        caption="Our tables against the printed ones: order of rows, direction of differences.",
        columns=(
            listing.Column("Setting", 0.34),
            listing.Column("Metric"),
            listing.Column("Rows", align="r"),
            listing.Column(r"$\tau$ [95 %]"),
            listing.Column("Signs"),
            listing.Column("Orders"),
        ),
        parts=tuple(
            listing.Part(
                f"{view.paper}, {view.title} ({view.provenance})",
                tuple(
                    listing.Line(
                        (line.setting, line.metric, str(line.rows), line.tau, line.signs,
                         line.orders),
                        strong=line.total,
                    )
                    for line in view.lines
                ),
            )
            for view in views_
        ),
        notes=(
            *LEGEND,
            *(f"{view.title}: {' '.join(view.notes)}" for view in views_ if view.notes),
        ),
        banner=_warning(agreements),
    )  # fmt: skip
    return listing.latex([compared], "agreement", fingerprint)


def document(agreements: Sequence[TableAgreement], fingerprint: str) -> str:
    """The page."""
    return page.render(
        "agreement.html.j2",
        fingerprint,
        NAME,
        tables=views(agreements),
        banner=_warning(agreements),
        legend=LEGEND,
        nothing=f"Of every table, {NOTHING}",
    )


def text(agreements: Sequence[TableAgreement]) -> str:
    """The comparison for a terminal."""
    parts = []
    for view in views(agreements):
        cells = [("Setting", "Metric", "Rows", "Tau [95 %]", "Signs", "Orders")]
        cells += [
            (markup.plain(v.setting), markup.plain(v.metric), str(v.rows), v.tau, v.signs, v.orders)
            for v in view.lines
        ]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in cells
        ]
        heading = [f"{view.paper}: {markup.plain(view.title)}", f"Ours: {view.provenance}"]
        heading += [view.banner] if view.banner else []
        rule = "-" * max(map(len, lines))
        notes = [markup.plain(note) for note in view.notes]
        parts.append("\n".join([*heading, rule, lines[0], rule, *lines[1:], rule, *notes, ""]))
    if not parts:
        return f"Of every table, {NOTHING}\n"
    return "\n".join([*parts, *map(markup.plain, LEGEND), ""])


def write_agreement(
    agreements: Sequence[TableAgreement], directory: Path | str, fingerprint: str
) -> Stamp:
    """Write `agreement.csv`, `.tex`, `.html`, `.pdf` and, last, the stamp `agreement.json`.

    Equal agreements give equal bytes, the PDF included where the TeX installation is the same.

    Args:
        agreements: in the order in which they are shown.
        directory: for example `results/agreement`.
        fingerprint: what they were made from.

    Raises:
        MtlError: when a file cannot be written or LaTeX refuses the table; no stamp is written
            then.
    """
    tex = source(agreements, fingerprint)
    return write_product(
        directory,
        NAME,
        fingerprint,
        {
            f"{NAME}.csv": table(agreements, fingerprint),
            f"{NAME}.tex": tex,
            f"{NAME}.html": document(agreements, fingerprint),
        },
        listing.compile_pdf(tex),
        {"tables": [f"{one.paper}/{one.table}" for one in agreements]},
    )
