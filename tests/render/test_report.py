"""What the page holds; how it behaves is tested in a browser (`test_report_browser`)."""

from __future__ import annotations

import re

import pytest

from mtl.errors import MtlError
from mtl.provenance.stamp import read_stamp, staleness
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
    assert outline(report.text).outside == []
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


def test_same_bytes(report: Report) -> None:
    assert page(report.project, "abc123", allow_missing=True) == report.text


def test_missing_runs_are_refused_unless_allowed(report: Report, tmp_path) -> None:
    with pytest.raises(MtlError, match="gradnorm in celeba40"):
        write_report(report.project, tmp_path / "page", "abc123")
    assert not (tmp_path / "page").exists()
