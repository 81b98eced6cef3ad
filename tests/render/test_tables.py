from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.provenance.stamp import read_stamp, staleness
from mtl.render import latex
from mtl.render.tables import write_table
from tests.render import fabricate

needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex not installed")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@needs_latex
@pytest.mark.latex
def test_all_formats_and_a_fresh_stamp(tmp_path: Path) -> None:
    stamp = write_table(fabricate.table(), tmp_path / "a", "abc123")
    assert set(contents(tmp_path / "a")) == {
        f"table_3a.{kind}" for kind in ("tex", "html", "csv", "pdf", "json")
    }
    assert set(stamp.files) == {f"table_3a.{kind}" for kind in ("tex", "html", "csv", "pdf")}
    assert stamp.missing == {}
    assert staleness(tmp_path / "a" / "table_3a.json", "abc123") is None
    assert stamp.made_from["runs"]["etr"] == [f"{run.path}" for run in fabricate.runs("etr", 3)]
    for kind in ("tex", "html", "csv"):
        first = (tmp_path / "a" / f"table_3a.{kind}").read_text().splitlines()[0]
        assert "fingerprint: abc123" in first
    write_table(fabricate.table(), tmp_path / "b", "abc123")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_without_pdflatex_the_stamp_says_why_and_no_old_pdf_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "table_3a.pdf").write_bytes(b"older numbers")
    monkeypatch.setattr(latex.shutil, "which", lambda name: None)
    write_table(fabricate.table(), tmp_path, "abc123")
    assert read_stamp(tmp_path / "table_3a.json").missing == {"pdf": latex.NO_LATEX}
    assert not (tmp_path / "table_3a.pdf").exists()
    assert "table_3a.pdf: not made: pdflatex not found" in capsys.readouterr().out


def test_refused_latex_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(document: str, inputs: dict[str, str]) -> None:
        raise MtlError("pdflatex failed: ! Undefined control sequence.")

    monkeypatch.setattr(latex, "compile_pdf", refuse)
    with pytest.raises(MtlError, match="pdflatex failed"):
        write_table(fabricate.table(), tmp_path / "out", "abc123")
    assert not (tmp_path / "out").exists()
