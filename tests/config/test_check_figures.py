"""Each mistake in a figure is told in one line: file, line, field, expected, found."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mtl.config import load_project
from tests.config.conftest import ETR_NLP, MINI, Edit

FIGURES = """\
  sweep:
    kind: option_sweep
    title: Sweep
    caption: By gamma.
    setting: celeba8
    metrics: [f_score]
    panels:
      - title: Numbers
        axis: Gamma
        option: gamma
        points:
          etr: "0.9"
          etr_low: "0.25"
      - title: Words
        axis: Method
        points:
          gradnorm: G
          mgda_ub: M
    references:
      - hard_sharing
  cka:
    kind: gradient_cka
    title: CKA
    caption: Alike.
    setting: celeba8
    row: hard_sharing
  conflict:
    kind: gradient_conflict
    title: Conflict
    caption: In training.
    setting: celeba8
    rows:
      - hard_sharing
      - etr
  related:
    kind: relatedness
    title: Gains
    caption: By relatedness.
    settings:
      - apart
      - alike
    metric: f_score
    baseline: single_task
    rows:
      - hard_sharing
      - etr
"""
TRADE_OFFS = """\
  reached:
    kind: trade_off
    title: Reached
    caption: For what it costs.
    cost: flops
    log: true
    metric: f_score
    series:
      - setting: apart
        label: Apart
        curve:
          - etr_low
          - etr
        points:
          - hard_sharing
      - setting: alike
        label: Near
        points:
          - hard_sharing
  gained:
    kind: trade_off
    title: Gained
    caption: For what it costs.
    cost: flops
    delta: primary
    metrics:
      - f_score
    series:
      - setting: celeba8
        label: Eight tasks
        baseline: single_task
        curve:
          - etr
"""
SETTINGS = """\
  apart: &related
    label: Apart
    dataset: faces_probe
    tasks: probe4
    host: resnet18
    metrics: [f_score]
    evaluation: {split: val, selection: best_f_score}
    twin: {relatedness: 0.0}
  alike:
    <<: *related
    label: Alike
    twin: {relatedness: 0.75}
"""
ROWS = """\
  etr_low:
    method: etr
    options:
      gamma: 0.25
"""
SCALE = "".join(
    f"  {name}: {{width: 8, epochs: 6, batch_size: 32, eval_batch_size: 200, "
    "learning_rate: 2e-3}\n"
    for name in ("apart", "alike")
)


@pytest.fixture
def paper(root: Path, edit: Edit) -> Path:
    """The project's paper with a figure of each kind that has checks of its own."""
    edit(ETR_NLP, "\nrows:\n", f"\n{SETTINGS}\nrows:\n{ROWS}")
    path = root / "workflow/config" / ETR_NLP
    path.write_text(path.read_text(encoding="utf-8") + FIGURES + TRADE_OFFS, encoding="utf-8")
    scale = root / "workflow/config" / MINI
    scale.write_text(scale.read_text(encoding="utf-8") + SCALE, encoding="utf-8")
    return path


def test_figures_without_mistakes(root: Path, paper: Path) -> None:
    figures = load_project(root, "mini").paper("etr_nlp").figures
    assert {"sweep", "cka", "conflict", "related", "reached", "gained"} < set(figures)
    assert figures["related"].pairs[0] == ("apart", "single_task")
    assert figures["reached"].pairs == (
        ("apart", "etr_low"), ("apart", "etr"), ("apart", "hard_sharing"),
        ("alike", "hard_sharing"),
    )  # fmt: skip
    assert figures["gained"].pairs == (("celeba8", "etr"), ("celeba8", "single_task"))
    assert [*figures["gained"].named_metrics] == [("cost",), ("metrics", 0)]


