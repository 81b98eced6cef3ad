from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mtl.data import cityscapes
from mtl.data.layouts.cityscapes import distance, frames, read_camera
from mtl.data.layouts.cityscapes_classes import GROUPS, groups_by_id
from mtl.data.store import open_store
from mtl.data.twins import streets
from mtl.data.twins.caster.scene import SKY
from mtl.data.twins.street import layout
from mtl.data.twins.streets import CHUNK, Chunk, Dials, draw_chunk
from mtl.errors import MtlError

CONFIG = {"train": 18, "val": 3, "test": 2}
DIALS = Dials(**CONFIG)


@pytest.fixture(scope="module")
def many() -> list[Chunk]:
    return [draw_chunk(DIALS, 0, chunk) for chunk in range(8)]


def joined(many: list[Chunk], name: str) -> np.ndarray:
    values = [c.street.labels if name == "labels" else getattr(c, name) for c in many]
    return np.concatenate(values)


def test_the_shares_of_the_groups_are_near_the_real_ones(many: list[Chunk]) -> None:
    groups = groups_by_id("trainid")[joined(many, "labels")]
    shares = {name: float((groups == number).mean()) for number, name in enumerate(GROUPS)}
    wanted = {
        "flat": (0.27, 0.42), "construction": (0.2, 0.34), "object": (0.01, 0.03),
        "nature": (0.12, 0.22), "sky": (0.03, 0.1), "human": (0.004, 0.02),
        "vehicle": (0.05, 0.1),
    }  # fmt: skip
    for name, (low, high) in wanted.items():
        assert low < shares[name] < high, (name, shares)


def test_every_label_occurs(many: list[Chunk]) -> None:
    found = set(np.unique(joined(many, "labels")).tolist())
    assert found == {1, 7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 32, 33}


def test_poles_and_signs_are_seen_in_most_images(many: list[Chunk]) -> None:
    pixels = np.isin(joined(many, "labels"), (17, 19, 20)).sum((1, 2))
    assert (pixels >= 20).mean() > 0.8


def test_raw_disparities_have_the_real_ranges(many: list[Chunk]) -> None:
    raw = joined(many, "disparities")
    assert raw.dtype == np.uint16
    assert 0.13 < (raw == 0).mean() < 0.2
    assert 0.01 < (raw == 1).mean() < 0.06
    assert 20000 < raw.max() <= 126 * 256 + 1
    labels = joined(many, "labels")
    assert (labels[raw == 1] == layout.SKY_LABEL).all()
    assert (raw[labels == layout.HOOD] == 0).all()


def test_the_cameras_lead_back_to_the_distance(many: list[Chunk]) -> None:
    for chunk in many:
        for position, camera in enumerate(chunk.cameras):
            raw = chunk.disparities[position]
            used = (raw > 1) & (raw < 126 * 256 + 1)
            metres = distance(raw, camera)[used]
            exact = chunk.street.views.depth[position][used]
            # Rounding to 1/256 pixel of disparity.
            step = exact**2 / (camera.baseline * camera.fx * 256)
            assert (np.abs(metres - exact) <= 0.51 * step + 1e-4 * exact).all()
            assert np.isnan(distance(raw, camera)[raw == 0]).all()
            sky = (raw == 1) & (chunk.street.views.face[position] == SKY)
            assert np.isinf(distance(raw, camera)[sky]).all()


def test_the_image_depends_on_the_labels(many: list[Chunk]) -> None:
    """Mean colours of the groups differ by more than the noise."""
    images, labels = joined(many, "images").astype(float), joined(many, "labels")
    means = [images[labels == label].mean(0) for label in (7, 21, 23, 26)]
    for position, one in enumerate(means):
        for other in means[:position]:
            assert np.abs(one - other).max() > 20


def test_chunks_are_drawn_alike_in_any_order() -> None:
    first = draw_chunk(DIALS, 1, 2)
    draw_chunk(DIALS, 0, 0)
    again = draw_chunk(replace(DIALS, val=99), 1, 2)
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.disparities, again.disparities)
    other = draw_chunk(replace(DIALS, seed=1), 1, 2)
    assert not np.array_equal(first.street.labels, other.street.labels)


def test_the_twin_is_read_as_cityscapes(tmp_path: Path) -> None:
    streets.generate(CONFIG, tmp_path / "twin")
    root = tmp_path / "twin"
    for number, (split, count) in enumerate(CONFIG.items()):
        found = frames(root, split)
        assert len(found) == count
        by_name = {frame.name: frame for frame in found}
        for index in range(count):
            frame = by_name[streets.frame_place(split, index).split("/")[-1]]
            chunk = draw_chunk(DIALS, number, index // CHUNK)
            position = index % CHUNK
            for path, values in (
                (frame.image, chunk.images),
                (frame.labels, chunk.street.labels),
                (frame.disparity, chunk.disparities),
            ):
                np.testing.assert_array_equal(np.array(Image.open(path)), values[position])
            assert read_camera(frame.camera) == chunk.cameras[position]
    manifest = json.loads((root / "TWIN.json").read_text())
    assert manifest["twin"] == "streets"
    assert manifest["notice"].startswith("SYNTHETIC")
    assert manifest["files"] == 4 * sum(CONFIG.values())
    cityscapes.prepare(
        root, {"size": [32, 64]}, tmp_path / "out", {}, "0123456789ab", "twin", "synthetic"
    )
    store = open_store(tmp_path / "out", verify=True)
    assert store.sizes == {"train": 18, "val": 3}
    arrays = store.split("train")
    assert set(np.unique(arrays.targets["segmentation"])) >= {0, 1, 2, 3, 4, 6, 255}
    assert 0 < arrays.targets["depth"].max() < 0.5


def test_equal_dials_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        streets.generate({"train": 2, "val": 1, "test": 1}, tmp_path / name)
    files = sorted(path for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 17
    for path in files:
        other = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": 0}, "option 'train' must be at least 1"),
        ({"hight": 64}, "unknown option 'hight'.*Did you mean 'height'"),
        ({"width": 8}, "option 'width' must be at least 32"),
        ({"noise": -0.1}, "option 'noise' must be at least 0"),
    ],
)
def test_wrong_dials_are_refused(change: dict[str, float], message: str) -> None:
    with pytest.raises(MtlError, match=f"twin 'streets': .*{message}"):
        streets.check_config({**CONFIG, **change})
