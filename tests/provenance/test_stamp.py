from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.io import canonical_json
from mtl.provenance.guard import guard
from mtl.provenance.stamp import (
    note_records,
    note_sealed_records,
    read_stamp,
    sealed_staleness,
    staleness,
    write_stamp,
)
from mtl.results.seal import seal

RUNS = {"celeba/etr/a": "1", "celeba/etr/b": "2"}


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """A stamped table; the path of its stamp."""
    (tmp_path / "table.tex").write_text("1 & 2")
    (tmp_path / "table.csv").write_text("1,2")
    path = tmp_path / "table.json"
    write_stamp(path, "f1", ["table.tex", "table.csv"], made_from={"runs": {}})
    return path


def test_fresh_whatever_the_times_say(product: Path) -> None:
    assert staleness(product, "f1") is None
    os.utime(product.with_suffix(".tex"), (0, 0))
    os.utime(product, (2e9, 2e9))
    assert staleness(product, "f1") is None


def test_another_fingerprint(product: Path) -> None:
    assert staleness(product, "f2") == "made from other runs, configuration or code"


@pytest.mark.parametrize("name", ["table.tex", "table.csv"])
def test_an_edited_or_deleted_file(product: Path, name: str) -> None:
    path = product.parent / name
    text = path.read_text()
    path.write_text(text + " ")
    assert staleness(product, "f1") == f"{name} was edited or deleted"
    path.unlink()
    assert staleness(product, "f1") == f"{name} was edited or deleted"
    path.write_text(text)
    assert staleness(product, "f1") is None


def test_absent_and_damaged_stamps(product: Path) -> None:
    assert staleness(product.parent / "other.json", "f1") == "was never made"
    for damage in ('{"fingerprint": "f1"', '{"fingerprint": "f1"}', "[]", '{"a": 1}'):
        product.write_text(damage)
        assert staleness(product, "f1") == "its stamp is damaged"


def test_records_on_disk_must_be_those_that_it_was_made_from(product: Path) -> None:
    assert staleness(product, "f1", RUNS) == "was not finished"
    note_records(product, RUNS)
    assert read_stamp(product).made_from["runs"] == {}
    assert staleness(product, "f1", RUNS) is None
    assert staleness(product, "f1", {}) is None
    assert staleness(product, "f1", {"celeba/etr/b": "2"}) is None
    other = {**RUNS, "celeba/etr/b": "3"}
    assert staleness(product, "f1", other) == "the records of celeba/etr/b are others"


@pytest.mark.parametrize(("found", "stale"), [("/usr/bin/pdflatex", True), (None, False)])
def test_a_missing_pdf_is_due_once_latex_is_there(
    product: Path, monkeypatch: pytest.MonkeyPatch, found: str | None, stale: bool
) -> None:
    write_stamp(product, "f1", ["table.tex"], missing={"pdf": "pdflatex is not installed"})
    monkeypatch.setattr(shutil, "which", lambda name: found)
    assert (staleness(product, "f1") == "pdflatex is now available") == stale


def test_what_cannot_be_stamped(product: Path) -> None:
    with pytest.raises(MtlError, match=r"other\.tex: cannot be stamped, as it was not written"):
        write_stamp(product, "f1", ["other.tex"])
    with pytest.raises(MtlError, match="a stamped file must lie in"):
        write_stamp(product, "f1", ["../elsewhere.tex"])


def test_a_stamp_is_the_same_bytes_again(product: Path) -> None:
    before = product.read_bytes()
    write_stamp(product, "f1", ["table.csv", "table.tex"], made_from={"runs": {}})
    assert product.read_bytes() == before


def test_a_sealed_product_is_its_own_stamp(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    assert sealed_staleness(path, "f1", RUNS) == "was never made"
    path.write_text("{")
    assert sealed_staleness(path, "f1", RUNS) == "it is damaged"
    path.write_text(canonical_json(seal({"fingerprint": "f1", "accuracy": 0.5})))
    assert sealed_staleness(path, "f1", RUNS) == "was not finished"
    note_sealed_records(path, RUNS)
    assert sealed_staleness(path, "f1", RUNS) is None
    assert sealed_staleness(path, "f1", {"celeba/etr/a": "1"}) is None
    assert sealed_staleness(path, "f1", {**RUNS, "celeba/etr/b": "3"}) == "some records are others"
    assert sealed_staleness(path, "f2", RUNS) == "made from other runs, configuration or code"
    path.write_text(path.read_text().replace("0.5", "0.6"))
    assert sealed_staleness(path, "f1", RUNS) == "it was edited"


def test_a_guard_is_old_when_fresh_and_new_when_stale(tmp_path: Path) -> None:
    relative = guard("results/table.json", None, tmp_path)
    path = tmp_path / relative
    assert path.stat().st_mtime == 0
    guard("results/table.json", "it was edited", tmp_path)
    first = path.read_text()
    assert path.stat().st_mtime > 1e9
    guard("results/table.json", "it was edited", tmp_path)
    assert path.read_text() != first  # Snakemake ignores a newer time when the text is the same
    guard("results/table.json", None, tmp_path)
    assert path.stat().st_mtime == 0
