"""Options that a row has in one setting only."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtl.config import load_project
from mtl.errors import MtlError
from tests.results import fabricate


def write(root: Path, rows: str) -> None:
    """The small project, whose first setting gives rows options of its own."""
    place = "    metrics: [precision, recall, f_score]\n"
    paper = fabricate.PAPER.replace(place, f"{place}    rows: {rows}\n", 1)
    paper = paper.replace(
        "{<<: *setting, label: 40 tasks,", "{<<: *setting, rows: {}, label: 40 tasks,"
    )
    fabricate.write_config(root, paper)


def test_a_setting_changes_a_rows_options_and_no_other_setting_does(tmp_path: Path) -> None:
    write(tmp_path, "{task_routing: {gamma: 0.25}}")
    project = load_project(tmp_path, "mini")
    gammas = {
        setting: [
            unit.spec["method"]["options"]["gamma"]
            for unit in project.units_for("faces", setting, "task_routing")
        ]
        for setting in ("celeba8", "celeba40")
    }
    assert gammas == {"celeba8": [0.25], "celeba40": [0.9]}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("{task_ruting: {gamma: 0.25}}", r"rows\.task_ruting: unknown row .*'task_routing'"),
        (
            "{task_routing: {gama: 0.25}}",
            r"rows\.task_routing\.options\.gama: unknown option .*'gamma'",
        ),
        ("{task_routing: {gamma: 7}}", r"expected a number from 0 to 1, found 7"),
    ],
)
def test_what_no_row_can_have_is_refused(tmp_path: Path, rows: str, message: str) -> None:
    write(tmp_path, rows)
    with pytest.raises(MtlError, match=message):
        load_project(tmp_path, "mini")
