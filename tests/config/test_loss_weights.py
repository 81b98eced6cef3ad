"""Weights of the losses, which settings state and rows take."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtl.config import load_project
from mtl.errors import MtlError
from tests.results import fabricate

PLACE = "    metrics: [precision, recall, f_score]\n"
NAMES = ("global", "eyes", "hair", "mouth", "nose", "beard", "cheek", "wearings")


def write(root: Path, weights: str, row: str = "weighted: true") -> None:
    paper = fabricate.PAPER.replace(PLACE, f"{PLACE}    loss_weights: {{{weights}}}\n", 1)
    paper = paper.replace(
        "{<<: *setting, label: 40 tasks,", "{<<: *setting, loss_weights: {}, label: 40 tasks,"
    )
    start = paper.index("method: task_routing")
    paper = paper[:start] + f"{row}, " + paper[start:]
    fabricate.write_config(root, paper)


def test_a_weighted_row_has_the_weights_of_its_setting(tmp_path: Path) -> None:
    write(tmp_path, ", ".join(f"{name}: {k + 1}" for k, name in enumerate(NAMES)))
    project = load_project(tmp_path, "mini")
    weights = {
        (setting, row): unit.spec.get("loss_weights")
        for setting in ("celeba8", "celeba40")
        for row in ("task_routing", "hard_sharing")
        for unit in project.units_for("faces", setting, row)
    }
    assert weights == {
        ("celeba8", "task_routing"): [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
        ("celeba8", "hard_sharing"): None,
        ("celeba40", "task_routing"): None,
        ("celeba40", "hard_sharing"): None,
    }


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("glbal: 2", r"loss_weights\.glbal: unknown task of groups8 'glbal'.*'global'"),
        ("global: 2", r"loss_weights: expected a weight for each task; none for \['eyes',"),
        ("global: 0", r"loss_weights\.global: expected more than 0, found 0"),
    ],
)
def test_weights_are_of_all_tasks(tmp_path: Path, weights: str, message: str) -> None:
    write(tmp_path, weights)
    with pytest.raises(MtlError, match=message):
        load_project(tmp_path, "mini")
