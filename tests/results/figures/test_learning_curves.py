import numpy as np
import pytest

from mtl.config import products
from mtl.errors import MtlError
from mtl.results.figures.learning_curves import build
from mtl.results.records import load_unit
from tests.results import fabricate


def test_statistics_over_seeds_at_every_epoch(finished) -> None:
    figure = build(finished, "faces", "figure_1a")
    [unit] = finished.units_for("faces", "celeba8", "etr")
    records = load_unit(finished.root / unit.path).records
    expected = np.array([[point["f_score"] for point in record.curve] for record in records])
    curve = figure.rows[1]
    assert (curve.shown.row, curve.shown.label, curve.shown.setting) == ("etr", "ETR", "celeba8")
    assert curve.x == (1, 2, 3)
    assert curve.mean == pytest.approx(expected.mean(0))
    assert curve.std == pytest.approx(expected.std(0, ddof=1))
    assert (curve.shown.n, len(curve.shown.runs), curve.shown.missing) == (5, 5, None)
    assert (figure.metric, curve.shown.setting_label) == ("f_score", "8 tasks")
    assert figure.heading.n_seeds == 5
    assert figure.heading.fingerprint == products.figure(finished, "faces", "figure_1a").fingerprint


def test_missing_runs(project) -> None:
    with pytest.raises(MtlError, match="figure faces/figure_1a: 2 runs are missing"):
        build(project, "faces", "figure_1a")
    figure = build(project, "faces", "figure_1a", allow_missing=True)
    assert [(curve.shown.n, curve.x, curve.shown.missing) for curve in figure.rows] == [
        (0, (), "not run yet")
    ] * 2


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ({"epoch": 4, "f_score": 0.5}, "epoch 4 has values of 5 of 10 seeds"),
        ({"epoch": 4, "fscore": 0.5}, "unknown metric 'f_score'.*Did you mean 'fscore'"),
    ],
)
def test_curves_that_do_not_fit(finished, point, message: str) -> None:
    scale = fabricate.SCALE.replace("seeds: 5", "seeds: 10")
    fabricate.write_config(finished.root, scale=scale)
    project = fabricate.load(finished.root)
    fabricate.write_runs(project, fabricate.realistic())
    unit = project.units_for("faces", "celeba8", "etr")[1]
    curve = [{"epoch": e, "f_score": 0.5} for e in (1, 2, 3)] + [point]
    fabricate.write_unit(project.root, unit, lambda seed: {"f_score": 0.5}, curve=curve)
    with pytest.raises(MtlError, match=message):
        build(project, "faces", "figure_1a")
