from __future__ import annotations

import dataclasses
import os

import pytest

from mtl.claims.evaluate import evaluate
from mtl.claims.listing import listing
from mtl.config import Project
from tests.results import fabricate


def test_verdicts_stand_before_the_statements(finished: Project) -> None:
    lines = listing(evaluate(finished), "mini").splitlines()
    assert lines[:4] == [
        "Claims of faces",
        "printed         reproduced      claim",
        "supported       supported       best: ETR has the highest F-score.",
        "supported       undecided       cheap: ETR is cheaper than GradNorm.",
    ]
    assert "Printed:     2 supported of 2 claims" in lines
    assert "Reproduced:  1 supported, 1 undecided of 2 claims" in lines
    assert "Runs of scale 'mini': synthetic twin 'faces' (no photographs)." in lines
    assert not any("alone" in line for line in lines)


def test_means_alone_are_marked(finished: Project) -> None:
    path = finished.root / "data/published/faces/table_4.csv"
    path.write_text(path.read_text().replace("# n: 5\n", ""))
    text = listing(evaluate(finished), "mini")
    assert "\nsupported*      supported       best: " in text
    assert "\nsupported       undecided       cheap: " in text
    assert text.endswith("* by printed means alone, which have no spread to test.\n")


def test_verbose_shows_every_difference(finished: Project) -> None:
    results = evaluate(finished)
    text = listing(results, "mini", verbose=True)
    assert "    “ETR is the best” (section 1)\n" in text
    for result in results:
        for contrast in (*result.printed.contrasts, *result.reproduced.contrasts):
            assert contrast.words in text
    [line] = [line for line in text.splitlines() if "Welch t" in line and "Hard" in line]
    assert line.split() == [
        "+3.9", "[3.4,", "4.4]", "p", "<", "0.001", "Holm", "<", "0.001", "Welch", "t,", "n", "5",
        "ETR", "above", "Hard", "sharing,", "F-score,", "8", "tasks",
    ]  # fmt: skip


def test_missing_runs_are_counted_by_reason(finished: Project) -> None:
    fabricate.remove_runs(finished)
    text = listing(evaluate(finished), "mini", verbose=True)
    assert "      2 without numbers: 'etr' in 'celeba8': not run yet\n" in text
    assert "Runs of scale 'mini': none of those that the claims need is there." in text


def test_nothing_to_list() -> None:
    assert "of 0 claims" in listing((), "mini")


def test_the_command(
    finished: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mtl.cli import main

    monkeypatch.chdir(finished.root)
    monkeypatch.delenv("MTL_SCALE", raising=False)
    assert main(["claims", "faces", "--verbose"]) == 0
    assert "supported       not run         best: " in capsys.readouterr().out
    assert main(["claims", "face"]) == 1
    assert "unknown paper with claims 'face'" in capsys.readouterr().err
    assert os.getcwd() == str(finished.root)


def test_uneven_comparisons_are_marked(finished: Project) -> None:
    first, *others = evaluate(finished)
    assert first.cautions == ()
    uneven = dataclasses.replace(first, cautions=("GradNorm has more epochs.",))
    text = listing((uneven, *others), "mini", verbose=True)
    assert "\nsupported       supported!      best: " in text
    assert "    Caution: GradNorm has more epochs.\n" in text
    assert text.endswith("! the rows compared are not trained equally long at this scale.\n")
