import pytest

from mtl.config import Project
from mtl.errors import MtlError
from mtl.results.figures.feature_maps import build
from tests.results import fabricate as runs
from tests.results.figures import fabricate


def test_the_maps_of_the_seed_that_stored_them(drawn: Project) -> None:
    data = build(drawn, "faces", "maps")
    [unit] = drawn.units_for("faces", "celeba8", "etr")
    assert (data.seed, data.mark) == (0, unit.fingerprint)
    assert (data.image.height, data.image.width) == (2, 2)
    assert data.image.pixels[1][1] == [9, 10, 255]
    [primitive] = data.primitives
    assert primitive.label == "average pooling 3x3"
    assert primitive.maps == ([[0.0, 0.5], [1.0, 2.0]],) * 3


def test_seeds_without_maps_are_passed_over(drawn: Project) -> None:
    scale = fabricate.SCALE.replace("seeds_together: 5", "seeds_together: 1")
    fabricate.write_config(drawn.root, scale=scale)
    project = runs.load(drawn.root)
    fabricate.write(project, "celeba8", "etr", {3: {"feature_maps": fabricate.maps()}})
    assert build(project, "faces", "maps").seed == 3


def test_no_seed_with_maps(drawn: Project) -> None:
    fabricate.write(drawn, "celeba8", "etr", {0: {"feature_maps": {}}})
    with pytest.raises(MtlError, match=r"'diagnostics': unknown diagnostic 'feature_maps'"):
        build(drawn, "faces", "maps")


def test_missing_runs(empty: Project) -> None:
    data = build(empty, "faces", "maps", allow_missing=True)
    assert (data.seed, data.image, data.primitives) == (None, None, ())
