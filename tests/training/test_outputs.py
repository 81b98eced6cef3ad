from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtl.data.store import Store
from mtl.errors import MtlError
from mtl.results.records import load_unit
from mtl.training import outputs
from mtl.training.network import Counts
from tests.training.fabricate import make_identity, make_spec, make_trainer

COUNTS = Counts(1, 2, 7, 3, 4, (3, 16, 16))
PROFILE = {"width": 64, "macs": 5}


def write(store: Store, root: Path) -> None:
    spec = make_spec(host="resnet_small", width=4, batch_size=8, epochs=1)
    trainer = make_trainer(store, spec, (3, 11))
    trainer.run(lambda trainer: None)
    identity = make_identity(spec, (3, 11))
    places = (root / "out", root / "checkpoints")
    outputs.write_outputs(
        trainer, COUNTS, PROFILE, identity, "0" * 12, *places, resumed=2, cpu_s=1.23456
    )


def test_the_unit_is_written_last(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    atomic_write = outputs.atomic_write

    def noting(path: Path, data: bytes | str) -> None:
        written.append(str(path.relative_to(tmp_path)))
        atomic_write(path, data)

    monkeypatch.setattr(outputs, "atomic_write", noting)
    write(store, tmp_path)
    assert written == [
        "checkpoints/seed3.safetensors",
        "out/seed3/metrics.json",
        "checkpoints/seed11.safetensors",
        "out/seed11/metrics.json",
        "out/unit.json",
    ]


def test_the_unit_holds_what_differs_from_run_to_run(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path)
    unit = load_unit(tmp_path / "out", "0" * 12)
    provenance = unit.provenance
    assert provenance["resumed"] == 2
    assert provenance["timings"]["cpu_s"] == 1.235
    assert set(provenance["timings"]) == {
        "train_s",
        "eval_s",
        "diagnostics_s",
        "cpu_s",
        "batches",
    }
    assert set(provenance["versions"]) >= {"python", "torch", "numpy", "mtl"}
    record = json.loads((tmp_path / "out" / "seed3" / "metrics.json").read_text())
    assert not {"provenance", "created", "timings", "versions"} & set(record)
    assert record["counts"] == COUNTS.as_json()
    assert record["profile"] == PROFILE
    assert record["diagnostics"] == {}


def test_an_edited_record_is_refused(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path)
    path = tmp_path / "out" / "seed11" / "metrics.json"
    record = json.loads(path.read_text())
    record["metrics"]["f_score"] = 0.999
    path.write_text(json.dumps(record))
    with pytest.raises(MtlError, match=rf"{path}: the record was edited"):
        load_unit(tmp_path / "out")
