"""Measured step times: from the file to the column, and what an edit of the row makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtl.config import Project, load_project
from mtl.config.products import table
from mtl.errors import MtlError
from mtl.io import atomic_write, canonical_json, read_json
from mtl.render.sheet import MISSING, build_sheet
from mtl.render.tidy import table as tidy
from mtl.results.aggregate import build_table
from mtl.results.seal import seal
from mtl.results.step_times import identity_of, load, path_of, ratio
from tests.results import fabricate

NAME = "table_4"


def test_ratios_are_of_the_same_round() -> None:
    found = ratio([2.0, 30.0, 6.0, 4.0, 8.0], [1.0, 10.0, 2.0, 2.0, 2.0])
    assert (found.low, found.median, found.high) == (2.0, 3.0, 3.0)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    place = "    baseline: hard_sharing\n"
    paper = fabricate.PAPER.replace(place, f"{place}    step_time: hard_sharing\n")
    fabricate.write_config(tmp_path, paper)
    return fabricate.load(tmp_path)


def write(project: Project) -> Path:
    path = project.root / path_of("mini", "faces", NAME)
    rows = [
        {"row": row, "setting": "celeba8", "median": median, "low": 0.9, "high": 3.0,
         "spec": identity_of(project.units_for("faces", "celeba8", row)[0].spec)}
        for row, median in (("hard_sharing", 1.0), ("etr", 2.456))
    ]  # fmt: skip
    record = {"schema": 1, "baseline": "hard_sharing", "rounds": 9, "where": "CPU, 1 thread",
              "rows": rows}  # fmt: skip
    atomic_write(path, canonical_json(seal(record)))
    return path


def column(project: Project) -> dict[str, str]:
    sheet = build_sheet(build_table(project, "faces", NAME, allow_missing=True))
    return {
        line.id: entry.text
        for line in sheet.lines
        for entry in line.entries
        if (entry.column.metric, entry.column.setting) == ("step_time", "celeba8")
    }


def test_the_column_and_its_note(project: Project) -> None:
    assert set(column(project).values()) == {MISSING}
    before = table(project, "faces", NAME).fingerprint
    data = build_table(project, "faces", NAME, allow_missing=True)
    assert any("not measured at this scale" in note for note in build_sheet(data).footnotes)
    write(project)
    assert table(project, "faces", NAME).fingerprint != before
    texts = column(project)
    assert (texts["hard_sharing"], texts["etr"], texts["gradnorm"]) == ("1.00", "2.46", MISSING)
    data = build_table(project, "faces", NAME, allow_missing=True)
    note = next(n for n in build_sheet(data).footnotes if n.startswith("Step: "))
    assert "by that of Hard sharing; median over 9 rounds" in note
    assert "(CPU, 1 thread)." in note
    lines = [line for line in tidy(data, "abc").splitlines() if ",step_time," in line]
    assert len(lines) == 2
    assert "2.456" in lines[1]


def test_a_row_that_is_another_now_has_a_dash(project: Project) -> None:
    write(project)
    path = project.root / "workflow/config/papers/faces.yaml"
    now = "etr: {method: etr, options: {gamma: 0.5},"
    path.write_text(path.read_text().replace("etr: {method: etr,", now))
    changed = load_project(project.root, "mini")
    found = load(changed, "faces", NAME)
    assert found is not None
    assert found.stale == ("etr",)
    assert set(found.ratios) == {("hard_sharing", "celeba8")}


def test_an_edited_file_is_refused(project: Project) -> None:
    path = write(project)
    atomic_write(path, canonical_json({**read_json(path, "times"), "rounds": 10_000}))
    with pytest.raises(MtlError, match=rf"{NAME}\.json: the file was edited; measure again"):
        load(project, "faces", NAME)


def test_the_row_to_divide_by_is_checked(tmp_path: Path) -> None:
    paper = fabricate.PAPER.replace(
        "    baseline: hard_sharing\n", "    baseline: hard_sharing\n    step_time: hard\n", 1
    )
    fabricate.write_config(tmp_path, paper)
    with pytest.raises(MtlError, match=r"step_time: unknown row 'hard'"):
        load_project(tmp_path, "mini")
