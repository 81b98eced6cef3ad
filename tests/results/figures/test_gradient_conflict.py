import shutil

import pytest

from mtl.config import Project
from mtl.errors import MtlError
from mtl.results.figures.gradient_conflict import build
from tests.results.figures import fabricate


def test_quantities_by_epoch(drawn: Project) -> None:
    data = build(drawn, "faces", "conflict")
    assert list(data.curves) == ["cosine", "negative", "variance"]
    assert [curve.shown.row for curve in data.curves["cosine"]] == ["hard_sharing", "etr"]
    cosine = data.curves["cosine"][0]
    assert cosine.x == (0.5, 1.0)
    # Seeds 0 to 4 take 0, 0.1, ..., 0.4 off: the mean that of seed 2, the variance 10 / 4 * 0.01.
    assert cosine.mean == pytest.approx((-0.2, -0.7))
    assert cosine.std == pytest.approx((0.025**0.5,) * 2)
    negative = data.curves["negative"][0]
    assert (negative.mean, negative.std) == ((0.125, 0.25), (0.0, 0.0))


def test_seeds_with_other_epochs(drawn: Project) -> None:
    found = {seed: {"gradient_conflict": fabricate.conflict(seed)} for seed in range(5)}
    found[4]["gradient_conflict"]["points"][0]["epoch"] = 0.25
    fabricate.write(drawn, "celeba8", "etr", found)
    with pytest.raises(MtlError, match=r"epoch 0\.5 has values of 4 of 5 seeds"):
        build(drawn, "faces", "conflict")


def test_missing_rows(drawn: Project) -> None:
    [unit] = drawn.units_for("faces", "celeba8", "etr")
    shutil.rmtree(drawn.root / unit.path)
    data = build(drawn, "faces", "conflict", allow_missing=True)
    assert [curve.x for curve in data.curves["variance"]] == [(0.5, 1.0), ()]
