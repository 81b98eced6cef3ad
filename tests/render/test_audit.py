from __future__ import annotations

import csv
import dataclasses
import html
import re
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.audit.findings import CellFinding
from mtl.errors import MtlError
from mtl.provenance.stamp import read_stamp, staleness
from mtl.published.numbers import Interval
from mtl.published.table import load_tables
from mtl.render import latex, listing
from mtl.render.audit import (
    FIELDS,
    bounds,
    document,
    notable,
    source,
    summarise,
    table,
    views,
    write_audit,
)
from mtl.render.page import EVIDENCE, REPORT
from mtl.render.printed_labels import Labels
from tests.render import fabricate_evidence as fabricate
from tests.render.outline import outline
from tests.render.test_listing import COMPLAINTS

ROOT = Path(__file__).parents[2]
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex not installed")


def lines_of(text: str) -> list[dict[str, str]]:
    first, *rest = text.splitlines()
    assert first == "# fingerprint: abc123"
    return list(csv.DictReader(rest))


def page(findings=None, labels: Labels | None = None) -> str:
    chosen = fabricate.findings() if findings is None else findings
    return document(views(chosen, labels or Labels()), "abc123")


def without_tags(text: str) -> str:
    body = text[text.index("<main") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_bounds_have_two_more_decimals_than_what_is_printed() -> None:
    dwa = fabricate.table_5().cells[2]
    assert bounds(dwa.feasible, dwa.printed) == "[−4.5938, −4.1391]"
    assert bounds(fabricate.interval("62.95", "63.05"), "63.0 ± 0.2") == "[62.950, 63.050]"
    assert bounds(fabricate.interval("1", "2"), "± 3") == "[1.00, 2.00]"
    assert bounds(None, "1.0") == ""


@given(
    st.fractions(-100, 100, max_denominator=9999), st.fractions(0, 10, max_denominator=9999),
    st.integers(0, 4),
)  # fmt: skip
def test_bounds_are_rounded_outwards(low: Fraction, width: Fraction, digits: int) -> None:
    shown = bounds(Interval(low, low + width), f"{0:.{digits}f}").replace("−", "-")
    first, second = (Fraction(text) for text in shown.strip("[]").split(", "))
    unit = Fraction(1, 10 ** (digits + 2))
    assert low - unit < first <= low
    assert low + width <= second < low + width + unit


def test_csv_has_every_finding_and_every_cell() -> None:
    lines = lines_of(table(fabricate.findings(), "abc123"))
    assert tuple(lines[0]) == FIELDS
    assert [line["level"] for line in lines].count("finding") == 4
    assert [line["level"] for line in lines].count("cell") == 7
    column = lines[0]
    assert column["verdict"] == "inconsistent"
    assert column["conventions"] == "metrics=inconsistent primary=inconsistent"
    assert (column["stated"], column["contradicts_stated"]) == ("primary", "true")
    dwa = next(line for line in lines if line["row"] == "dwa")
    assert (dwa["printed"], dwa["nearest"], dwa["convention"]) == ("-3.91", "-4.14", "primary")
    assert (float(dwa["feasible_low"]), float(dwa["feasible_high"])) == (-4.5938, -4.1391)
    pcgrad = next(line for line in lines if line["row"] == "pcgrad")
    assert float(pcgrad["jointly_high"]) == float(Fraction(-7, 3))


def test_csv_names_the_table_in_which_a_cell_stands() -> None:
    cell = CellFinding("etr", "celeba8", "recall", "63.6", "inconsistent", table="table_3a")
    found = dataclasses.replace(fabricate.harmonic(), check="repeated", cells=(cell,))
    finding, own = lines_of(table([found], "abc123"))
    assert (finding["table"], own["table"]) == ("table_4", "table_3a")
    assert "Table 3a, etr" in without_tags(page([found]))


def test_notable_findings_come_first_those_that_are_inconsistent_before_others() -> None:
    papers = views((fabricate.table_4(), fabricate.lost(), fabricate.table_5()), Labels())
    assert [view.finding for _, view in notable(papers)] == [
        fabricate.table_5(),
        fabricate.table_4(),
    ]


def test_columns_that_tell_their_convention_stand_by_themselves() -> None:
    text = page([fabricate.mean_rank(), fabricate.harmonic()])
    assert outline(text).problems == []
    shown = without_tags(text)
    told = shown.split("What the numbers tell")[1].split("Every check")[0]
    assert "Only unrounded metrics" in told
    assert "min consistent judged by below average inconsistent" in told
    assert "0 of them notable" in shown
    assert "What the numbers tell" not in without_tags(page())
    assert "Only unrounded metrics" in source(views([fabricate.mean_rank()], Labels()), "abc123")
    assert lines_of(table([fabricate.mean_rank()], "abc123"))[0]["decisive"] == "true"


def test_page_is_sound() -> None:
    found = outline(page())
    assert found.problems == []
    assert found.targets - set(found.ids) == set()
    assert {re.sub(r"<a href=(.*)>", r"\1", link) for link in found.outside} == {
        REPORT,
        *(address for _, address in EVIDENCE.values()),
    }
    assert page().splitlines()[0] == "<!-- fingerprint: abc123 -->"


def test_page_tells_counts_and_numbers() -> None:
    text = without_tags(page())
    assert "4 checks, 2 of them notable" in text
    assert "InterroGate 1 0 1 0 1 4 2" in text
    assert "ETR-NLP 3 2 0 1 1 3 0" in text
    first, rest = text.split("Every check", 1)
    for expected in (
        "−3.91",
        "[−4.5938, −4.1391]",
        "[−4.5102, −4.1403]",
        "−4.14",
        "but not by the",
    ):
        assert expected in first
    assert rest.index("InterroGate") < rest.index("ETR-NLP") < rest.index("Running text")
    assert "2 inconsistent of 4 numbers" in rest


def test_page_names_conventions_with_their_verdicts() -> None:
    text = without_tags(page([fabricate.table_4()]))
    assert "metrics consistent judged by below" in text
    assert "tasks_inverted inconsistent stated in the paper" in text


def test_every_check_can_be_filtered() -> None:
    text = page()
    checks = re.findall(r'<details class="unit check" data-verdict="(\w+)"( data-notable)?', text)
    assert sorted(checks) == [
        ("consistent", ""), ("consistent", " data-notable"), ("inconsistent", " data-notable"),
        ("undecidable", ""),
    ]  # fmt: skip


def test_headings_have_scope() -> None:
    assert re.findall(r"<th\b(?![^>]*scope)[^>]*>", page()) == []


def test_labels_are_those_printed() -> None:
    labels = Labels(load_tables(ROOT / "data/published"))
    text = without_tags(page(labels=labels))
    assert "8 grouped facial attributes (tasks)" in text
    assert "Comparison of ETR-NLP with baselines" in text


def test_nothing_to_tell() -> None:
    found = outline(page([]))
    assert found.problems == []
    assert "0 checks, 0 of them notable" in without_tags(page([]))
    assert "Nothing to list." in source([], "abc123")


def test_nasty_words_are_shown_not_run() -> None:
    text = page([fabricate.nasty_finding()])
    assert "<script>alert" not in text
    found = outline(text)
    assert found.problems == []
    assert found.targets - set(found.ids) == set()


def test_summary() -> None:
    found = summarise(fabricate.findings())
    assert (found.n_checks, found.n_notable) == (4, 2)
    assert found.counts == {"consistent": 2, "inconsistent": 1, "undecidable": 1}


@needs_latex
@pytest.mark.latex
def test_all_formats_the_same_bytes_and_a_fresh_stamp(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_audit(fabricate.findings(), tmp_path / folder, "abc123")
    files = {f"audit.{kind}" for kind in ("csv", "tex", "html", "pdf", "json")}
    assert {path.name for path in (tmp_path / "a").iterdir()} == files
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    stamp = tmp_path / "a" / "audit.json"
    assert staleness(stamp, "abc123") is None
    assert set(read_stamp(stamp).files) == files - {"audit.json"}
    assert read_stamp(stamp).made_from["notable"] == 2


@needs_latex
@pytest.mark.latex
@pytest.mark.parametrize("nasty", [False, True])
def test_tables_compile_without_a_complaint(nasty: bool) -> None:
    findings = (*fabricate.findings(), *(fabricate.nasty_finding(),) * nasty)
    pdf, log = listing.compile_pdf(source(views(findings, Labels()), "abc123"))
    assert pdf is not None, log
    complaints = COMPLAINTS if not nasty else ("undefined", "Undefined", "Missing")
    assert [line for line in log.splitlines() if any(word in line for word in complaints)] == []


def test_latex_lists_all_checks_and_only_the_numbers_that_are_wrong() -> None:
    checks, numbers = source(views(fabricate.findings(), Labels()), "abc123").split(
        r"\label{tab:audit-numbers}"
    )
    assert checks.count(r" & delta & ") == 2
    assert r"\ensuremath{-}3.91" in numbers
    assert "mtl" in numbers
    assert r"\ensuremath{-}4.14 & " not in numbers.split("dwa")[0]


def test_without_pdflatex_the_stamp_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "audit.pdf").write_bytes(b"older numbers")
    monkeypatch.setattr(latex.shutil, "which", lambda name: None)
    stamp = write_audit(fabricate.findings(), tmp_path, "abc123")
    assert stamp.missing == {"pdf": latex.NO_LATEX}
    assert not (tmp_path / "audit.pdf").exists()
    assert "audit.pdf: not made" in capsys.readouterr().out


def test_refused_latex_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(document: str, inputs: dict[str, str]) -> None:
        raise MtlError("pdflatex failed: ! Undefined control sequence.")

    monkeypatch.setattr(latex, "compile_pdf", refuse)
    with pytest.raises(MtlError, match="pdflatex failed"):
        write_audit(fabricate.findings(), tmp_path / "out", "abc123")
    assert not (tmp_path / "out").exists()
