import json
from pathlib import Path
from typing import Any

import pytest

from mtl.errors import MtlError
from mtl.io import canonical_json, sha256
from mtl.results.records import load_record, load_unit
from mtl.results.seal import seal
from tests.results import fabricate


@pytest.fixture
def folder(project) -> Path:
    """A unit of five seeds."""
    [unit] = project.units_for("faces", "celeba8", "etr")
    scores = fabricate.realistic()
    fabricate.write_unit(project.root, unit, lambda seed: scores("celeba8", "etr", seed))
    return project.root / unit.path


def _edit(path: Path, reseal: bool = False, **changes: Any) -> None:
    data = {**json.loads(path.read_text()), **changes}
    path.write_text(canonical_json(seal(data) if reseal else data))


def test_reads_what_was_written(folder: Path) -> None:
    unit = load_unit(folder, folder.name)
    assert unit.seeds == (0, 1, 2, 3, 4)
    assert [record.seed for record in unit.records] == [0, 1, 2, 3, 4]
    assert unit.records[2].metrics == fabricate.realistic()("celeba8", "etr", 2)
    assert unit.records[2].path == folder / "seed2/metrics.json"
    assert unit.hashes[3] == sha256((folder / "seed3/metrics.json").read_bytes())
    assert unit.provenance["platform"] == fabricate.PLATFORM


def test_an_edited_record_is_refused_by_name(folder: Path) -> None:
    path = folder / "seed2/metrics.json"
    metrics = {**json.loads(path.read_text())["metrics"], "f_score": 0.99}
    _edit(path, metrics=metrics)
    with pytest.raises(MtlError, match=r"seed2/metrics\.json: the record was edited"):
        load_record(path)


def test_a_record_that_was_edited_and_sealed_again_is_refused(folder: Path) -> None:
    path = folder / "seed2/metrics.json"
    _edit(path, reseal=True, metrics={"f_score": 0.99})
    assert load_record(path).metrics == {"f_score": 0.99}
    with pytest.raises(MtlError, match=r"seed2/metrics\.json: is not the record that"):
        load_unit(folder)


@pytest.mark.parametrize("length", [0, 1, 100, -2])
def test_a_truncated_record_is_refused(folder: Path, length: int) -> None:
    path = folder / "seed4/metrics.json"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(MtlError, match=r"seed4/metrics\.json: the record is truncated"):
        load_unit(folder)


def test_an_absent_record_is_refused(folder: Path) -> None:
    (folder / "seed1/metrics.json").unlink()
    with pytest.raises(MtlError, match=r"seed1/metrics\.json: the record does not exist"):
        load_unit(folder)


def test_swapped_records_are_refused(folder: Path) -> None:
    first, second = folder / "seed0/metrics.json", folder / "seed1/metrics.json"
    first.write_bytes(second.read_bytes())
    with pytest.raises(MtlError, match=r"seed0/metrics\.json: holds seed 1"):
        load_unit(folder)


def test_an_edited_unit_is_refused(folder: Path) -> None:
    _edit(folder / "unit.json", method="etr_nlp")
    with pytest.raises(MtlError, match=r"unit\.json: the unit was edited"):
        load_unit(folder)


def test_a_unit_of_another_configuration_is_refused(folder: Path) -> None:
    with pytest.raises(MtlError, match=f"was made from {folder.name}, but abc was expected"):
        load_unit(folder, "abc")
    _edit(folder / "unit.json", reseal=True, fingerprint="abc")
    with pytest.raises(MtlError, match=r"seed0/metrics.json: 'fingerprint' is .* has 'abc'"):
        load_unit(folder)
    _edit(folder / "unit.json", reseal=True, seeds=[0, 1])
    with pytest.raises(MtlError, match=r"'records' names seeds .* not \[0, 1\]"):
        load_unit(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 2}, "the record has schema 2, expected 1"),
        ({"metrics": {}}, "field 'metrics' holds no metric"),
        ({"metrics": {"recall": "0.5"}}, "field 'metrics.recall' must be a number, found '0.5'"),
        ({"final": {"recall": True}}, "field 'final.recall' must be a number, found True"),
        ({"curve": {}}, "field 'curve' has the wrong type, dict"),
    ],
)
def test_a_record_that_makes_no_sense_is_refused(folder: Path, changes, message: str) -> None:
    path = folder / "seed0/metrics.json"
    _edit(path, reseal=True, **changes)
    with pytest.raises(MtlError, match=rf"metrics\.json: {message}"):
        load_record(path)


def test_a_field_that_is_lacking_is_named(folder: Path) -> None:
    path = folder / "seed0/metrics.json"
    data = json.loads(path.read_text())
    del data["curve"]
    path.write_text(canonical_json(seal(data)))
    with pytest.raises(MtlError, match="lacks the field 'curve'"):
        load_record(path)


@pytest.mark.parametrize(("text", "message"), [("[]", "must be a mapping"), ("3", "mapping")])
def test_other_json_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "metrics.json").write_text(text)
    with pytest.raises(MtlError, match=message):
        load_record(tmp_path / "metrics.json")


def test_nan_is_refused(folder: Path) -> None:
    path = folder / "seed0/metrics.json"
    path.write_text(path.read_text().replace('"train_loss": 1.0', '"train_loss": NaN'))
    with pytest.raises(MtlError, match="holds NaN"):
        load_record(path)
