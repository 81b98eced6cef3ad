"""Tables in HTML: a fragment for the page, and the same as a document that stands alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtl.render import numbers
from mtl.render.environment import TEMPLATES, html_environment
from mtl.render.sheet import NOT_IN_PAPER, TIED, Column, Entry, Line, Sheet
from mtl.results.derived import DELTA

if TYPE_CHECKING:
    from mtl.results.aggregate import Cell, Comparison, DeltaCell, RunRef

_EXTRA_DIGITS = 2
"""Decimals that a cell's panel shows beyond the table's."""


@dataclass(frozen=True)
class RunLine:
    """One run in a cell's panel; `value` is empty where several metrics are behind the cell."""

    anchor: str
    fingerprint: str
    seed: int
    value: str
    path: str


@dataclass(frozen=True)
class Detail:
    """What opens on a cell: named facts, then its runs."""

    title: str
    facts: tuple[tuple[str, str], ...]
    runs: tuple[RunLine, ...]


def table_anchor(paper: str, name: str) -> str:
    """The id of a table or figure in the page."""
    return f"{paper}-{name}"


def run_anchor(fingerprint: str, seed: int) -> str:
    """The id of a run's record in the page."""
    return f"run-{fingerprint}-seed{seed}"


def _run_line(run: RunRef, value: str) -> RunLine:
    anchor = run_anchor(run.fingerprint, run.seed)
    return RunLine(anchor, run.fingerprint, run.seed, value, run.path)


def _metric_facts(entry: Entry, cell: Cell, labels: dict[str, str]) -> list[tuple[str, str]]:
    if cell.missing or not cell.n:
        return [("Missing", cell.missing or "no runs")]
    scale, digits = entry.column.scale, entry.column.digits + _EXTRA_DIGITS
    spread = f" ± {numbers.fixed(scale * cell.std, digits)}" if cell.std is not None else ""
    facts = [("Mean", f"{numbers.fixed(scale * cell.mean, digits)}{spread} (n = {cell.n})")]
    if comparison := cell.comparison:
        name = f"Against {labels.get(comparison.baseline, comparison.baseline)}"
        facts.append((name, _difference(comparison, entry.column)))
        if comparison.p_value is not None and comparison.p_holm is not None:
            p, holm = numbers.p_value(comparison.p_value), numbers.p_value(comparison.p_holm)
            facts.append(("p-value", f"{p}; Holm-corrected {holm} ({comparison.test})"))
        if comparison.sign_flip_p is not None and comparison.test != "sign-flip":
            facts.append(
                ("Exact p-value", f"{numbers.p_value(comparison.sign_flip_p)} (sign-flip)")
            )
    return facts


def _difference(comparison: Comparison, column: Column) -> str:
    digits = max(column.digits + 1, _EXTRA_DIGITS)

    def text(value: float) -> str:
        return numbers.signed(column.scale * value, digits)

    difference = text(comparison.mean_difference)
    if comparison.ci_low is not None and comparison.ci_high is not None:
        difference += f" [{text(comparison.ci_low)}, {text(comparison.ci_high)}]"
    return numbers.typographic(difference)


def _metric_detail(entry: Entry, cell: Cell, labels: dict[str, str]) -> Detail:
    scale, digits = entry.column.scale, entry.column.digits + _EXTRA_DIGITS
    values = dict(zip(cell.seeds, cell.values, strict=True))
    return Detail(
        title=f"{labels[cell.row]}, {entry.column.label}",
        facts=tuple(_metric_facts(entry, cell, labels)),
        runs=tuple(
            _run_line(
                run, numbers.fixed(scale * values[run.seed], digits) if run.seed in values else ""
            )
            for run in cell.runs
        ),
    )


def _delta_detail(line: Line, entry: Entry, delta: DeltaCell) -> Detail:
    """A derived number's runs are those of the metrics beside it."""
    digits = entry.column.digits + _EXTRA_DIGITS
    facts = [("Convention", delta.convention)]
    if delta.value is not None:
        facts.append(("Value", numbers.typographic(numbers.signed(delta.value, digits))))
    facts.append(("Derived from", "this row's and the baseline's metrics in the same setting"))
    runs = list(
        dict.fromkeys(
            run
            for other in line.entries
            if other.column.setting == entry.column.setting and other.column.metric != DELTA
            for run in getattr(other.cell, "runs", ())
        )
    )
    by_seed = [numbers.typographic(numbers.signed(v, digits)) for v in delta.values or ()]
    if len(by_seed) != len(runs):
        # A seed that the baseline lacks has no delta, so that the two lists do not match.
        if by_seed:
            facts.append(("By common seed", ", ".join(by_seed)))
        by_seed = [""] * len(runs)
    return Detail(
        title=f"{line.label}, {entry.column.label}",
        facts=tuple(facts),
        runs=tuple(_run_line(run, value) for run, value in zip(runs, by_seed, strict=True)),
    )


def detail(line: Line, entry: Entry, labels: dict[str, str]) -> Detail | None:
    """The panel of a cell; None where there is nothing behind it.

    Args:
        labels: row id to label, for the baseline's name.
    """
    if entry.cell is None:
        return None
    if entry.column.metric == DELTA:
        return _delta_detail(line, entry, entry.cell)  # type: ignore[arg-type]
    return _metric_detail(entry, entry.cell, labels)  # type: ignore[arg-type]


def fragment(
    sheet: Sheet,
    paper: str,
    name: str,
    fingerprint: str,
    links: bool = False,
    agreement: str = "",
    agreement_link: str = "",
) -> str:
    """The table as a `<section>`.

    Args:
        links: whether the runs' anchors exist in the document that it goes into.
        agreement: a line below the table on how it agrees with the printed one, and a link to more.
    """
    labels = {line.id: line.label for line in sheet.lines}
    return (
        html_environment()
        .get_template("table.html.j2")
        .render(
            sheet=sheet,
            anchor=table_anchor(paper, name),
            fingerprint=fingerprint,
            links=links,
            agreement=agreement,
            agreement_link=agreement_link,
            detail=lambda line, entry: detail(line, entry, labels),
            typographic=numbers.typographic,
            tied_mark=TIED,
            not_in_paper_mark=NOT_IN_PAPER,
            delta_metric=DELTA,
        )
    )


def document(sheet: Sheet, paper: str, name: str, fingerprint: str) -> str:
    """The table as a whole document with its own style; its first line names the fingerprint."""
    return (
        html_environment()
        .get_template("table_page.html.j2")
        .render(
            title=sheet.heading_and_title,
            fingerprint=fingerprint,
            style=style("base.css", "table.css"),
            body=fragment(sheet, paper, name, fingerprint),
        )
    )


def style(*files: str) -> str:
    """Style sheets, joined."""
    return "\n".join((TEMPLATES / file).read_text(encoding="utf-8") for file in files)
