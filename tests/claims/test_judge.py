"""The rules from differences to verdicts, on results made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mtl.claims.judge import judge
from mtl.claims.verdicts import ContrastResult, absent
from mtl.results.statistics import compare


def with_p(difference: float, p: float, words: str = "a above b") -> ContrastResult:
    return ContrastResult(words, difference, None, None, p, None, "paired t", 5, 1)


def by_sign(low: float, high: float, test: str = "means") -> ContrastResult:
    middle = (low + high) / 2
    return ContrastResult(
        "means", middle, None, None, None, None, test, None, 1, rounding=(low, high)
    )


MISSING = absent("c above d", "not run yet")


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([with_p(1, 0.01)], "supported"),
        ([with_p(1, 0.05)], "supported"),
        ([with_p(1, 0.051)], "undecided"),
        ([with_p(0, 1.0)], "undecided"),
        ([with_p(-1, 0.051)], "undecided"),
        ([with_p(-1, 0.01)], "contradicted"),
        ([with_p(1, 0.04)] * 20, "supported"),
        ([*[with_p(1, 0.001)] * 9, with_p(1, 0.2)], "undecided"),
        ([*[with_p(1, 0.001)] * 9, with_p(-1, 0.04)], "contradicted"),
        ([*[with_p(1, 0.9)] * 9, with_p(-1, 0.04)], "undecided"),
        ([*[with_p(1, 0.9)] * 9, with_p(-1, 0.004)], "contradicted"),
        ([by_sign(0.1, 0.3)], "supported"),
        ([by_sign(-0.1, 0.3)], "undecided"),
        ([by_sign(0.0, 0.2)], "undecided"),
        ([by_sign(-0.3, -0.1)], "contradicted"),
        ([by_sign(0.1, 0.3, "exact"), with_p(1, 0.01)], "supported"),
        ([by_sign(0.1, 0.3, "exact"), with_p(1, 0.5)], "undecided"),
        ([MISSING], "not run"),
        ([with_p(1, 0.01), MISSING], "not run"),
        ([with_p(-1, 0.01), MISSING], "contradicted"),
    ],
)
def test_of_all(results: list[ContrastResult], verdict: str) -> None:
    assert judge(results).verdict == verdict


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([with_p(1, 0.001)] * 3 + [with_p(-1, 0.001)] * 2, "supported"),
        ([with_p(1, 0.001)] * 2 + [with_p(-1, 0.001)] * 2, "contradicted"),
        ([with_p(1, 0.001)] * 2 + [with_p(1, 0.9)] * 2, "undecided"),
        ([with_p(1, 0.001)] * 3 + [MISSING] * 2, "supported"),
        ([with_p(1, 0.001)] * 2 + [MISSING] * 3, "not run"),
        ([with_p(-1, 0.001)] * 3 + [MISSING] * 2, "contradicted"),
        # Each is significant by itself, but three of five must be after Holm's correction.
        ([with_p(1, 0.03)] * 5, "undecided"),
        ([with_p(-1, 0.03)] * 5, "undecided"),
    ],
)
def test_of_most(results: list[ContrastResult], verdict: str) -> None:
    assert judge(results, "most").verdict == verdict


def test_missing_evidence_may_have_another_name() -> None:
    assert judge([with_p(1, 0.01), MISSING], missing="undecided").verdict == "undecided"


def test_holm_is_over_the_tested_contrasts() -> None:
    found = judge([with_p(1, 0.01), MISSING, with_p(-1, 0.02), by_sign(1, 2)])
    assert [c.p_holm for c in found.contrasts] == [0.02, None, 0.02, None]


def test_the_contrast_that_decided() -> None:
    def weakest(*results: ContrastResult, **options: Any) -> int | None:
        return judge(results, **options).weakest

    assert weakest(with_p(1, 0.001), with_p(1, 0.04), with_p(1, 0.01)) == 1
    assert weakest(with_p(1, 0.001), with_p(-1, 0.01), with_p(-1, 0.001)) == 2
    assert weakest(with_p(1, 0.001), with_p(-1, 0.4), with_p(1, 0.3)) == 1
    assert weakest(with_p(-1, 0.4), MISSING) == 1
    # A cost is certain; a difference with spread is a better reason than one without.
    assert weakest(by_sign(0.1, 0.3, "exact"), with_p(1, 0.0001)) == 1
    assert weakest(by_sign(-9, -8), with_p(-1, 0.01)) == 1
    # Of means without spread, the one nearest to its rounding.
    assert weakest(by_sign(4.9, 5.1), by_sign(0.1, 0.3)) == 1


def test_means_alone_are_no_test() -> None:
    assert judge([with_p(1, 0.01)]).tested
    assert judge([by_sign(1, 2, "exact")]).tested
    assert not judge([by_sign(1, 2)]).tested
    assert not judge([with_p(1, 0.01), by_sign(1, 2)]).tested
    # What contradicts is what the verdict rests on.
    assert judge([with_p(-1, 0.01), by_sign(1, 2)]).tested
    assert not judge([with_p(1, 0.01), by_sign(-2, -1)]).tested


def test_the_reason_is_in_words() -> None:
    assert judge([with_p(1, 0.001), with_p(2, 0.04, "x above y")]).words == (
        "2 of 2 differences are positive beyond chance: least certain x above y (+2.0, p = 0.04)."
    )
    assert judge([with_p(-1, 0.0001)]).words == (
        "The difference is reversed beyond chance: a above b (−1.0, p < 0.001)."
    )
    assert judge([by_sign(-1, -1, "exact"), by_sign(1, 2, "exact")]).words == (
        "1 of 2 differences is reversed beyond rounding: means (−1.0)."
    )
    assert judge([with_p(1, 0.3), by_sign(1, 2)]).words == (
        "1 of 2 differences is not positive beyond chance or rounding: a above b (+1.0, p = 0.30)."
    )
    assert judge([MISSING, with_p(1, 0.3)]).words == (
        "1 of 2 differences is not known: c above d (not run yet)."
    )


@pytest.mark.parametrize("effect", [0.0, 0.5])
def test_false_verdicts_are_rare(effect: float) -> None:
    """Claims that are false by one null or barely negative contrast are seldom supported.

    And claims that hold are seldom contradicted, though four contrasts are looked at.
    """
    generator = np.random.default_rng(7)
    runs = 1500
    supported = contradicted = 0
    for _ in range(runs):
        samples = generator.normal(size=(4, 5)) + effect
        samples[0] -= effect
        results = [
            with_p(float(sample.mean()), float(compare(list(sample)).p_value or 1.0))
            for sample in samples
        ]
        verdict = judge(results).verdict
        supported += verdict == "supported"
        contradicted += verdict == "contradicted"
    # The first contrast is exactly zero: the levels are 0.05 / 2 and 0.05 / 2; 4 sigma above.
    bound = 0.025 + 4 * (0.025 * 0.975 / runs) ** 0.5
    assert supported / runs <= bound
    assert contradicted / runs <= bound
