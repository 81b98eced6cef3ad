"""A method that starts from another's runs, and has options of its own, on some hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtl.config import load_project
from mtl.errors import MtlError
from tests.results import fabricate

PAPER = fabricate.PAPER.replace(
    "  single_task: {", "  stitched: {method: cross_stitch, label: Stitched}\n  single_task: {"
)
WITHOUT = PAPER.replace("{method: single_task,", "{method: hard_sharing,")


def test_on_its_hosts_it_starts_from_the_other_and_has_the_options(tmp_path: Path) -> None:
    fabricate.write_config(tmp_path, PAPER)
    project = load_project(tmp_path, "mini")
    stitched = project.units_for("faces", "celeba8", "stitched")
    assert [unit.start for unit in stitched] == project.units_for("faces", "celeba8", "single_task")
    assert stitched[0].spec["method"]["options"] == {"own": 0.8, "stitch_rate": 100.0}


def test_on_others_it_does_not(tmp_path: Path) -> None:
    fabricate.write_config(tmp_path, WITHOUT.replace("host: resnet18", "host: vgg16"))
    for unit in load_project(tmp_path, "mini").units_for("faces", "celeba8", "stitched"):
        assert unit.start is None
        assert "start" not in unit.identity
        assert unit.spec["method"]["options"] == {}


def test_the_other_must_be_a_row_where_it_starts(tmp_path: Path) -> None:
    fabricate.write_config(tmp_path, WITHOUT)
    with pytest.raises(MtlError, match=r"the runs of 'cross_stitch' start from .*'single_task'"):
        load_project(tmp_path, "mini")
