import shutil

import pytest

from mtl.config import Project
from mtl.errors import MtlError
from mtl.results.figures.option_sweep import build
from tests.results import fabricate as runs
from tests.results.figures import fabricate


def test_points_in_the_order_of_their_axis(drawn: Project) -> None:
    data = build(drawn, "faces", "sweep")
    [sweep] = data.sweeps
    numbers, words = sweep.panels
    assert [(p.shown.row, p.option) for p in numbers.points] == [("etr_low", 0.25), ("etr", 0.9)]
    assert [(p.shown.row, p.label, p.option) for p in words.points] == [
        ("gradnorm", "G", None),
        ("task_routing", "R", None),
    ]
    assert [p.mean for p in (*numbers.points, *words.points)] == pytest.approx(
        [0.4, 0.7, 0.55, 0.6]
    )
    assert [p.std for p in words.points] == [0.0, 0.0]
    [reference] = sweep.references
    assert (reference.label, reference.mean) == ("Hard sharing", pytest.approx(0.5))
    positive = [count / runs.N for count in runs.POSITIVE]
    expected = sum(2 * p / (1 + p) for p in positive) / 3
    assert sweep.all_positive == pytest.approx(expected, abs=1e-6)


def test_mean_and_sample_standard_deviation(drawn: Project) -> None:
    [unit] = drawn.units_for("faces", "celeba8", "gradnorm")
    values = [0.5, 0.52, 0.54, 0.56, 0.58]
    runs.write_unit(drawn.root, unit, lambda seed: {"f_score": values[seed]})
    point = build(drawn, "faces", "sweep").sweeps[0].panels[1].points[0]
    assert point.values == tuple(values)
    assert point.mean == pytest.approx(0.54)
    # Squared distances: 16 + 4 + 0 + 4 + 16 = 40 times 1e-4, over n - 1 = 4.
    assert point.std == pytest.approx(0.001**0.5)


def test_the_axis_shows_the_option_that_the_runs_have(drawn: Project) -> None:
    scale = fabricate.SCALE.replace(
        "learning_rate: 0.001}\n  celeba40: *training",
        "learning_rate: 0.001, rows: {etr: {options: {gamma: 0.5}}}}\n"
        "  celeba40: {width: 8, epochs: 3, batch_size: 32, eval_batch_size: 32, "
        "learning_rate: 0.001}",
    )
    assert scale != fabricate.SCALE
    fabricate.write_config(drawn.root, scale=scale)
    data = build(runs.load(drawn.root), "faces", "sweep", allow_missing=True)
    assert [point.option for point in data.sweeps[0].panels[0].points] == [0.25, 0.5]


def test_missing_points(drawn: Project) -> None:
    [unit] = drawn.units_for("faces", "celeba8", "etr_low")
    shutil.rmtree(drawn.root / unit.path)
    with pytest.raises(MtlError, match="figure faces/sweep: 1 runs are missing"):
        build(drawn, "faces", "sweep")
    data = build(drawn, "faces", "sweep", allow_missing=True)
    first, second = data.sweeps[0].panels[0].points
    assert (first.mean, first.std, first.values, first.option) == (None, None, (), 0.25)
    assert first.shown.missing == "not run yet"
    assert second.mean == pytest.approx(0.7)
