"""The two papers' claims: each can come out any way, and what the printed numbers say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from mtl.claims.contrasts import Cell, Contrast
from mtl.claims.judge import judge
from mtl.claims.load import StatedClaim, load_claims
from mtl.claims.printed import printed_result
from mtl.claims.records import paired_result
from mtl.claims.verdicts import ContrastResult, Judgement, Verdict, absent
from mtl.claims.vocabulary import COUNTS
from tests.claims import constructed

ROOT = Path(__file__).parents[2]
CLAIMS = load_claims(ROOT)
every_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)

EFFECT, LITTLE, MUCH = 0.1, 0.001, 100.0
"""The size of true and false differences, and noise that is smaller or larger than it."""

Values = dict[Cell, float]


class Evidence(NamedTuple):
    """Constructed numbers as evidence, printed or of runs.

    Attributes:
        judge: cell values, noise between runs, cells that are not there -> judgement.
        missing: the verdict when evidence is missing.
    """

    name: str
    contrasts: Callable[[StatedClaim], tuple[Contrast, ...]]
    judge: Callable[[StatedClaim, Values, float, set[Cell]], Judgement]
    missing: Verdict


def of_runs(claim: StatedClaim, values: Values, noise: float, gone: set[Cell]) -> Judgement:
    runs = constructed.by_seed(values, noise)
    results: list[ContrastResult] = [
        absent(c.words, "gone") if gone & set(c.cells) else paired_result(c, runs, 1)
        for c in claim.contrasts
    ]
    return judge(results, claim.holds_for)


def of_print(claim: StatedClaim, values: Values, noise: float, gone: set[Cell]) -> Judgement:
    table = constructed.printed(values, f"{noise:.3f}", gone)
    results = [printed_result(c, [table]) for c in claim.printed_contrasts]
    return judge(results, claim.holds_for, missing="undecided")


EVIDENCE = (
    Evidence("runs", lambda claim: claim.contrasts, of_runs, "not run"),
    Evidence("print", lambda claim: claim.printed_contrasts, of_print, "undecided"),
)
either = pytest.mark.parametrize("evidence", EVIDENCE, ids=lambda evidence: evidence.name)


def only_costs(claim: StatedClaim) -> bool:
    return all(cell.metric in COUNTS for c in claim.contrasts for cell in c.cells)


def true_values(contrasts: Sequence[Contrast]) -> Values:
    values = constructed.solve([(c, EFFECT) for c in contrasts])
    assert values is not None, "no numbers can make all contrasts positive"
    return values


def false_values(contrasts: Sequence[Contrast], position: int) -> Values:
    """Numbers against one contrast, which leave as many of the others positive as can be."""
    against = [(contrasts[position], -EFFECT)]
    others = [(c, EFFECT) for i, c in enumerate(contrasts) if i != position]
    values = constructed.solve(others, against) or constructed.solve([], against)
    assert values is not None, f"no numbers can make '{contrasts[position].words}' negative"
    cells = {cell for c in contrasts for cell in c.cells}
    return dict.fromkeys(cells, 0.0) | values


@every_claim
@either
def test_a_claim_can_be_supported(claim: StatedClaim, evidence: Evidence) -> None:
    values = true_values(evidence.contrasts(claim))
    assert evidence.judge(claim, values, LITTLE, set()).verdict == "supported"


@every_claim
@either
def test_each_contrast_can_contradict_a_claim(claim: StatedClaim, evidence: Evidence) -> None:
    contrasts = evidence.contrasts(claim)
    if claim.holds_for == "most":
        values = constructed.solve([], [(c, -EFFECT) for c in contrasts])
        assert values is not None
        assert evidence.judge(claim, values, LITTLE, set()).verdict == "contradicted"
        return
    for position in range(len(contrasts)):
        values = false_values(contrasts, position)
        found = evidence.judge(claim, values, LITTLE, set())
        assert found.verdict == "contradicted", contrasts[position].words
        assert found.contrasts[position].difference < 0


@every_claim
@either
def test_noise_larger_than_the_effect_leaves_a_claim_undecided(
    claim: StatedClaim, evidence: Evidence
) -> None:
    contrasts = evidence.contrasts(claim)
    if only_costs(claim):
        # Costs have no noise, but they can be equal.
        assert not any(c.constant for c in contrasts)
        values = dict.fromkeys((cell for c in contrasts for cell in c.cells), 0.0)
    else:
        values = true_values(contrasts)
    assert evidence.judge(claim, values, MUCH, set()).verdict == "undecided"


@every_claim
@either
def test_a_claim_waits_for_evidence_that_could_still_decide(
    claim: StatedClaim, evidence: Evidence
) -> None:
    contrasts = evidence.contrasts(claim)
    uses = Counter(cell for c in contrasts for cell in c.cells)
    most_used = {cell for cell, n in uses.items() if n == max(uses.values())}
    gone = most_used if claim.holds_for == "most" else {next(iter(most_used))}
    found = evidence.judge(claim, true_values(contrasts), LITTLE, gone)
    assert found.verdict == evidence.missing
    assert found.contrasts[found.weakest or 0].missing


@every_claim
@either
def test_missing_evidence_does_not_hide_a_contradiction(
    claim: StatedClaim, evidence: Evidence
) -> None:
    contrasts = evidence.contrasts(claim)
    last = contrasts[-1]
    gone = {cell for c in contrasts for cell in c.cells} - set(last.cells)
    if claim.holds_for == "all" and any(not gone & set(c.cells) for c in contrasts):
        values = false_values(contrasts, len(contrasts) - 1)
        assert evidence.judge(claim, values, LITTLE, gone).verdict == "contradicted"


def test_claims_have_distinct_words() -> None:
    assert len({(claim.paper, claim.statement) for claim in CLAIMS}) == len(CLAIMS)
    for claim in CLAIMS:
        for contrasts in (claim.contrasts, claim.printed_contrasts):
            assert len({c.words for c in contrasts}) == len(contrasts), claim.id
        assert claim.statement.endswith("."), claim.id


def test_no_row_or_setting_is_declared_in_vain() -> None:
    import yaml

    for path in sorted((ROOT / "workflow/config/claims").glob("*.yaml")):
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        cells = {
            cell
            for claim in CLAIMS
            if claim.paper == path.stem
            for c in (*claim.contrasts, *claim.printed_contrasts)
            for cell in c.cells
        }
        assert set(declared["rows"]) == {cell.row for cell in cells}
        assert set(declared["settings"]) == {cell.setting for cell in cells}


@every_claim
def test_printed_numbers_are_missing_only_where_the_claim_says_why(claim: StatedClaim) -> None:
    results = [printed_result(c, claim.tables) for c in claim.printed_contrasts]
    missing = [r.missing for r in results if r.missing]
    assert bool(missing) == (claim.unprinted is not None), missing
    # Every table that a claim names has numbers that it needs, or would have.
    used = {
        table.header.table
        for table in claim.tables
        for c in claim.printed_contrasts
        for cell in c.cells
        if cell.setting in table.settings and table.find(*cell) is not None
    }
    if claim.unprinted is None:
        assert used == {table.header.table for table in claim.tables}
