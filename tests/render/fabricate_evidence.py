"""Findings, judged claims and agreements made by hand, with what the papers really print."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

from mtl.audit.findings import CellFinding, Finding
from mtl.claims.verdicts import ClaimResult, ContrastResult, Judgement
from mtl.published.numbers import Interval
from mtl.results.agreement import Agreement, TableAgreement
from tests.render.fabricate import NASTY, REAL, SYNTHETIC


def interval(low: str, high: str) -> Interval:
    return Interval(Fraction(low), Fraction(high))


def table_5() -> Finding:
    """InterroGate's Δ_MTL: DWA cannot be as printed, PCGrad cannot jointly with the others."""
    return Finding(
        paper="interrogate",
        table="table_5",
        check="delta",
        setting="pascal",
        column="delta_mtl",
        verdict="inconsistent",
        convention="primary",
        conventions={"metrics": "inconsistent", "primary": "inconsistent"},
        stated="primary",
        cells=(
            CellFinding("stl", "pascal", "delta_mtl", "0.00", "consistent", interval("0", "0")),
            CellFinding(
                "mtl", "pascal", "delta_mtl", "-4.14", "consistent",
                interval("-4.3412", "-3.8847"), interval("-4.3106", "-3.9001"),
            ),
            CellFinding(
                "dwa", "pascal", "delta_mtl", "-3.91", "inconsistent",
                interval("-4.5938", "-4.1391"), interval("-4.5102", "-4.1403"), "-4.14",
                "No unrounded metrics that print as these do give -3.91.",
            ),
            CellFinding(
                "pcgrad", "pascal", "delta_mtl", "-2.32", "inconsistent",
                interval("-2.7733", "-2.3149"), Interval(Fraction(-27, 10), Fraction(-7, 3)),
                "-2.33", "Alone it may be right, but not with the baseline that the others imply.",
            ),
        ),
        words="The printed column cannot follow from the printed metrics: DWA, PCGrad.",
    )  # fmt: skip


def table_4() -> Finding:
    """ETR-NLP's Δp follows, but not by the formula that the paper gives."""
    return Finding(
        paper="etr_nlp",
        table="table_4",
        check="delta",
        setting="celeba8",
        column="delta_p",
        verdict="consistent",
        convention="metrics",
        conventions={"metrics": "consistent", "tasks_inverted": "inconsistent"},
        stated="tasks_inverted",
        cells=(
            CellFinding("etr", "celeba8", "delta_p", "+7.8", "consistent", interval("7.6", "7.9")),
        ),
        words="The flat mean over metric columns gives every cell; the stated formula does not.",
    )


def harmonic() -> Finding:
    return Finding(
        paper="etr_nlp",
        table="table_4",
        check="f_score",
        setting="celeba40",
        column="f_score",
        verdict="consistent",
        convention=None,
        conventions={},
        stated=None,
        cells=(CellFinding("etr", "celeba40", "f_score", "68.1", "consistent"),),
        words="",
    )


def lost() -> Finding:
    return Finding(
        paper="etr_nlp",
        table="text",
        check="text",
        setting="",
        column="points",
        verdict="undecidable",
        convention=None,
        conventions={},
        stated=None,
        cells=(
            CellFinding(
                "gain", "", "points", "3.56", "undecidable",
                words="The cell that it follows from is lost.",
            ),
        ),
        words="The cells behind the number are lost.",
    )  # fmt: skip


def mean_rank() -> Finding:
    """InterroGate's mean ranks: one rule for ties fits, and the paper states none."""
    return Finding(
        paper="interrogate",
        table="table_5",
        check="mean_rank",
        setting="pascal",
        column="mean_rank",
        verdict="consistent",
        convention="min",
        conventions={"min": "consistent", "average": "inconsistent"},
        stated=None,
        cells=(CellFinding("stl", "pascal", "mean_rank", "5.4", "consistent"),),
        words="Only unrounded metrics with the rule 'min' give the printed column.",
    )


def findings() -> tuple[Finding, ...]:
    return table_5(), table_4(), harmonic(), lost()


def nasty_finding() -> Finding:
    cell = CellFinding(NASTY, NASTY, NASTY, "-1.0", "inconsistent", None, None, None, NASTY)
    return dataclasses.replace(
        table_5(), paper=NASTY, table=NASTY, setting=NASTY, column=NASTY, convention=NASTY,
        conventions={NASTY: "inconsistent"}, stated=NASTY, cells=(cell,), words=NASTY,
    )  # fmt: skip


def contrast(**changes: Any) -> ContrastResult:
    return dataclasses.replace(
        ContrastResult(
            words="ETR-NLP above GradNorm, F-score, 8 tasks",
            difference=4.2,
            low=3.55,
            high=4.85,
            p_value=0.00002,
            p_holm=0.00012,
            test="Welch t",
            n=5,
            digits=1,
        ),
        **changes,
    )


