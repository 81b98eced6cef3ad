import numpy as np
import pytest

from mtl.config import products
from mtl.errors import MtlError
from mtl.results.curves import build_curves
from mtl.results.records import load_unit
from tests.results import fabricate


def test_statistics_over_seeds_at_every_epoch(finished) -> None:
    figure = build_curves(finished, "faces", "figure_1a")
    [unit] = finished.units_for("faces", "celeba8", "etr")
    records = load_unit(finished.root / unit.path).records
    expected = np.array([[point["f_score"] for point in record.curve] for record in records])
    curve = figure.rows[1]
    assert (curve.row, curve.label, curve.label_html) == ("etr", "ETR", "<b>ETR</b>")
    assert curve.epochs == (1, 2, 3)
    assert curve.mean == pytest.approx(expected.mean(0))
    assert curve.std == pytest.approx(expected.std(0, ddof=1))
    assert curve.minimum == pytest.approx(expected.min(0))
    assert curve.maximum == pytest.approx(expected.max(0))
    assert (curve.n, len(curve.runs), curve.missing) == (5, 5, None)
    assert (figure.metric, figure.setting_label, figure.n_seeds) == ("f_score", "8 tasks", 5)
    assert figure.fingerprint == products.figure(finished, "faces", "figure_1a").fingerprint


def test_missing_runs(project) -> None:
    with pytest.raises(MtlError, match="figure faces/figure_1a: 2 runs are missing"):
        build_curves(project, "faces", "figure_1a")
    figure = build_curves(project, "faces", "figure_1a", allow_missing=True)
    assert [(curve.n, curve.epochs, curve.missing) for curve in figure.rows] == [
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
        build_curves(project, "faces", "figure_1a")
