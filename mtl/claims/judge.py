"""From the results of its contrasts to the verdict on a claim.

A claim that all contrasts are positive is supported when each is significant by itself, without a
correction: an intersection-union test, whose level is that of the single tests. It is contradicted
when any contrast is significantly negative after Holm's correction over the claim's contrasts. A
claim about most contrasts needs enough significant ones after Holm's correction, on either side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mtl.claims.verdicts import ContrastResult, Judgement, Verdict
from mtl.render.numbers import p_value, signed, typographic
from mtl.results.comparisons import LEVEL
from mtl.results.statistics import holm

UNTESTED = ("exact", "means")
"""Tests that are decided by the sign alone, beyond rounding."""


def judge(
    results: Sequence[ContrastResult], holds_for: str = "all", missing: Verdict = "not run"
) -> Judgement:
    """The verdict on a claim.

    Args:
        results: of its contrasts, in order.
        holds_for: "all", or "most" for more than half.
        missing: the verdict while evidence is missing that could still decide.
    """
    tested = {i: r.p_value for i, r in enumerate(results) if r.p_value is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    contrasts = tuple(replace(r, p_holm=adjusted.get(i)) for i, r in enumerate(results))
    needed = len(contrasts) if holds_for == "all" else len(contrasts) // 2 + 1
    single = [direction(c, c.p_value) for c in contrasts]
    corrected = [direction(c, c.p_holm) for c in contrasts]
    holding = (single if holds_for == "all" else corrected).count(1)
    reversed_ = corrected.count(-1)
    if holding >= needed:
        verdict: Verdict = "supported"
    elif reversed_ > len(contrasts) - needed:
        verdict = "contradicted"
    elif any(c.missing for c in contrasts):
        verdict = missing
    else:
        verdict = "undecided"
    decisive = _decisive(verdict, contrasts, single, corrected)
    deciding: dict[str, list[ContrastResult]] = {
        "supported": [c for c, sign in zip(contrasts, single, strict=True) if sign > 0],
        "contradicted": [contrasts[decisive]],
    }
    return Judgement(
        verdict=verdict,
        tested=not any(c.test == "means" for c in deciding.get(verdict, contrasts)),
        weakest=decisive,
        contrasts=contrasts,
        words=_words(verdict, contrasts, decisive, holding, reversed_),
    )


def direction(result: ContrastResult, p: float | None) -> int:
    """+1 when a contrast is positive beyond chance and rounding, -1 when negative, else 0.

    Args:
        result: of the contrast.
        p: its p-value, as it is or corrected.
    """
    if result.difference is None:
        return 0
    if result.test in UNTESTED:
        low, high = result.rounding or (result.difference, result.difference)
        return int(low > 0) - int(high < 0)
    if p is None or p > LEVEL:
        return 0
    return int(result.difference > 0) - int(result.difference < 0)


def _strength(result: ContrastResult) -> float:
    """How much speaks for a contrast, compared with others of its kind: from 1 over 0 to -1."""
    if result.difference is None:
        return 0.0
    sign = int(result.difference > 0) - int(result.difference < 0)
    if result.test in UNTESTED:
        low, high = result.rounding or (result.difference, result.difference)
        doubt = (high - low) / 2 / abs(result.difference) if result.difference else 1.0
        return sign * max(0.0, 1 - doubt)
    return sign * (1 - result.p_value) if result.p_value is not None else 0.0


def _decisive(
    verdict: Verdict,
    contrasts: Sequence[ContrastResult],
    single: Sequence[int],
    corrected: Sequence[int],
) -> int:
    strengths = [_strength(c) for c in contrasts]
    if verdict == "supported":
        # Costs are certain, unless there is nothing else.
        return min(
            (i for i, sign in enumerate(single) if sign > 0),
            key=lambda i: (contrasts[i].test == "exact", strengths[i]),
        )
    if verdict == "contradicted":
        # A difference that is printed with its spread is the better reason.
        return min(
            (i for i, sign in enumerate(corrected) if sign < 0),
            key=lambda i: (contrasts[i].test == "means", strengths[i]),
        )
    absent = [i for i, c in enumerate(contrasts) if c.missing]
    candidates = [i for i, sign in enumerate(single) if sign <= 0] or list(range(len(contrasts)))
    return absent[0] if absent else min(candidates, key=strengths.__getitem__)


def _words(
    verdict: Verdict,
    contrasts: Sequence[ContrastResult],
    decisive: int,
    holding: int,
    reversed_: int,
) -> str:
    n = len(contrasts)
    shown = describe(contrasts[decisive])
    beyond = _beyond([c for c in contrasts if not c.missing])
    if verdict == "supported":
        least = "" if n == 1 else "least certain "
        return f"{_count(holding, n)} positive beyond {beyond}: {least}{shown}."
    if verdict == "contradicted":
        return f"{_count(reversed_, n)} reversed beyond {beyond}: {shown}."
    missing = sum(bool(c.missing) for c in contrasts)
    if missing:
        return f"{_count(missing, n)} not known: {shown}."
    return f"{_count(n - holding, n)} not positive beyond {beyond}: {shown}."


def _count(some: int, n: int) -> str:
    if n == 1:
        return "The difference is"
    return f"{some} of {n} differences {'is' if some == 1 else 'are'}"


def _beyond(contrasts: Sequence[ContrastResult]) -> str:
    """What a difference must exceed to count."""
    untested = [c.test in UNTESTED for c in contrasts]
    if all(untested):
        return "rounding"
    return "chance or rounding" if any(untested) else "chance"


def describe(result: ContrastResult) -> str:
    """A contrast with its difference and p-value, or the reason why it has none."""
    if result.difference is None:
        return f"{result.words} ({result.missing})"
    number = typographic(signed(result.difference, result.digits))
    p = f", p {_relation(p_value(result.p_value))}" if result.p_value is not None else ""
    return f"{result.words} ({number}{p})"


def _relation(text: str) -> str:
    return text if text.startswith("<") else f"= {text}"
