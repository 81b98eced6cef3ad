from __future__ import annotations

import csv
import html
import re
import shutil
from pathlib import Path

import pytest

from mtl import cli
from mtl.provenance.stamp import read_stamp, staleness
from mtl.render import latex, listing
from mtl.render.agreement import (
    FIELDS,
    NOTHING,
    document,
    outcome,
    sentence,
    source,
    table,
    tau,
    text,
    write_agreement,
)
from mtl.render.page import EVIDENCE, REPORT
from tests.render import fabricate_evidence as fabricate
from tests.render.conftest import Report
from tests.render.fabricate import REAL
from tests.render.outline import outline
from tests.render.test_listing import COMPLAINTS

needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex not installed")
BOTH = (fabricate.agreement(), fabricate.real_agreement())
PROVENANCE = "SYNTHETIC twin 'faces' (no photographs), scale mini, n = 5"


def without_tags(page: str) -> str:
    body = page[page.index("<main") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_tau_with_and_without_an_interval() -> None:
    assert tau(fabricate.column()) == "0.43 [0.10, 0.71]"
    assert tau(fabricate.column(tau=-0.2, low=-0.6, high=0.0)) == "−0.20 [−0.60, 0.00]"
    assert tau(fabricate.column(low=None, high=None)) == "0.43"
    assert tau(fabricate.column(tau=None, low=None, high=None)) == "—"


def test_sentence_has_data_and_scale_beside_the_numbers() -> None:
    assert sentence(BOTH[0]) == (
        r"Agreement with the printed table: Kendall's $\tau$ 0.11 [−0.20, 0.40] (mean of 2 "
        f"columns), signs 10 of 15, orders 20 of 30 ({PROVENANCE})."
    )
    assert sentence(BOTH[1]).endswith(f"orders 10 of 15 ({REAL}, scale paper, n = 5).")
    assert sentence(None).endswith(NOTHING)
    nothing = fabricate.agreement(total=fabricate.column(signs=0, signs_equal=0))
    assert "signs —" in outcome(nothing)


def test_csv_has_every_column_and_the_whole_table() -> None:
    first, *rest = table(BOTH, "abc123").splitlines()
    assert first == "# fingerprint: abc123"
    lines = list(csv.DictReader(rest))
    assert tuple(lines[0]) == FIELDS
    assert [(line["table"], line["setting"], line["metric"]) for line in lines] == [
        ("table_4", "celeba8", "precision"),
        ("table_4", "celeba8", "recall"),
        ("table_4", "celeba40", "precision"),
        ("table_4", "", ""),
        ("table_3a", "celeba8", "precision"),
        ("table_3a", "", ""),
    ]
    assert float(lines[0]["tau"]) == 0.4286
    assert lines[2]["tau"] == lines[2]["low"] == ""
    assert {line["scale"] for line in lines[:4]} == {"mini"}
    assert all("synthetic" in line["data"] for line in lines[:4])


def test_page_is_sound() -> None:
    page = document(BOTH, "abc123")
    found = outline(page)
    assert found.problems == []
    assert found.targets - set(found.ids) == set()
    assert re.findall(r"<th\b(?![^>]*scope)[^>]*>", page) == []
    assert {re.sub(r"<a href=(.*?)(#.*)?>", r"\1", link) for link in found.outside} == {
        REPORT,
        *(address for _, address in EVIDENCE.values()),
    }


def test_page_shows_every_column_with_data_and_scale() -> None:
    page = document(BOTH, "abc123")
    shown = without_tags(page)
    for expected in (
        f"{PROVENANCE} , against printed means of 5 runs. Baseline: HARD_SHARING.",
        "8 tasks Precision 6 0.43 [0.10, 0.71] 4 of 5 10 of 15",
        "40 tasks Precision 6 — 4 of 5 —",
        "All columns 6 0.11 [−0.20, 0.40] 10 of 15 20 of 30",
        "Not compared, for want of runs: ETR (not run yet).",
        "SYNTHETIC DATA (twin 'faces'), scale mini: not comparable",
        f"{REAL}, scale paper, n = 5",
    ):
        assert expected in shown, expected
    assert page.count('<svg class="strip"') == 5
    assert "SYNTHETIC" not in without_tags(document(BOTH[1:], "abc123"))


def test_nothing_to_compare() -> None:
    assert NOTHING in without_tags(document((), "abc123"))
    assert NOTHING in text(())
    assert "Nothing to list." in source((), "abc123")


def test_terminal() -> None:
    lines = text(BOTH).splitlines()
    assert lines[:3] == [
        "ETR-NLP: Table 4: CelebA with 8 and 40 tasks",
        f"Ours: {PROVENANCE}",
        "SYNTHETIC DATA (twin 'faces'), scale mini: not comparable in level with the printed "
        "numbers.",
    ]
    assert "8 tasks   Recall       6     −0.20 [−0.60, 0.20]  2 of 5    10 of 15" in lines
    assert "$" not in "".join(lines)


def test_nasty_words_are_shown_not_run() -> None:
    page = document([fabricate.nasty_agreement()], "abc123")
    assert "<script>alert" not in page
    assert outline(page).problems == []


@needs_latex
@pytest.mark.latex
def test_all_formats_the_same_bytes_and_a_fresh_stamp(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_agreement(BOTH, tmp_path / folder, "abc123")
    files = {f"agreement.{kind}" for kind in ("csv", "tex", "html", "pdf", "json")}
    assert {path.name for path in (tmp_path / "a").iterdir()} == files
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    stamp = tmp_path / "a" / "agreement.json"
    assert staleness(stamp, "abc123") is None
    assert read_stamp(stamp).made_from["tables"] == ["etr_nlp/table_4", "etr_nlp/table_3a"]


@needs_latex
@pytest.mark.latex
def test_table_compiles_without_a_complaint() -> None:
    pdf, log = listing.compile_pdf(source(BOTH, "abc123"))
    assert pdf is not None, log
    assert [line for line in log.splitlines() if any(word in line for word in COMPLAINTS)] == []
    pdf, log = listing.compile_pdf(source([fabricate.nasty_agreement()], "abc123"))
    assert pdf is not None, log
    assert "ndefined" not in log


def test_without_pdflatex_the_stamp_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latex.shutil, "which", lambda name: None)
    assert write_agreement(BOTH, tmp_path, "abc123").missing == {"pdf": latex.NO_LATEX}


def test_command_prints_what_the_runs_there_are_allow(
    report: Report, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(report.project.root)
    assert cli.main(["agreement", "--scale", "mini"]) == 0
    shown = capsys.readouterr().out
    assert "Faces" not in shown
    assert "faces: Comparison" in shown
    assert PROVENANCE in shown
    assert "8 tasks  F-score      2     1.00 [1.00, 1.00]  1 of 1  1 of 1" in shown
    assert "does not say how many runs" in shown
