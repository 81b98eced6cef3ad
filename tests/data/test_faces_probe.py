from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mtl.data import celeba, faces_probe
from mtl.data.store import open_store
from mtl.data.twins import faces_probe as twin
from mtl.errors import MtlError


def test_four_tasks_share_the_teachers_out() -> None:
    tasks = faces_probe.PARTITIONS["probe4"]()
    assert [task["name"] for task in tasks] == ["task_1", "task_2", "task_3", "task_4"]
    assert [len(task["columns"]) for task in tasks] == [3, 3, 3, 3]
    columns = [column for task in tasks for column in task["columns"]]
    assert columns == list(celeba.ATTRIBUTES[:12])


def test_a_twin_is_prepared_under_its_own_name(tmp_path: Path) -> None:
    config = {"relatedness": 0.25, "train": 5, "val": 3, "test": 2, "seed": 6}
    twin.generate(config, tmp_path / "twin")
    faces_probe.prepare(
        tmp_path / "twin", {"short_side": 16}, tmp_path / "out", {}, "f" * 12, "twin", "a label"
    )
    store = open_store(tmp_path / "out", verify=True)
    assert store.dataset == "faces_probe"
    assert store.sizes == {"train": 5, "val": 3, "test": 2}
    assert (store.height, store.width) == (19, 16)
    assert store.columns == celeba.ATTRIBUTES
    drawn = twin.draw_chunk(twin.Dials(**config), 1, 0)  # type: ignore[arg-type]
    np.testing.assert_array_equal(store.split("val").labels, drawn.labels[:3])


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "expected one of the options 'short_side' and 'size'"),
        ({"short_sid": 8}, "unknown option 'short_sid'.*Did you mean 'short_side'"),
    ],
)
def test_wrong_options_are_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(MtlError, match=f"faces_probe: .*{message}"):
        faces_probe.check_config(config)
