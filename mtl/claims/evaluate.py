"""The papers' claims, judged by the printed numbers and by the runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mtl.claims.judge import judge
from mtl.claims.load import StatedClaim, load_claims
from mtl.claims.printed import printed_result
from mtl.claims.records import RecordEvidence
from mtl.claims.verdicts import ClaimResult
from mtl.claims.vocabulary import COUNTS
from mtl.errors import unknown
from mtl.results.cautions import unequal_training
from mtl.results.runs import Runs

if TYPE_CHECKING:
    from mtl.config.project import Project


def evaluate(project: Project, paper: str | None = None) -> tuple[ClaimResult, ...]:
    """All claims, in the order of the papers' names and of their files.

    Args:
        project: the working tree at a scale.
        paper: whose claims; all papers' if None.

    Raises:
        MtlError: for files of claims or printed tables that do not fit, records that are damaged,
            or a paper without claims.
    """
    claims = _of_paper(load_claims(project.root), paper)
    runs = Runs(project)
    return tuple(_result(project, claim, runs) for claim in claims)


def _of_paper(claims: Sequence[StatedClaim], paper: str | None) -> list[StatedClaim]:
    papers = {claim.paper for claim in claims}
    if paper is not None and paper not in papers:
        raise unknown("paper with claims", paper, papers)
    return [claim for claim in claims if paper in (None, claim.paper)]


def _result(project: Project, claim: StatedClaim, runs: Runs) -> ClaimResult:
    evidence = RecordEvidence(project, claim.paper, claim.tables, claim.vocabulary, runs)
    printed = [printed_result(c, claim.tables, claim.unprinted) for c in claim.printed_contrasts]
    reproduced = [evidence.result(c) for c in claim.contrasts]
    return ClaimResult(
        paper=claim.paper,
        id=claim.id,
        statement=claim.statement,
        quote=claim.quote,
        source=claim.source,
        rests_on=tuple(table.header.table for table in claim.tables),
        printed=judge(printed, claim.holds_for, missing="undecided"),
        reproduced=judge(reproduced, claim.holds_for),
        sources=evidence.sources,
        reading=claim.reading,
        cautions=() if _counts_only(claim) else unequal_training(evidence.used.values()),
    )


def _counts_only(claim: StatedClaim) -> bool:
    """Whether training plays no part in the claim."""
    return all(cell.metric in COUNTS for c in claim.contrasts for cell in c.cells)