def judgement(verdict: str = "supported", **changes: Any) -> Judgement:
    contrasts = {
        "supported": (contrast(), contrast(words="ETR-NLP above MGDA-UB, recall", difference=4.6)),
        "contradicted": (
            contrast(
                difference=-19.2, low=-25.4, high=-13.0, p_value=0.003, p_holm=0.018, digits=2
            ),
            contrast(words="ETR-NLP above Hard sharing, precision, 40 tasks", difference=0.4),
        ),
        "undecided": (
            contrast(
                words="ETR-NLP above Attentive hard sharing, precision, 40 tasks",
                difference=0.0, low=-0.23, high=0.23, p_value=1.0, p_holm=1.0,
            ),
        ),
        "not run": (
            contrast(
                difference=None, low=None, high=None, p_value=None, p_holm=None, test="none",
                n=None, missing="not run yet",
            ),
        ),
    }[verdict]  # fmt: skip
    words = {
        "supported": "All 2 contrasts are positive beyond chance.",
        "contradicted": "ETR-NLP is below GradNorm in F-score beyond chance.",
        "undecided": "The means of precision are printed as equal.",
        "not run": "The setting has no runs.",
    }[verdict]
    found = Judgement(verdict, True, 0, contrasts, words)  # type: ignore[arg-type]
    return dataclasses.replace(found, **changes)


def claim(**changes: Any) -> ClaimResult:
    return dataclasses.replace(
        ClaimResult(
            paper="etr_nlp",
            id="best_celeba8",
            statement="ETR-NLP is better than every other method in every metric with 8 tasks.",
            quote="ETR-NLP outperforms the state-of-the-art baselines with fewer parameters",
            source="section 4.2.3, Table 4",
            rests_on=("table_4",),
            printed=judgement("supported"),
            reproduced=judgement("contradicted"),
            sources=(SYNTHETIC,),
        ),
        **changes,
    )


def claims() -> tuple[ClaimResult, ...]:
    return (
        claim(),
        claim(
            id="best_celeba40",
            statement=(
                "ETR-NLP is better than every other method in precision, recall and F-score when "
                "all 40 attributes of CelebA are tasks of their own, with fewer parameters."
            ),
            printed=judgement("undecided"),
            reproduced=judgement("undecided"),
        ),
        claim(
            id="gamma",
            statement=r"A sharing ratio of $\gamma = 0.9$ is better than any other ratio.",
            rests_on=("table_6", "table_7"),
            printed=judgement("supported", tested=False),
            reproduced=judgement("not run", tested=False),
            sources=(),
        ),
        claim(
            paper="interrogate",
            id="hinge",
            statement="The hinge loss gives better trade-offs than the L1 loss.",
            printed=judgement("not run", tested=False),
            reproduced=judgement("not run", tested=False),
            sources=(),
        ),
        claim(
            paper="interrogate",
            id="capacity",
            statement="Smaller networks suffer more from interference.",
            printed=judgement("contradicted", tested=False),
            reproduced=judgement("supported"),
        ),
    )


def nasty_claim() -> ClaimResult:
    hurt = judgement("contradicted", words=NASTY, contrasts=(contrast(words=NASTY, missing=NASTY),))
    return claim(
        paper=NASTY, id=NASTY, statement=NASTY, quote=NASTY, source=NASTY, rests_on=(NASTY,),
        printed=hurt, reproduced=hurt, sources=(f"synthetic {NASTY}",),
    )  # fmt: skip


def column(**changes: Any) -> Agreement:
    rows = ("hard_sharing", "gradnorm", "mgda_ub", "attentive", "task_routing", "maximum_roaming")
    return dataclasses.replace(
        Agreement("celeba8", "precision", rows, 0.4286, 0.0952, 0.7143, 4, 5, 10, 15), **changes
    )


def agreement(**changes: Any) -> TableAgreement:
    return dataclasses.replace(
        TableAgreement(
            paper="etr_nlp",
            table="table_4",
            columns=(
                column(),
                column(metric="recall", tau=-0.2, low=-0.6, high=0.2, signs_equal=2),
                column(setting="celeba40", tau=None, low=None, high=None, orders_equal=0, orders=0),
            ),
            total=column(
                setting="", metric="", tau=0.1143, low=-0.2, high=0.4, signs_equal=10, signs=15,
                orders_equal=20, orders=30,
            ),
            source_labels=(SYNTHETIC,),
            scale="mini",
            n_seeds=5,
            title="Table 4: CelebA with 8 and 40 tasks",
            settings={"celeba8": "8 tasks", "celeba40": "40 tasks"},
            rows={row: row.upper() for row in column().rows},
            baseline="hard_sharing",
            n_printed=5,
            notes=("Not compared, for want of runs: ETR (not run yet).",),
        ),
        **changes,
    )  # fmt: skip


def real_agreement() -> TableAgreement:
    """Of real data at full scale, with a single column."""
    return agreement(
        table="table_3a", title="Table 3(a): partitioning", columns=(column(),),
        total=column(setting="", metric=""), source_labels=(REAL,), scale="paper", notes=(),
    )  # fmt: skip


def nasty_agreement() -> TableAgreement:
    return agreement(
        paper=NASTY, title=NASTY, settings={"celeba8": NASTY, "celeba40": NASTY},
        rows=dict.fromkeys(column().rows, NASTY), notes=(NASTY,),
        source_labels=(f"synthetic {NASTY}",), scale=NASTY,
    )  # fmt: skip
