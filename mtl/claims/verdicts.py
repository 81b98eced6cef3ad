"""What is found of a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["supported", "contradicted", "undecided", "not run"]


@dataclass(frozen=True)
class ContrastResult:
    """One difference that the claim says is positive.

    Attributes:
        words: what is compared, for example "ETR-NLP above GradNorm, F-score, 8 tasks".
        difference: positive when as claimed, in printed units; None when it cannot be computed.
        low, high: 95 % interval; None without any spread.
        p_value: two-sided, that it is zero; None without a test.
        p_holm: the same after Holm's correction over the claim's contrasts.
        test: "Welch t", "paired t", "sign-flip", "exact" for numbers without spread that are exact
            by nature (parameters), "means" for means printed without spread, "none".
        n: runs behind each mean; None when unknown.
        digits: decimals that make sense of the difference.
        missing: why there is no difference; "" otherwise.
        rounding: the least and largest difference that the rounding of printed numbers allows;
            None for runs, whose numbers are not rounded.
        p_as_printed: of "Welch t", for the printed numbers as they stand; `p_value` and the
            interval are the least favourable ones that rounding allows.
        sign_flip_p: of runs, the exact p-value, which assumes no distribution.
    """

    words: str
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_holm: float | None
    test: str
    n: int | None
    digits: int
    missing: str = ""
    rounding: tuple[float, float] | None = None
    p_as_printed: float | None = None
    sign_flip_p: float | None = None


def absent(words: str, reason: str) -> ContrastResult:
    """The result of a contrast that cannot be computed."""
    return ContrastResult(words, None, None, None, None, None, "none", None, 0, reason)


@dataclass(frozen=True)
class Judgement:
    """A claim against one body of evidence.

    Attributes:
        verdict: supported when every contrast is positive beyond chance; contradicted when any is
            negative beyond chance; undecided between; not run when runs are missing that could
            still decide. (Of a claim about most contrasts: when most are positive, or so many
            negative that most cannot be positive.)
        tested: False when the verdict rests on means that are printed without spread; True for
            tests of spreads, and for costs, which have none.
        weakest: index of the contrast that decided: the least certain one of a claim that is
            supported, the clearest of those that contradict, the worst of an undecided claim, the
            first missing one. None without any.
        contrasts: all of them, in the order of the claim.
        words: why, in one sentence.
    """

    verdict: Verdict
    tested: bool
    weakest: int | None
    contrasts: tuple[ContrastResult, ...]
    words: str


@dataclass(frozen=True)
class ClaimResult:
    """A claim with what the printed numbers and the records say of it.

    Attributes:
        paper, id: which claim.
        statement: in our words, such that it can be wrong.
        quote, source: the paper's words, and where they stand.
        rests_on: the printed tables.
        sources: what data the records come from; empty when nothing is run.
        reading: what the test takes the paper's words to mean, where they leave a choice.
        cautions: what makes the runs that are compared uneven.
    """

    paper: str
    id: str
    statement: str
    quote: str
    source: str
    rests_on: tuple[str, ...]
    printed: Judgement
    reproduced: Judgement
    sources: tuple[str, ...]
    reading: str | None = None
    cautions: tuple[str, ...] = ()

    @property
    def uneven(self) -> bool:
        """Whether the verdict on the runs compares what is not trained equally long."""
        return bool(self.cautions) and self.reproduced.verdict != "not run"
