"""Judged claims as CSV, LaTeX, PDF, scorecard and a page of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtl.provenance.stamp import Stamp
from mtl.render import images, listing, numbers, page, printed_labels, scorecard
from mtl.render.files import write_product
from mtl.render.labels import data_label
from mtl.render.sheet import MISSING, banner
from mtl.render.verdict import TESTED, UNEVEN, UNEVEN_MARK, UNTESTED, count, untested

if TYPE_CHECKING:
    from mtl.claims.verdicts import ClaimResult, ContrastResult, Judgement

NAME = "claims"
SCORECARD = "scorecard"
HOLLOW = "°"
"""The mark of a verdict that rests on no test, where there are no shapes."""

VERDICTS = {
    "supported": "every difference that it claims is positive, each beyond chance at 0.05",
    "contradicted": "one is negative beyond chance, after Holm's correction over all of them",
    "undecided": "neither, on this evidence",
    "not run": "runs are missing that could still decide",
}
"""What each verdict of `mtl.claims.judge` means."""

MOST = "A claim about most differences needs more than half of them, after the correction."

FIELDS = (
    "paper", "id", "statement", "evidence", "verdict", "tested", "contrast", "weakest", "words",
    "difference", "low", "high", "rounding_low", "rounding_high", "p_value", "p_holm",
    "p_as_printed", "sign_flip_p", "test", "n", "missing", "reason", "rests_on", "source", "quote",
    "reading", "scale", "data", "cautions",
)  # fmt: skip
"""Columns of the CSV, a line for each contrast. `evidence` is "printed" or "reproduced"; `contrast`
counts from 1 and is empty for a verdict without any; `reason` is the verdict's, `missing` the
contrast's; `scale` and `data` are those of the runs, empty for printed evidence."""

EVIDENCE = ("printed", "reproduced")


def _truth(value: bool) -> str:
    return str(value).lower()


def _contrast_fields(contrast: ContrastResult) -> dict[str, Any]:
    rounding = contrast.rounding or (None, None)
    return {
        "words": contrast.words,
        "difference": contrast.difference,
        "low": contrast.low,
        "high": contrast.high,
        "rounding_low": rounding[0],
        "rounding_high": rounding[1],
        "p_value": contrast.p_value,
        "p_holm": contrast.p_holm,
        "p_as_printed": contrast.p_as_printed,
        "sign_flip_p": contrast.sign_flip_p,
        "test": contrast.test,
        "n": contrast.n,
        "missing": contrast.missing,
    }


def _lines(result: ClaimResult, scale: str) -> Iterator[dict[str, Any]]:
    common = {
        "paper": result.paper,
        "id": result.id,
        "statement": result.statement,
        "rests_on": " ".join(result.rests_on),
        "source": result.source,
        "quote": result.quote,
        "reading": result.reading,
    }
    for evidence in EVIDENCE:
        judgement: Judgement = getattr(result, evidence)
        about = {
            "evidence": evidence,
            "verdict": judgement.verdict,
            "tested": _truth(judgement.tested),
            "reason": judgement.words,
        }
        if evidence == "reproduced":
            about |= {
                "scale": scale,
                "data": "; ".join(result.sources),
                "cautions": " ".join(result.cautions),
            }
        if not judgement.contrasts:
            yield common | about
        for position, contrast in enumerate(judgement.contrasts):
            place = {"contrast": position + 1, "weakest": _truth(position == judgement.weakest)}
            yield common | about | place | _contrast_fields(contrast)


def table(results: Iterable[ClaimResult], scale: str, fingerprint: str) -> str:
    """Every contrast as tidy CSV, in printed units and full precision."""
    buffer = io.StringIO()
    buffer.write(f"# fingerprint: {fingerprint}\n")
    writer = csv.DictWriter(buffer, FIELDS, restval="", lineterminator="\n")
    writer.writeheader()
    for result in results:
        for line in _lines(result, scale):
            writer.writerow({name: "" if v is None else v for name, v in line.items()})
    return buffer.getvalue()


@dataclass(frozen=True)
class ContrastView:
    """A contrast as it is shown; "" for what it does not have.

    `other_p` is that of the numbers as printed, or of the exact test of runs.
    """

    words: str
    difference: str
    interval: str
    rounding: str
    p_value: str
    p_holm: str
    other_p: str
    test: str
    n: str
    missing: str
    weakest: bool


