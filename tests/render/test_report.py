"""What the page holds; how it behaves is tested in a browser (`test_report_browser`)."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest

from mtl.config import load_project
from mtl.errors import MtlError
from mtl.provenance.stamp import read_stamp, staleness
from mtl.render.page import EVIDENCE
from mtl.render.report import page, write_report
from mtl.render.unit_view import unit_anchor
from tests.render.conftest import Report
from tests.render.outline import outline


def test_stamp(report: Report) -> None:
    stamp = report.path.with_suffix(".json")
    assert staleness(stamp, "abc123") is None
    assert read_stamp(stamp).made_from["units"] == sorted(u.name for u in report.project.units())
    assert report.text.splitlines()[0] == "<!-- fingerprint: abc123 -->"


def test_tags_are_balanced_and_ids_unique(report: Report) -> None:
    assert outline(report.text).problems == []


def test_one_file_that_loads_nothing(report: Report) -> None:
    links = {link.removeprefix("<a href=") for link in outline(report.text).outside}
    assert {link.partition("#")[0].removesuffix(">") for link in links} == {
        address for _, address in EVIDENCE.values()
    }
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest", report.text)


def test_every_link_has_a_target(report: Report) -> None:
    found = outline(report.text)
    assert found.targets - set(found.ids) == set()


def test_every_unit_and_run_has_an_anchor(report: Report) -> None:
    ids = set(outline(report.text).ids)
    for unit in report.project.units():
        assert unit_anchor(unit.fingerprint) in ids
        runs = {f"run-{unit.fingerprint}-seed{seed}" for seed in unit.seeds}
        assert runs <= ids or not (report.project.root / unit.record).exists()


def test_where_it_comes_from(report: Report) -> None:
    [unit] = report.project.units_for("faces", "celeba8", "etr")
    for expected in (
        "SYNTHETIC DATA", "<b>mini</b>: for tests", "c0ffeec0ffee", "torch 2.14.0", "cpu s 14.5",
        unit.data.fingerprint, unit.path.as_posix(), "not run yet", "All curves",
    ):  # fmt: skip
        assert expected in report.text


def test_the_trained_and_the_full_scales_network(report: Report) -> None:
    assert (
        "width 8; 11,200,008 learnable parameters, 11,200,000 active for one task; 148,000,000 "
        "MACs for 3×64×64" in report.text
    )
    assert "<dt>Full scale</dt><dd>width 64; 11,200,008 learnable" in report.text


def words(text: str) -> str:
    body = text[text.index("<main") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_agreement_stands_right_under_each_table_with_printed_numbers(report: Report) -> None:
    with_printed, without = re.findall(
        r'<section class="mtl-table".*?</section>', report.text, re.S
    )
    line = (
        "Agreement with the printed table: Kendall's τ 1.00 [1.00, 1.00], signs 1 of 1, orders 1 "
        "of 1 (SYNTHETIC twin 'faces' (no photographs), scale mini, n = 5)."
    )
    text = words("<main>" + with_printed)
    assert line in text
    assert text.index("Single task") < text.index(line) < text.index("Upper numbers")
    assert 'href="../agreement/agreement.html#faces-table_4"' in with_printed
    assert "Agreement" not in without


def test_summary_of_the_evidence(report: Report) -> None:
    text = words(report.text)
    [evidence] = re.findall(r" Evidence (.*?) Faces tests ", text)
    assert "2 checks of whether derived numbers" in evidence
    assert "2 consistent" in evidence
    assert "0 notable findings" in evidence
    assert "No claims are stated." in evidence
    assert "Faces, Table : Kendall's τ 1.00 [1.00, 1.00], signs 1 of 1, orders 1 of 1" in evidence
    assert "SYNTHETIC twin 'faces' (no photographs), scale mini, n = 5" in evidence


CLAIMS = """\
paper: faces
rows: {hard_sharing: Hard sharing, etr: ETR}
settings: {celeba8: 8 tasks}
claims:
  better:
    statement: ETR has a higher F-score than hard sharing.
    quote: better
    source: section 1
    tables: [table_4]
    tests: [{kind: better, rows: [etr], than: [hard_sharing], columns: {celeba8: [f_score]}}]
"""


def test_summary_of_claims(report: Report, tmp_path: Path) -> None:
    for name in ("workflow", "data", "results"):
        shutil.copytree(report.project.root / name, tmp_path / name)
    (tmp_path / "workflow/config/claims").mkdir()
    (tmp_path / "workflow/config/claims/faces.yaml").write_text(CLAIMS, encoding="utf-8")
    text = words(page(load_project(tmp_path, "mini"), "abc123", allow_missing=True))
    assert "1 claims of the papers" not in text
    assert "1 claim of the papers. By the printed numbers" in text
    assert "By our runs: SYNTHETIC twin 'faces' (no photographs), scale mini 1 supported" in text


def test_no_printed_numbers_at_all(report: Report, tmp_path: Path) -> None:
    for name in ("workflow", "results"):
        shutil.copytree(report.project.root / name, tmp_path / name)
    config = tmp_path / "workflow/config/papers/faces.yaml"
    lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    config.write_text("".join(line for line in lines if "published" not in line))
    text = words(page(load_project(tmp_path, "mini"), "abc123", allow_missing=True))
    assert "No printed tables." in text
    assert "No table with printed numbers has runs to compare." in text
    assert "Agreement with the printed table:" not in text


def test_same_bytes(report: Report) -> None:
    assert page(report.project, "abc123", allow_missing=True) == report.text


def test_missing_runs_are_refused_unless_allowed(report: Report, tmp_path) -> None:
    with pytest.raises(MtlError, match="gradnorm in celeba40"):
        write_report(report.project, tmp_path / "page", "abc123")
    assert not (tmp_path / "page").exists()
