from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mtl.data import pascal
from mtl.data.store import open_store
from mtl.errors import MtlError
from tests.data.pascal_files import write_copy


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_copy(tmp_path / "raw")
    return tmp_path / "raw"


def prepare(root: Path, out: Path, size: list[int]) -> None:
    pascal.prepare(root, {"size": size}, out, {"some": "identity"}, "f" * 12, "real", "a label")


def test_a_copy_is_prepared_at_its_own_size(root: Path, tmp_path: Path) -> None:
    prepare(root, tmp_path / "out", [6, 8])
    store = open_store(tmp_path / "out", verify=True)
    assert (store.sizes, store.targets) == ({"train": 2, "val": 1}, pascal.COLUMNS)
    assert (store.columns, store.classes) == (pascal.COLUMNS, (21, 7, 2, 2, 0))
    split = store.split("train")
    assert split.images.shape == (2, 3, 6, 8)
    assert (split.targets["segmentation"][0, 0] == split.targets["saliency"][0, 0] * 15).all()
    assert sorted(np.unique(split.targets["parts"][0])) == [0, 1, 2]
    assert (split.targets["parts"][1] == 255).all()
    assert split.targets["normals"].dtype == np.float32
    assert store.names("val") == ["2008_000003"]


def test_a_line_of_one_pixel_survives_scaling(root: Path, tmp_path: Path) -> None:
    prepare(root, tmp_path / "out", [3, 4])
    split = open_store(tmp_path / "out").split("train")
    assert split.targets["edges"][0, 0].any(1).all()


def overlapping(place: int, new: int, old: int) -> list[int]:
    """The old pixels that a new one of `new` overlaps, one axis of `old`."""
    return [k for k in range(old) if k * new < (place + 1) * old and (k + 1) * new > place * old]


@given(
    arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 1)
    ),
    st.integers(1, 9),
    st.integers(1, 9),
)
def test_a_pixel_covers_what_overlaps_it(mask: np.ndarray, height: int, width: int) -> None:
    found = pascal.covering(mask, height, width)
    for i, j in np.ndindex(height, width):
        rows = overlapping(i, height, mask.shape[0])
        columns = overlapping(j, width, mask.shape[1])
        assert found[i, j] == mask[np.ix_(rows, columns)].max()


def test_the_manifest_follows_the_files(root: Path) -> None:
    before = pascal.raw_manifest(root)
    assert (before["train"]["images"], before["val"]["images"]) == (2, 1)
    path = root / "human_parts/2008_000003.mat"
    path.write_bytes(path.read_bytes() + b"\0")
    after = pascal.raw_manifest(root)
    assert after["train"] == before["train"]
    assert after["val"] != before["val"]
    path.unlink()
    with pytest.raises(MtlError, match=r"2008_000003\.mat: the file cannot be read"):
        pascal.raw_manifest(root)


def test_options() -> None:
    pascal.check_config({"size": [64, 64]})
    with pytest.raises(MtlError, match="pascal: unknown option 'sizes'"):
        pascal.check_config({"sizes": [64, 64]})
    with pytest.raises(MtlError, match="size"):
        pascal.check_config({})
