import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.config import Project
from mtl.errors import MtlError
from mtl.results.figures.relatedness import build
from mtl.results.statistics import pair, summarise
from tests.results import fabricate as runs
from tests.results.figures import fabricate


def test_differences_paired_by_seed_in_the_order_of_relatedness(drawn: Project) -> None:
    data = build(drawn, "faces", "related")
    hard_sharing, etr = data.rows
    assert [gain.relatedness for gain in etr] == [0.0, 0.75]
    assert [gain.shown.setting for gain in etr] == ["related0", "related1"]
    assert [shown.setting for shown in data.baseline] == ["related0", "related1"]
    # Single-task learning has 0.4 + 0.01 * seed: its mean is 0.42, that of ETR 0.7 and 0.8.
    assert [gain.mean for gain in etr] == pytest.approx([0.28, 0.38])
    assert [gain.mean for gain in hard_sharing] == pytest.approx([0.08, 0.08])
    assert [gain.std for gain in etr] == pytest.approx([0.00025**0.5] * 2)
    assert {(gain.n, gain.dropped) for gain in etr} == {(5, ())}


def test_a_setting_without_its_baseline_has_no_point(drawn: Project) -> None:
    [unit] = drawn.units_for("faces", "related0", "single_task")
    shutil.rmtree(drawn.root / unit.path)
    with pytest.raises(MtlError, match="single_task in related0"):
        build(drawn, "faces", "related")
    data = build(drawn, "faces", "related", allow_missing=True)
    first, second = data.rows[0]
    assert (first.mean, first.std, first.n, first.dropped) == (None, None, 0, (0, 1, 2, 3, 4))
    assert second.n == 5


def test_seeds_without_a_partner_are_dropped_and_named(drawn: Project) -> None:
    scale = fabricate.SCALE.replace("seeds_together: 5", "seeds_together: 3")
    fabricate.write_config(drawn.root, scale=scale)
    project = runs.load(drawn.root)
    for setting in ("related0", "related1"):
        for row in ("single_task", "hard_sharing", "etr"):
            fabricate.write(project, setting, row)
    last = project.units_for("faces", "related0", "single_task")[1]
    shutil.rmtree(project.root / last.path)
    gain = build(project, "faces", "related", allow_missing=True).rows[1][0]
    assert (gain.n, gain.dropped) == (3, (3, 4))
    assert gain.mean == pytest.approx(0.7 - 0.41)


SCORES = st.lists(st.floats(0, 1), min_size=2, max_size=5)


@given(SCORES, st.floats(-0.5, 0.5))
def test_a_constant_gain_has_no_spread_however_seeds_vary(base: list[float], gain: float) -> None:
    reference = dict(enumerate(base))
    own = {seed: value + gain for seed, value in reference.items()}
    summary = summarise(pair(own, reference).differences)
    assert summary.mean == pytest.approx(gain, abs=1e-12)
    assert summary.std == pytest.approx(0, abs=1e-12)
