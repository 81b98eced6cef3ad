"""What the printed numbers say of the papers' claims; each verdict was checked by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from scipy import stats

from mtl.claims.judge import judge
from mtl.claims.load import load_claims
from mtl.claims.printed import printed_result
from mtl.claims.verdicts import Judgement

ROOT = Path(__file__).parents[2]

SUPPORTED = """
best_celeba8 miou_gain fewer_parameters_celeba mgda_ub_falls partitioning_helps_celeba
steady_state_celeba combination_improves
best_pascal above_single_task above_single_task_at_lower_cost no_sparsity_saves_little
graceful_decline baselines_below_single_task normals_degrade single_task_strong best_competitors
celeba_better_and_cheaper
"""
CONTRADICTED = """
parameters_saved_cityscapes gains_grow nlps_cheaper_than_alternatives
better_mean_rank celeba_every_task half_width_matches small_networks_interfere
"""
BY_MEANS_ALONE = """
best_pascal above_single_task above_single_task_at_lower_cost no_sparsity_saves_little
better_mean_rank graceful_decline baselines_below_single_task normals_degrade single_task_strong
best_competitors celeba_better_and_cheaper celeba_every_task small_networks_interfere
"""


@pytest.fixture(scope="module")
def printed() -> dict[str, Judgement]:
    return {
        claim.id: judge(
            [printed_result(c, claim.tables, claim.unprinted) for c in claim.printed_contrasts],
            claim.holds_for,
            missing="undecided",
        )
        for claim in load_claims(ROOT)
    }


def test_the_verdicts(printed: dict[str, Judgement]) -> None:
    found = {verdict: {i for i, j in printed.items() if j.verdict == verdict} for verdict in
             ("supported", "contradicted", "undecided", "not run")}  # fmt: skip
    assert found["supported"] == set(SUPPORTED.split())
    assert found["contradicted"] == set(CONTRADICTED.split())
    assert found["not run"] == set()
    assert {i for i, j in printed.items() if not j.tested} == set(BY_MEANS_ALONE.split())


def test_gains_fall_instead_of_growing(printed: dict[str, Judgement]) -> None:
    precision, recall, f_score, delta = printed["gains_grow"].contrasts
    # 73.2 - 70.8 against 72.7 - 67.7, and +5.8 against +7.8.
    assert precision.difference == pytest.approx(-2.6)
    assert recall.difference == pytest.approx(-0.2)
    assert f_score.difference == pytest.approx(-0.9)
    assert (delta.difference, delta.test) == (pytest.approx(-2.0), "means")
    # v = (0.2^2 + 0.9^2 + 0.4^2 + 0.8^2) / 5, Satterthwaite by hand.
    squares = [s**2 / 5 for s in (0.2, 0.9, 0.4, 0.8)]
    freedom = sum(squares) ** 2 / sum(v * v / 4 for v in squares)
    t = 2.6 / sum(squares) ** 0.5
    assert precision.p_as_printed == pytest.approx(2 * stats.t.sf(t, freedom))


def test_synchronized_is_not_better_at_depth(printed: dict[str, Judgement]) -> None:
    miou, depth = printed["synchronized_cityscapes"].contrasts
    assert miou.difference == pytest.approx(1.52)
    assert miou.p_value < 0.05
    assert depth.difference == pytest.approx(-0.0002)
    assert depth.p_value > 0.05


def test_a_tie_is_undecided(printed: dict[str, Judgement]) -> None:
    tie = printed["best_celeba40"].contrasts[3]
    assert tie.words == "ETR-NLP above Attentive, Precision, CelebA 40 tasks"
    assert (tie.difference, tie.p_value) == (0.0, 1.0)


def test_the_parameters_of_nyu_are_a_tie(printed: dict[str, Judgement]) -> None:
    [*cityscapes, _] = printed["fewer_parameters_dense"].contrasts[:8]
    assert all(c.difference is not None and c.difference >= 2.95 for c in cityscapes)
    nyu = [c for c in printed["fewer_parameters_dense"].contrasts if "NYU" in c.words]
    assert sorted(c.difference for c in nyu) == pytest.approx([0, 0, 0, 0, 0, 19.3, 50.2])


def test_savings_as_printed(printed: dict[str, Judgement]) -> None:
    [celeba] = printed["parameters_saved_celeba"].contrasts
    [cityscapes] = printed["parameters_saved_cityscapes"].contrasts
    # 0.7155 * 11.2 - 8.0 and 0.8655 * 25.1 - 22.1; rounding leaves only the first open.
    assert celeba.difference == pytest.approx(0.0136)
    assert cityscapes.difference == pytest.approx(-0.37595)
    assert celeba.rounding[0] < 0 < celeba.rounding[1]
    assert cityscapes.rounding[1] < 0


def test_half_width_does_not_cost_what_the_text_says(printed: dict[str, Judgement]) -> None:
    accuracy, cost = printed["half_width_matches"].contrasts
    assert accuracy.difference == pytest.approx(92.05 - 92.17 + 0.1)
    assert cost.difference == pytest.approx(0.0854 * 174 - 15.5)
    assert cost.test == "exact"
    assert cost.rounding[1] < 0


def test_two_baselines_have_better_mean_ranks(printed: dict[str, Judgement]) -> None:
    reversed_ = [c.words for c in printed["better_mean_rank"].contrasts if c.rounding[1] < 0]
    assert reversed_ == [
        f"InterroGate ({n}) below Cross-stitch, MR, PASCAL-Context" for n in (577, 435, 377, 334)
    ]