@dataclass(frozen=True)
class JudgementView:
    """A judgement as it is shown; `other_p` heads the other column of p-values, if there is one."""

    heading: str
    judgement: Judgement
    contrasts: tuple[ContrastView, ...]
    has_rounding: bool
    other_p: str

    @property
    def weakest(self) -> ContrastView | None:
        """The contrast that decided."""
        return next((contrast for contrast in self.contrasts if contrast.weakest), None)


@dataclass(frozen=True)
class ClaimView:
    """A claim as it is shown."""

    anchor: str
    result: ClaimResult
    rests_on: str
    data: str
    printed: JudgementView
    reproduced: JudgementView


@dataclass(frozen=True)
class PaperView:
    """The claims of one paper."""

    label: str
    claims: tuple[ClaimView, ...]


@dataclass(frozen=True)
class Summary:
    """What the claims come to, for the report: verdict to number, by kind of evidence.

    Attributes:
        data: what the records come from; "" when nothing is run.
    """

    n_claims: int
    printed: dict[str, int]
    reproduced: dict[str, int]
    data: str


def summarise(results: Sequence[ClaimResult]) -> Summary:
    """The counts of judged claims."""
    return Summary(
        n_claims=len(results),
        printed=count(result.printed.verdict for result in results),
        reproduced=count(result.reproduced.verdict for result in results),
        data=data_label(sources(results)),
    )


def sources(results: Iterable[ClaimResult]) -> list[str]:
    """What data the records of all claims come from."""
    return list(dict.fromkeys(source for result in results for source in result.sources))


def _signed(value: float, digits: int) -> str:
    return numbers.typographic(numbers.signed(value, digits))


def _range(low: float | None, high: float | None, digits: int) -> str:
    if low is None or high is None:
        return ""
    return f"[{_signed(low, digits)}, {_signed(high, digits)}]"


def _p(value: float | None) -> str:
    return "" if value is None else numbers.p_value(value)


def _contrast_view(contrast: ContrastResult, weakest: bool) -> ContrastView:
    digits = contrast.digits
    other = contrast.p_as_printed if contrast.rounding else contrast.sign_flip_p
    low, high = contrast.rounding or (None, None)
    # Rounded numbers leave their differences uncertain in the next decimal.
    finer = digits + (contrast.rounding is not None)
    return ContrastView(
        words=contrast.words,
        difference="" if contrast.difference is None else _signed(contrast.difference, digits),
        interval=_range(contrast.low, contrast.high, finer),
        rounding=_range(low, high, finer),
        p_value=_p(contrast.p_value),
        p_holm=_p(contrast.p_holm),
        other_p=_p(other),
        test="" if contrast.test == "none" else contrast.test,
        n="" if contrast.n is None else str(contrast.n),
        missing=contrast.missing,
        weakest=weakest,
    )


def _judgement_view(heading: str, judgement: Judgement) -> JudgementView:
    contrasts = tuple(
        _contrast_view(contrast, position == judgement.weakest)
        for position, contrast in enumerate(judgement.contrasts)
    )
    has_rounding = any(contrast.rounding for contrast in contrasts)
    other_p = "p, as printed" if has_rounding else "p, exact"
    has_other = any(contrast.other_p for contrast in contrasts)
    return JudgementView(heading, judgement, contrasts, has_rounding, other_p if has_other else "")


def views(results: Sequence[ClaimResult]) -> list[PaperView]:
    """The claims by paper, each in the order of its first claim."""
    anchors = page.Anchors()
    by_paper: dict[str, list[ClaimView]] = {}
    for result in results:
        by_paper.setdefault(result.paper, []).append(
            ClaimView(
                anchor=anchors.new("claim", result.paper, result.id),
                result=result,
                rests_on=", ".join(printed_labels.table(name) for name in result.rests_on),
                data=data_label(result.sources),
                printed=_judgement_view("By the printed numbers", result.printed),
                reproduced=_judgement_view("By our runs", result.reproduced),
            )
        )
    return [PaperView(printed_labels.paper(name), tuple(v)) for name, v in by_paper.items()]


