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
from mtl.results.step_times import (
    STALE,
    UNMEASURED,
    StepTimes,
    identity_of,
    load,
    path_of,
    ratio,
)
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


def write(project: Project, rows: tuple[str, ...] = ("hard_sharing", "etr")) -> Path:
    """As if these rows had been measured in one of the two settings; a slower one after another."""
    path = project.root / path_of("mini", "faces", NAME)
    lines = [
        {"row": row, "setting": "celeba8", "median": 1 + 1.456 * k, "low": 0.9, "high": 3.0,
         "spec": identity_of(project.units_for("faces", "celeba8", row)[0])}
        for k, row in enumerate(rows)
    ]  # fmt: skip
    record = {"schema": 1, "baseline": "hard_sharing", "rounds": 9, "where": "CPU time on 1 thread",
              "rows": lines}  # fmt: skip
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
    assert "(CPU time on 1 thread). No time for " in note
    assert "GradNorm in 8 tasks, " in note
    assert note.endswith(f", Single task in 40 tasks ({UNMEASURED}).")
    assert "ETR in 8 tasks" not in note
    lines = [line for line in tidy(data, "abc").splitlines() if ",step_time," in line]
    assert len(lines) == 2
    assert "2.456" in lines[1]


def edited(project: Project, file: str, old: str, new: str) -> StepTimes:
    """What is left of the measurement after an edit of the configuration."""
    path = project.root / "workflow/config" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    found = load(load_project(project.root, "mini"), "faces", NAME)
    assert found is not None
    return found


ROWS = "papers/faces.yaml"
SCALE = "scales/mini.yaml"
ETR, HARD = "etr: {method: etr,", "hard_sharing: {method: hard_sharing,"


@pytest.mark.parametrize(
    ("file", "old", "new", "left"),
    [
        (ROWS, ETR, f"{ETR} options: {{gamma: 0.5}},", {"hard_sharing"}),
        (ROWS, HARD, "hard_sharing: {method: mgda_ub,", set()),
        (ROWS, "step_time: hard_sharing", "step_time: etr", set()),
        (SCALE, "batch_size: 32, eval", "batch_size: 16, eval", set()),
        (SCALE, "seeds_together: 5", "seeds_together: 1", set()),
        (SCALE, "short_side: 32", "short_side: 24", set()),
        (SCALE, "epochs: 3", "epochs: 4", {"hard_sharing", "etr"}),
        (SCALE, "learning_rate: 0.001", "learning_rate: 0.002", {"hard_sharing", "etr"}),
    ],
)
def test_a_ratio_is_left_while_both_steps_are_the_measured_ones(
    project: Project, file: str, old: str, new: str, left: set[str]
) -> None:
    write(project)
    found = edited(project, file, old, new)
    assert set(found.ratios) == {(row, "celeba8") for row in left}
    measured = {("hard_sharing", "celeba8"), ("etr", "celeba8")}
    assert {key for key in measured if found.gaps.get(key) == STALE} == measured - set(found.ratios)


def test_rows_that_have_left_the_table_are_not_told(project: Project) -> None:
    write(project, ("hard_sharing", "etr", "single_task"))
    found = edited(project, ROWS, "    extra_rows: [single_task]\n", "")
    assert not any(row == "single_task" for row, _ in (*found.ratios, *found.gaps))


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
