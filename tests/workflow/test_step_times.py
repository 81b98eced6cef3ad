"""The command that measures, from the prepared data to the tables that show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtl.cli import main
from mtl.config import Project, load_project
from mtl.errors import MtlError
from mtl.io import read_json
from mtl.render import html, latex, text
from mtl.render.sheet import build_sheet
from mtl.results.aggregate import build_table
from mtl.results.seal import is_sealed
from mtl.workflow import jobs
from mtl.workflow.step_times import measure

PAPER = """\
name: digits
title: Digits
short: Digits
venue: tests
settings:
  digits:
    label: Digits
    dataset: digits
    tasks: left_right
    host: resnet_small
    metrics: [accuracy]
    evaluation: {split: val, selection: best_accuracy}
rows:
  mtl: {method: hard_sharing, label: Uniform MTL}
  stl: {method: single_task, label: Single task}
  pcgrad: {method: pcgrad, label: PCGrad}
tables:
  timed:
    title: Timed
    caption: Caption.
    baseline: stl
    step_time: mtl
    groups:
      - {setting: digits, label: Digits, metrics: [accuracy]}
    rows: [stl, mtl, pcgrad]
  untimed:
    title: Untimed
    caption: Caption.
    baseline: stl
    groups:
      - {setting: digits, label: Digits, metrics: [accuracy]}
    rows: [stl, mtl]
"""
SCALE = """\
name: mini
description: for tests
seeds: 3
seeds_together: 2
datasets:
  digits: {source: real, train: 16, val: 8, test: 8, side: 16}
settings:
  digits: {width: 8, epochs: 1, batch_size: 4, eval_batch_size: 8, learning_rate: 0.001}
"""
FILE = "results/reference/step_times/mini/digits/timed.json"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name, content in {"papers/digits.yaml": PAPER, "scales/mini.yaml": SCALE}.items():
        path = tmp_path / "workflow/config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MTL_SCALE", raising=False)
    return load_project(tmp_path, "mini")


def test_from_the_command_to_the_tables(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["step-time", "digits", "timed", "--device", "cpu"]) == 1
    assert "make them with `python -m mtl prepare digits`" in capsys.readouterr().err
    jobs.prepare(project, "digits")
    assert main(["step-time", "digits", "timed", "--device", "cpu", "--rounds", "3"]) == 0
    assert capsys.readouterr().out == f"digits: 3 rows, 3 rounds\n{FILE}\n"
    content = read_json(project.root / FILE, "measured step times")
    assert is_sealed(content)
    rows = {line["row"]: line for line in content["rows"]}
    assert set(rows) == {"stl", "mtl", "pcgrad"}
    assert (rows["mtl"]["low"], rows["mtl"]["median"], rows["mtl"]["high"]) == (1, 1, 1)
    assert all(line["seconds"] > 0 for line in rows.values())
    assert {"commit", "dirty", "platform", "versions"} <= content["provenance"].keys()
    sheet = build_sheet(build_table(project, "digits", "timed", allow_missing=True))
    ratio = f"{rows['stl']['median']:.2f}"
    assert ratio in text.table(sheet)
    assert ratio in latex.table(sheet, "digits", "timed", "abc")
    assert ratio in html.document(sheet, "digits", "timed", "abc")
    assert any("CPU time on 1 thread of" in note for note in sheet.footnotes)


def test_a_table_without_the_field_has_no_column(project: Project) -> None:
    sheet = build_sheet(build_table(project, "digits", "untimed", allow_missing=True))
    assert "step_time" not in [column.metric for column in sheet.columns]
    assert not any("Step" in note for note in sheet.footnotes)
    with pytest.raises(MtlError, match=r"digits/untimed: the table has no field 'step_time'"):
        measure(project, "digits", "untimed", 3)


def test_what_cannot_be_measured_is_refused(project: Project) -> None:
    with pytest.raises(MtlError, match="--rounds: expected at least 1, found 0"):
        measure(project, "digits", "timed", 0)
    with pytest.raises(MtlError, match=r"unknown table 'time'; .* Did you mean 'timed'\?"):
        measure(project, "digits", "time", 3)


def test_a_row_without_a_step_divides_none(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "workflow/config/papers/digits.yaml"
    closed = PAPER.replace("mtl: {method: hard_sharing", "mtl: {method: constant_predictor")
    path.write_text(closed, encoding="utf-8")
    with pytest.raises(MtlError, match="step_time: 'mtl' has no training step"):
        measure(load_project(tmp_path, "mini"), "digits", "timed", 3)