def _verdict(judgement: Judgement) -> str:
    return judgement.verdict + (HOLLOW if untested(judgement) else "")


def _weakest(view: ClaimView) -> str:
    """The contrast that decided, of the runs where there are any, with its numbers."""
    own = view.reproduced.weakest
    shown = own if own and own.difference else view.printed.weakest
    if shown is None:
        return MISSING
    whose = "Ours" if shown is own else "Printed"
    if not shown.difference:
        return f"{whose}: {shown.words}: {shown.missing}"
    facts = [f"{shown.difference} {shown.interval}".strip()]
    if shown.p_value:
        joint = " " if shown.p_value.startswith("<") else " = "
        facts.append(f"p{joint}{shown.p_value} (Holm {shown.p_holm})")
    return f"{whose}: {shown.words}: {', '.join(facts)}"


def source(papers: Sequence[PaperView], warning: str | None, scale: str, fingerprint: str) -> str:
    """The scorecard as LaTeX."""
    scored = listing.Listing(
        name="claims",
        caption=(
            f"The papers' claims, judged by the printed numbers and by our runs (scale {scale})."
        ),
        columns=(
            listing.Column("Claim", 0.38),
            listing.Column("Printed"),
            listing.Column("Reproduced"),
            listing.Column("Difference that decided", 0.38),
        ),
        parts=tuple(
            listing.Part(
                paper.label,
                tuple(
                    listing.Line(
                        (
                            view.result.statement,
                            _verdict(view.result.printed),
                            _verdict(view.result.reproduced) + UNEVEN_MARK * view.result.uneven,
                            _weakest(view),
                        )
                    )
                    for view in paper.claims
                ),
            )
            for paper in papers
        ),
        notes=(
            "; ".join(f"{name}: {meaning}" for name, meaning in VERDICTS.items()) + ".",
            f"{HOLLOW}: {UNTESTED}. {UNEVEN_MARK}: {UNEVEN}. {MOST} Brackets: 95 % interval.",
        ),
        banner=warning,
    )
    return listing.latex([scored], f"claims, scale {scale}", fingerprint)


def document(
    papers: Sequence[PaperView], warning: str | None, scale: str, data: Sequence[str], mark: str
) -> str:
    """The page.

    Args:
        warning: for synthetic data.
        data: what the records come from.
        mark: the fingerprint.
    """
    return page.render(
        "claims.html.j2",
        mark,
        NAME,
        papers=papers,
        banner=warning,
        scale=scale,
        data=data_label(data),
        verdicts=VERDICTS,
        filled=TESTED,
        hollow=UNTESTED,
        uneven=UNEVEN,
        untested=untested,
        most=MOST,
        n_claims=sum(len(paper.claims) for paper in papers),
    )


def write_claims(
    results: Sequence[ClaimResult], scale: str, directory: Path | str, fingerprint: str
) -> Stamp:
    """Write `claims.csv`, `.tex`, `.html`, `.pdf`, `scorecard.pdf`, `.png`; last, `claims.json`.

    The scorecard is one image as PNG, and pages of a paper as PDF.
    Equal results give equal bytes where matplotlib and the TeX installation are the same.

    Args:
        results: in the order in which they are shown.
        scale: of the runs.
        directory: for example `results/claims`.
        fingerprint: what the verdicts were made from.

    Raises:
        MtlError: when a file cannot be written or LaTeX refuses the table; no stamp is written
            then.
    """
    papers, data = views(results), sources(results)
    warning = banner(data, scale)
    tex = source(papers, warning, scale, fingerprint)
    summary = summarise(results)
    return write_product(
        directory,
        NAME,
        fingerprint,
        {
            f"{NAME}.csv": table(results, scale, fingerprint),
            f"{NAME}.tex": tex,
            f"{NAME}.html": document(papers, warning, scale, data, fingerprint),
            f"{SCORECARD}.pdf": images.pdf_pages(scorecard.draw_pages(results, scale)),
            f"{SCORECARD}.png": images.image(scorecard.draw(results, scale), "png"),
        },
        listing.compile_pdf(tex),
        {"claims": summary.n_claims, "printed": summary.printed, "reproduced": summary.reproduced},
    )
