import json

import pytest

from mtl.errors import MtlError
from mtl.provenance.stamp import sealed_staleness
from mtl.results.aggregate import build_table
from mtl.results.summary import write_summary


def test_holds_the_numbers_of_every_table(finished) -> None:
    path = finished.root / "results/summary.json"
    write_summary(finished, path, "abc")
    summary = json.loads(path.read_text())
    table = build_table(finished, "faces", "table_4")
    cell = table.rows[3].cells["celeba8", "recall"]
    assert summary["faces"]["table_4"]["etr"]["celeba8"]["recall"] == {
        "mean": pytest.approx(cell.mean, abs=5e-7),
        "std": pytest.approx(cell.std, abs=5e-7),
        "n": 5,
    }
    delta = summary["faces"]["table_4"]["etr"]["celeba40"]["delta_p"]
    assert delta["mean"] == pytest.approx(table.rows[3].deltas["celeba40"].value, abs=5e-7)
    assert set(summary["faces"]) == {"table_4", "table_3a"}
    assert set(summary["faces"]["table_3a"]["etr"]["celeba8"]) == {"precision", "recall"}


def test_is_its_own_stamp(finished) -> None:
    path = finished.root / "results/summary.json"
    write_summary(finished, path, "abc")
    first = path.read_bytes()
    assert sealed_staleness(path, "abc") is None
    assert sealed_staleness(path, "abd") is not None
    write_summary(finished, path, "abc")
    assert path.read_bytes() == first
    path.write_text(path.read_text().replace('"n": 5', '"n": 6'))
    assert sealed_staleness(path, "abc") == "it was edited"


def test_missing_runs(finished) -> None:
    [unit] = finished.units_for("faces", "celeba8", "etr")
    (finished.root / unit.record).unlink()
    path = finished.root / "results/summary.json"
    with pytest.raises(MtlError, match="runs are missing"):
        write_summary(finished, path, "abc")
    assert not path.exists()
    write_summary(finished, path, "abc", allow_missing=True)
    rows = json.loads(path.read_text())["faces"]["table_4"]
    assert set(rows["etr"]) == {"celeba40"}
    assert set(rows["gradnorm"]) == {"celeba8", "celeba40"}
