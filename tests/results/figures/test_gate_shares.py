from __future__ import annotations

import shutil

import pytest

from mtl.config import Project
from mtl.errors import MtlError
from mtl.results.figures.gate_shares import build
from tests.results.figures import fabricate


def test_means_over_layers_and_seeds(drawn: Project) -> None:
    data = build(drawn, "faces", "gates")
    assert data.tasks == ("eyes", "nose")
    assert [row.shown.row for row in data.rows] == ["etr", "etr_low"]
    row = data.rows[0]
    eyes, nose = row.means["chosen"]
    # (0.5 + 0.25) / 2 + the mean of 0, 0.1 .. 0.4; and 0.5 whatever the seed.
    assert (eyes.mean, eyes.n) == (pytest.approx(0.575), 5)
    assert eyes.std == pytest.approx(0.025**0.5)
    assert (nose.mean, nose.std) == (pytest.approx(0.5), pytest.approx(0))
    assert [one.mean for one in row.means["largest"]] == pytest.approx([0.375, 0.625])
    assert row.layers == ("stem", "stage1.block1.conv1")
    first, second = row.by_layer["chosen"]
    assert [one.mean for one in first] == pytest.approx([0.7, 0])
    assert [one.mean for one in second] == pytest.approx([0.45, 1])


def test_seeds_of_other_layers_are_refused(drawn: Project) -> None:
    other = {**fabricate.gates(), "layers": ["stem", "elsewhere"]}
    found = {seed: {"gates": other if seed else fabricate.gates()} for seed in range(5)}
    fabricate.write(drawn, "celeba8", "etr", found)
    with pytest.raises(MtlError, match="the seeds of 'etr' have different tasks or layers"):
        build(drawn, "faces", "gates")


def test_rows_without_runs_are_left_out(drawn: Project) -> None:
    [unit] = drawn.units_for("faces", "celeba8", "etr")
    shutil.rmtree(drawn.root / unit.path)
    data = build(drawn, "faces", "gates", allow_missing=True)
    assert [row.shown.row for row in data.rows] == ["etr_low"]
    assert data.heading.shown[0].missing is not None
