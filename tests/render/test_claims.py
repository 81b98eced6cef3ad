from __future__ import annotations

import csv
import dataclasses
import html
import re
import shutil
from pathlib import Path

import pytest

from mtl.provenance.stamp import read_stamp, staleness
from mtl.render import latex, listing
from mtl.render.claims import (
    FIELDS,
    HOLLOW,
    document,
    source,
    sources,
    summarise,
    table,
    views,
    write_claims,
)
from mtl.render.page import EVIDENCE, REPORT
from mtl.render.sheet import banner
from tests.render import fabricate_evidence as fabricate
from tests.render.fabricate import REAL
from tests.render.outline import outline
from tests.render.test_listing import COMPLAINTS

needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex not installed")


def page(results=None, scale: str = "mini") -> str:
    chosen = fabricate.claims() if results is None else results
    data = sources(chosen)
    return document(views(chosen), banner(data, scale), scale, data, "abc123")


def tex(results) -> str:
    return source(views(results), banner(sources(results), "mini"), "mini", "abc123")


def without_tags(text: str) -> str:
    body = text[text.index("<main") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_csv_has_every_contrast_of_both_sides() -> None:
    first, *rest = table(fabricate.claims(), "mini", "abc123").splitlines()
    assert first == "# fingerprint: abc123"
    lines = list(csv.DictReader(rest))
    assert tuple(lines[0]) == FIELDS
    contrasts = [
        c for r in fabricate.claims() for j in (r.printed, r.reproduced) for c in j.contrasts
    ]
    assert len(lines) == len(contrasts)
    own = [line for line in lines if line["id"] == "best_celeba8"]
    assert [line["evidence"] for line in own] == ["printed"] * 2 + ["reproduced"] * 2
    assert [line["weakest"] for line in own] == ["true", "false"] * 2
    assert float(own[2]["difference"]) == -19.2
    assert float(own[0]["p_value"]) == 0.00002
    assert (own[0]["data"], own[0]["scale"]) == ("", "")
    assert own[2]["data"].startswith("synthetic")
    assert own[2]["scale"] == "mini"
    gap = next(line for line in lines if line["missing"])
    assert (gap["difference"], gap["n"], gap["missing"]) == ("", "", "not run yet")


def test_csv_has_a_line_for_a_verdict_without_contrasts() -> None:
    bare = fabricate.judgement("not run", contrasts=(), weakest=None)
    lines = table([fabricate.claim(printed=bare, reproduced=bare)], "mini", "abc123").splitlines()
    assert len(lines) == 4


def test_page_is_sound() -> None:
    found = outline(page())
    assert found.problems == []
    assert found.targets - set(found.ids) == set()
    assert {re.sub(r"<a href=(.*)>", r"\1", link) for link in found.outside} == {
        REPORT,
        *(address for _, address in EVIDENCE.values()),
    }
    assert re.findall(r"<th\b(?![^>]*scope)[^>]*>", page()) == []


def test_scorecard_of_the_page() -> None:
    text = page()
    rows = re.findall(r"<tr><th scope=\"row\"><a href=\"#([\w-]+)\">.*?</tr>", text, re.S)
    assert rows == [
        "claim-etr_nlp-best_celeba8", "claim-etr_nlp-best_celeba40", "claim-etr_nlp-gamma",
        "claim-interrogate-hinge", "claim-interrogate-capacity",
    ]  # fmt: skip
    card = without_tags(text).split("The evidence")[0]
    assert "with 8 tasks. supported contradicted" in card
    assert "any other ratio. supported means alone not run" in card
    assert "from interference. contradicted means alone supported" in card


def test_page_shows_quote_source_and_contrasts() -> None:
    text = without_tags(page([fabricate.claim(reading="Every metric counts.")]))
    for expected in (
        "ETR-NLP outperforms the state-of-the-art baselines", "ETR-NLP, section 4.2.3, Table 4",
        "Rests on Table 4", "Read as Every metric counts.", "+4.2 [+3.5, +4.8]", "< 0.001",
        "−19.20 [−25.40, −13.00]", "0.003 0.018 Welch t 5", "decides",
        "scale mini, SYNTHETIC twin 'faces' (no photographs)",
    ):  # fmt: skip
        assert expected in text, expected


def test_rounding_and_other_p_values_have_columns_where_there_are_any() -> None:
    rounded = fabricate.contrast(rounding=(4.1, 4.3), p_as_printed=0.012)
    exact = fabricate.contrast(test="paired t", sign_flip_p=0.0625)
    result = fabricate.claim(
        printed=fabricate.judgement(contrasts=(rounded,)),
        reproduced=fabricate.judgement(contrasts=(exact,)),
    )
    printed, ours = without_tags(page([result])).split("By our runs")
    assert "Rounding allows 95 % interval p, as printed p p, Holm" in printed
    assert "+4.2 [+4.10, +4.30] [+3.55, +4.85] 0.012 < 0.001 < 0.001" in printed
    assert "Difference 95 % interval p, exact p p, Holm" in ours
    assert "+4.2 [+3.5, +4.8] 0.062 < 0.001" in ours
    assert "Rounding allows" not in without_tags(page([fabricate.claim()]))


def test_banner_and_data_only_where_there_are_runs() -> None:
    assert "SYNTHETIC DATA (twin 'faces'), scale mini" in without_tags(page())
    unrun = [r for r in fabricate.claims() if not r.sources]
    assert "nothing is run" in without_tags(page(unrun))
    assert "SYNTHETIC" not in page(unrun)
    real = fabricate.claim(sources=(REAL,))
    assert "SYNTHETIC" not in page([real])
    assert REAL in page([real])


def test_summary() -> None:
    found = summarise(fabricate.claims())
    assert found.n_claims == 5
    assert found.printed == {"supported": 2, "contradicted": 1, "undecided": 1, "not run": 1}
    assert found.reproduced == {"supported": 1, "contradicted": 1, "undecided": 1, "not run": 2}
    assert found.data == "SYNTHETIC twin 'faces' (no photographs)"


def test_latex_marks_what_rests_on_no_test_and_names_the_difference_that_decided() -> None:
    text = tex(fabricate.claims())
    lines = [line for line in text.splitlines() if line.startswith("{}")]
    assert len(lines) == 5
    assert "& supported & contradicted &" in lines[0]
    assert r"Ours: ETR-NLP above GradNorm, F-score, 8 tasks: \ensuremath{-}19.20" in lines[0]
    assert "p = 0.003 (Holm 0.018)" in lines[0]
    assert f"& supported{HOLLOW} & not run &" in lines[2]
    assert "Printed: ETR-NLP above GradNorm, F-score, 8 tasks: +4.2" in lines[2]
    assert "& not run & not run &" in lines[3]
    assert ": not run yet" in lines[3]


@pytest.mark.parametrize("field", ["statement", "quote", "source"])
def test_nasty_words_are_shown_not_run(field: str) -> None:
    text = page([fabricate.nasty_claim()])
    assert "<script>alert" not in text
    found = outline(text)
    assert found.problems == []
    assert getattr(fabricate.nasty_claim(), field) == fabricate.NASTY


def test_no_claims() -> None:
    assert outline(page([])).problems == []
    assert "Nothing to list." in tex([])


def test_equal_names_have_different_anchors() -> None:
    twice = [fabricate.claim(), dataclasses.replace(fabricate.claim(), id="best celeba8")]
    twice += [fabricate.claim(id="best-celeba8"), fabricate.claim()]
    assert outline(page(twice)).problems == []


@needs_latex
@pytest.mark.latex
def test_all_formats_the_same_bytes_and_a_fresh_stamp(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_claims(fabricate.claims(), "mini", tmp_path / folder, "abc123")
    files = {f"claims.{kind}" for kind in ("csv", "tex", "html", "pdf", "json")}
    files |= {"scorecard.pdf", "scorecard.png"}
    assert {path.name for path in (tmp_path / "a").iterdir()} == files
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    stamp = tmp_path / "a" / "claims.json"
    assert staleness(stamp, "abc123") is None
    assert set(read_stamp(stamp).files) == files - {"claims.json"}
    assert read_stamp(stamp).made_from["printed"]["supported"] == 2


@needs_latex
@pytest.mark.latex
def test_table_compiles_without_a_complaint() -> None:
    pdf, log = listing.compile_pdf(tex(fabricate.claims() * 12))
    assert pdf is not None, log
    assert [line for line in log.splitlines() if any(word in line for word in COMPLAINTS)] == []
    pdf, log = listing.compile_pdf(tex([fabricate.nasty_claim()]))
    assert pdf is not None, log
    assert "ndefined" not in log


def test_without_pdflatex_the_scorecard_is_still_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latex.shutil, "which", lambda name: None)
    stamp = write_claims((), "mini", tmp_path, "abc123")
    assert stamp.missing == {"pdf": latex.NO_LATEX}
    assert (tmp_path / "scorecard.pdf").read_bytes().startswith(b"%PDF")


def test_unequal_training_is_said_in_every_format(tmp_path: Path) -> None:
    claim = next(r for r in fabricate.claims() if r.reproduced.verdict != "not run")
    caution = "With 8 tasks on celeba, GradNorm has more epochs."
    uneven = dataclasses.replace(claim, cautions=(caution,))
    for result, said in ((uneven, True), (claim, False)):
        assert result.uneven is said
        write_claims([result], "mini", tmp_path, "0" * 12)
        page = (tmp_path / "claims.html").read_text()
        assert ("<small>unequal training</small>" in page) is said
        assert (caution in page) is said
        assert (caution in (tmp_path / "claims.csv").read_text()) is said
        assert (f"{result.reproduced.verdict}!" in (tmp_path / "claims.tex").read_text()) is said
