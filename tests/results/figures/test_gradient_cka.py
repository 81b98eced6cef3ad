import pytest

from mtl.config import Project
from mtl.errors import MtlError
from mtl.results.figures.gradient_cka import build
from tests.results.figures import fabricate


def test_mean_over_seeds_of_each_pair(drawn: Project) -> None:
    data = build(drawn, "faces", "cka")
    assert data.tasks == ("eyes", "nose")
    assert [layer.name for layer in data.layers] == ["conv1", "conv2"]
    first, second = data.layers
    # Seeds 0 to 4 give level + 0, 0.01, ..., 0.04: the mean is that of seed 2, the variance
    # (4 + 1 + 0 + 1 + 4) / 4 times 1e-4.
    for cell in (first.cka[0][1], first.cka[1][0], first.between):
        assert (cell.mean, cell.std, cell.n) == (
            pytest.approx(0.52), pytest.approx(0.00025**0.5), 5,
        )  # fmt: skip
    assert (first.cka[0][0].mean, first.cka[0][0].std) == (1.0, 0.0)
    assert second.between.mean == pytest.approx(0.27)
    assert (data.n_images, data.batches) == (64, 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tasks": ["eyes", "mouth"]}, r"cka\.tasks': found \['eyes', 'mouth'\], other seeds have"),
        ({"n_images": 32}, r"n_images': found 32, other seeds have 64"),
        ({"layers": fabricate.cka(0)["layers"][:1]}, r"layers': found \['conv1'\], other seeds"),
        (
            {"layers": [{"name": name, "cka": [[1.0, 1.0]]} for name in ("conv1", "conv2")]},
            r"layers': the matrix of conv1 is not 2 x 2",
        ),
    ],
)
def test_seeds_that_were_measured_otherwise(drawn: Project, changes, message: str) -> None:
    found = {seed: {"gradient_cka": fabricate.cka(seed)} for seed in range(4)}
    found[4] = {"gradient_cka": fabricate.cka(4, **changes)}
    fabricate.write(drawn, "celeba8", "hard_sharing", found)
    with pytest.raises(MtlError, match=message):
        build(drawn, "faces", "cka")


def test_runs_without_the_diagnostic(drawn: Project) -> None:
    found = {seed: {"gradient_kca": {"layers": []}} for seed in range(5)}
    fabricate.write(drawn, "celeba8", "hard_sharing", found)
    with pytest.raises(MtlError, match=r"'diagnostics': unknown diagnostic 'gradient_cka'"):
        build(drawn, "faces", "cka")


def test_missing_runs(empty: Project) -> None:
    with pytest.raises(MtlError, match="figure faces/cka: 1 runs are missing"):
        build(empty, "faces", "cka")
    data = build(empty, "faces", "cka", allow_missing=True)
    assert (data.tasks, data.layers) == ((), ())
    assert [shown.missing for shown in data.heading.shown] == ["not run yet"]
