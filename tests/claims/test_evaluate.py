from __future__ import annotations

import shutil

import pytest

from mtl.claims.evaluate import evaluate
from mtl.config import Project
from mtl.errors import MtlError
from mtl.io import atomic_write
from tests.results import fabricate

FILE = "workflow/config/claims/faces.yaml"


def test_claims_are_judged_by_both_kinds_of_evidence(finished: Project) -> None:
    best, cheap = evaluate(finished)
    assert (best.paper, best.id) == ("faces", "best")
    assert (best.statement, best.quote) == ("ETR has the highest F-score.", "ETR is the best")
    assert (best.source, best.rests_on) == ("section 1", ("table_4",))
    assert best.printed.verdict == best.reproduced.verdict == "supported"
    assert {c.test for c in best.printed.contrasts} == {"Welch t"}
    assert {c.test for c in best.reproduced.contrasts} == {"paired t"}
    assert best.sources == ("synthetic twin 'faces' (no photographs)",)
    # All fabricated runs have the same counts.
    assert (cheap.printed.verdict, cheap.reproduced.verdict) == ("supported", "undecided")


def test_other_runs_contradict(finished: Project) -> None:
    def scores(setting: str, row: str, seed: int) -> dict[str, float]:
        turned = {"etr": "single_task", "single_task": "etr"}
        return fabricate.realistic()(setting, turned.get(row, row), seed)

    fabricate.remove_runs(finished)
    fabricate.write_runs(finished, scores)
    best, _ = evaluate(finished)
    assert (best.printed.verdict, best.reproduced.verdict) == ("supported", "contradicted")


def test_without_runs_nothing_is_run(finished: Project) -> None:
    fabricate.remove_runs(finished)
    best, _ = evaluate(finished)
    assert (best.printed.verdict, best.reproduced.verdict) == ("supported", "not run")
    assert best.sources == ()
    assert {c.missing for c in best.reproduced.contrasts} == {"'etr' in 'celeba8': not run yet"}


def test_without_printed_numbers_a_claim_is_undecided(finished: Project) -> None:
    path = finished.root / "data/published/faces/table_4.csv"
    lost = path.read_text().replace("etr,celeba8,f_score,66.9,0.1", "etr,celeba8,f_score,,")
    atomic_write(path, lost)
    best, _ = evaluate(finished)
    assert (best.printed.verdict, best.reproduced.verdict) == ("undecided", "supported")
    assert best.printed.contrasts[0].missing.endswith("printed, but the number is lost")


def test_damaged_records_are_refused(finished: Project) -> None:
    [unit] = finished.units_for("faces", "celeba8", "etr")
    atomic_write(finished.root / unit.metrics[0], "{")
    with pytest.raises(MtlError, match="is truncated or not JSON"):
        evaluate(finished)


def test_the_same_again_gives_the_same(finished: Project) -> None:
    assert evaluate(finished) == evaluate(finished)


def test_one_paper(finished: Project) -> None:
    assert evaluate(finished, "faces") == evaluate(finished)
    with pytest.raises(MtlError, match=r"unknown paper with claims 'face'.*'faces'"):
        evaluate(finished, "face")


def test_a_project_without_claims(finished: Project) -> None:
    shutil.rmtree(finished.root / "workflow/config/claims")
    assert evaluate(finished) == ()