def test_a_sweep_can_show_what_a_diagnostic_measures(root: Path, paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    start = text.rindex("    metrics: [f_score]\n    panels")
    paper.write_text(
        text[:start] + text[start:].replace("f_score", "gradient_cosine", 1), encoding="utf-8"
    )
    project = load_project(root, "mini")
    assert project.paper("etr_nlp").figures["sweep"].metrics == ("gradient_cosine",)
    (unit,) = project.units_for("etr_nlp", "celeba8", "etr_low")
    assert unit.spec["diagnostics"] == ["gradient_conflict"]


MISTAKES = {
    "row of a panel": (
        '          etr_low: "0.25"\n',
        '          etr_lo: "0.25"\n',
        r"figures\.sweep\.panels\.0\.points\.etr_lo: unknown row 'etr_lo'.*Did you mean 'etr_low'",
    ),
    "reference": (
        "    references:\n      - hard_sharing\n",
        "    references:\n      - hard_sharin\n",
        r"figures\.sweep\.references\.0: unknown row 'hard_sharin'",
    ),
    "option that a method lacks": (
        "        option: gamma\n",
        "        option: gama\n",
        r"figures\.sweep\.panels\.0\.option: unknown option of etr \(row etr\) 'gama'; expected "
        r".*Did you mean 'gamma'\?",
    ),
    "option of another method": (
        '          etr: "0.9"\n',
        '          gradnorm: "0.9"\n',
        r"figures\.sweep\.panels\.0\.option: unknown option of gradnorm \(row gradnorm\) 'gamma'",
    ),
    "option that is no number": (
        '        option: gamma\n        points:\n          etr: "0.9"\n          etr_low: "0.25"\n',
        "        option: normalization\n        points:\n          mgda_ub: none\n",
        r"figures\.sweep\.panels\.0\.option: expected a numeric option, 'normalization' of row "
        r"'mgda_ub' is ",
    ),
    "label beside the option's value": (
        '          etr_low: "0.25"\n',
        '          etr_low: "0.2"\n',
        r"panels\.0\.points\.etr_low: expected the label 0\.25, as the row's gamma, found '0\.2'",
    ),
    "two points at one place": (
        "      gamma: 0.25\n",
        "      gamma: 0.9\n",
        r"panels\.0\.points\.etr_low: has the same gamma as row 'etr', 0\.9",
    ),
    "metric": (
        "    metrics: [f_score]\n    panels",
        "    metrics: [fscore]\n    panels",
        r"figures\.sweep\.metrics\.0: unknown metric of setting celeba8 'fscore'.*'f_score'\?",
    ),
    "row of a figure of one row": (
        "    row: hard_sharing\n",
        "    row: hard_share\n",
        r"figures\.cka\.row: unknown row 'hard_share'.*Did you mean 'hard_sharing'",
    ),
    "setting of a figure of one row": (
        "    setting: celeba8\n    row: hard_sharing\n",
        "    setting: celeba\n    row: hard_sharing\n",
        r"figures\.cka\.setting: unknown setting 'celeba'",
    ),
    "row twice": (
        "    setting: celeba8\n    rows:\n      - hard_sharing\n      - etr\n  related",
        "    setting: celeba8\n    rows:\n      - etr\n      - etr\n  related",
        r"figures\.conflict\.rows: row 'etr' appears more than once",
    ),
    "setting without the dial": (
        "      - apart\n      - alike\n",
        "      - apart\n      - celeba8\n",
        r"figures\.related\.settings\.1: setting 'celeba8' needs twin\.relatedness, a number from "
        r"0 to 1, found None",
    ),
    "dial out of its range": (
        "{relatedness: 0.75}",
        "{relatedness: 75}",
        r"figures\.related\.settings\.1: setting 'alike' needs twin\.relatedness.* found 75",
    ),
    "two settings of one relatedness": (
        "{relatedness: 0.75}",
        "{relatedness: 0.0}",
        r"related\.settings\.1: setting 'alike' has the same relatedness as 'apart', 0",
    ),
    "settings that differ in more": (
        "    label: Alike\n",
        "    label: Alike\n    host: vgg16\n",
        r"related\.settings\.1: setting 'alike' differs from 'apart' in host; only the relatedness",
    ),
    "baseline of another method": (
        "    baseline: single_task\n    rows:\n      - hard_sharing\n",
        "    baseline: hard_sharing\n    rows:\n      - single_task\n",
        r"related\.baseline: expected a row of method single_task, found one of hard_sharing",
    ),
    "row of a curve": (
        "        curve:\n          - etr_low\n",
        "        curve:\n          - etr_lo\n",
        r"figures\.reached\.series\.0\.curve\.0: unknown row 'etr_lo'.*Did you mean 'etr_low'",
    ),
    "single row beside a curve": (
        "        points:\n          - hard_sharing\n      - setting: alike",
        "        points:\n          - hard_share\n      - setting: alike",
        r"reached\.series\.0\.points\.0: unknown row 'hard_share'.*Did you mean 'hard_sharing'",
    ),
    "row on a curve and beside it": (
        "        points:\n          - hard_sharing\n      - setting: alike",
        "        points:\n          - etr\n      - setting: alike",
        r"reached\.series\.0\.points\.0: row 'etr' is on the curve already",
    ),
    "setting of a series": (
        "      - setting: alike\n",
        "      - setting: alik\n",
        r"reached\.series\.1\.setting: unknown setting 'alik'.*Did you mean 'alike'",
    ),
    "two series of one label": (
        "        label: Near\n",
        "        label: Apart\n",
        r"reached\.series\.1\.label: 'Apart' is another series' label already",
    ),
    "series without rows": (
        "        label: Near\n        points:\n          - hard_sharing\n",
        "        label: Near\n",
        r"reached\.series\.1: expected rows in curve or points, found none",
    ),
    "cost": (
        "    cost: flops\n    log: true\n",
        "    cost: flop\n    log: true\n",
        r"figures\.reached\.cost: unknown metric of setting apart 'flop'.*Did you mean 'flops'",
    ),
    "metric that a delta counts": (
        "    metrics:\n      - f_score\n",
        "    metrics:\n      - f_scor\n",
        r"figures\.gained\.metrics\.0: unknown metric of setting celeba8 'f_scor'",
    ),
    "convention of a delta": (
        "    delta: primary\n",
        "    delta: primaries\n",
        r"figures\.gained\..*delta: .*primaries",
    ),
    "metric and delta": (
        "    metric: f_score\n    series",
        "    metric: f_score\n    delta: primary\n    series",
        r"figures\.reached: expected a metric or a delta on the vertical axis, not both",
    ),
    "delta without metrics": (
        "    metrics:\n      - f_score\n    series",
        "    series",
        r"figures\.gained\.metrics: expected with a delta, and only with one",
    ),
    "delta without a baseline": (
        "        baseline: single_task\n        curve",
        "        curve",
        r"figures\.gained\.series\.0\.baseline: expected with a delta, and only with one",
    ),
    "baseline of a series": (
        "        baseline: single_task\n        curve",
        "        baseline: single_tas\n        curve",
        r"gained\.series\.0\.baseline: unknown row 'single_tas'.*Did you mean 'single_task'",
    ),
    "baseline among the rows": (
        "    baseline: single_task\n    rows:\n      - hard_sharing\n",
        "    baseline: single_task\n    rows:\n      - single_task\n",
        r"related\.rows\.0: row 'single_task' is the baseline already",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place(
    paper: Path, mistake: str, message: Callable[..., str]
) -> None:
    old, new, expected = MISTAKES[mistake]
    text = paper.read_text(encoding="utf-8")
    start = text.rindex(old)
    paper.write_text(text[:start] + new + text[start + len(old) :], encoding="utf-8")
    found = message("mini")
    assert re.search(expected, found), found
    assert all(
        re.match(r"workflow/config/papers/etr_nlp\.yaml:\d+: ", x) for x in found.split("\n")
    )


def test_the_line_is_that_of_the_point(paper: Path, message: Callable[..., str]) -> None:
    text = paper.read_text(encoding="utf-8").replace('etr_low: "0.25"', 'etr_low: "0.2"')
    paper.write_text(text, encoding="utf-8")
    line = text.splitlines().index('          etr_low: "0.2"') + 1
    assert f"{ETR_NLP}:{line}: figures.sweep" in message("mini")
