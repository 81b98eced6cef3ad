import shutil

import pytest

from mtl.config import Project
from mtl.errors import MtlError
from mtl.results.figures.predictions import build
from tests.results.figures import fabricate


def test_the_pictures_of_each_rows_first_seed(drawn: Project) -> None:
    data = build(drawn, "faces", "panels")
    assert [(one.row, one.label, one.seed) for one in data.runs] == [
        ("hard_sharing", "Hard sharing", 0),
        ("etr", "ETR", 0),
    ]
    assert data.kinds == ("segmentation", "depth", "normals")
    assert data.classes == ("flat", "sky")
    [scene] = data.scenes
    assert scene.truth["segmentation"] == [[0, 1], [1, -1]]
    assert scene.predicted[1]["depth"] == [[1.5, 2.0], [0.0, 3.0]]
    assert scene.truth["normals"].pixels == fabricate.IMAGE["pixels"]


def test_rows_that_looked_at_other_images_are_refused(drawn: Project) -> None:
    other = fabricate.predictions(classes=["flat", "human"])
    fabricate.write(drawn, "celeba8", "etr", {0: {"predictions": other}})
    with pytest.raises(MtlError, match=r"holds other images than the runs of 'hard_sharing'"):
        build(drawn, "faces", "panels")


def test_a_row_without_runs_is_left_out(drawn: Project) -> None:
    [unit] = drawn.units_for("faces", "celeba8", "hard_sharing")
    shutil.rmtree(drawn.root / unit.path)
    with pytest.raises(MtlError, match="figure faces/panels: 1 runs are missing"):
        build(drawn, "faces", "panels")
    data = build(drawn, "faces", "panels", allow_missing=True)
    assert [one.row for one in data.runs] == ["etr"]


def test_missing_runs(empty: Project) -> None:
    data = build(empty, "faces", "panels", allow_missing=True)
    assert (data.scenes, data.runs, data.kinds) == ((), (), ())
