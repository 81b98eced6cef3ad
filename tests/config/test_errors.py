"""Each mistake in the configuration is told in one line: file, line, field, expected, found."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mtl.config import load_project
from mtl.errors import MtlError
from tests.config.conftest import DIGITS, ETR_NLP, MINI, Edit

Message = Callable[..., str]

# Of Table 3(a), the first table whose group starts so.
COLUMNS = "        metrics:\n          - precision\n          - recall\n    rows:\n"

MISTAKES = {
    "unknown key": (
        ETR_NLP,
        "    baseline: hard_sharing\n    delta: metrics\n    groups:\n      - setting: celeba8\n"
        "        label: CelebA\n",
        "    basline: hard_sharing\n    delta: metrics\n    groups:\n      - setting: celeba8\n"
        "        label: CelebA\n",
        r"etr_nlp\.yaml:\d+: tables\.table_3a\.basline: unknown key 'basline'; expected one of "
        r"baseline, .*Did you mean 'baseline'\?",
    ),
    "missing key": (
        ETR_NLP,
        f"        label: CelebA\n{COLUMNS}",
        COLUMNS,
        r"^.*etr_nlp\.yaml:\d+: tables\.table_3a\.groups\.0\.label: this key is required, but "
        r"missing$",
    ),
    "text for a number": (
        MINI,
        "epochs: 6",
        'epochs: "6"',
        r"mini\.yaml:\d+: settings\.celeba8\.epochs: expected a whole number, found '6' \(text\)",
    ),
    "date for text": (
        MINI,
        "description: For tests.",
        "description: 2020-01-02",
        r"mini\.yaml:\d+: description: expected text, found datetime\.date\(.*\(date\)",
    ),
    "fraction for a whole number": (
        MINI,
        "width: 8",
        "width: 8.5",
        r"settings\.celeba8\.width: expected a whole number, found 8\.5 \(number\)",
    ),
    "number below its range": (
        MINI,
        "seeds: 5",
        "seeds: 0",
        r"mini\.yaml:\d+: seeds: expected at least 1, found 0 \(number\)",
    ),
    "learning rate above its range": (
        MINI,
        "learning_rate: 2e-3",
        "learning_rate: 2",
        r"settings\.celeba8\.learning_rate: expected less than 1, found 2 \(number\)",
    ),
    "word outside the choices": (
        ETR_NLP,
        "selection: best_f_score",
        "selection: best_fscore",
        r"settings\.celeba8\.evaluation\.selection: expected one of best_f_score, best_accuracy"
        r".* found 'best_fscore' \(text\)\. Did you mean 'best_f_score'\?",
    ),
    "mapping for a list": (
        ETR_NLP,
        "    metrics:\n      - precision\n      - recall\n      - f_score\n    evaluation",
        "    metrics: {precision: 1}\n    evaluation",
        r"settings\.celeba8\.metrics: expected a list, found a mapping",
    ),
    "list as an option's value": (
        ETR_NLP,
        "      alpha: 0.5",
        "      alpha: [0.5]",
        r"rows\.gradnorm\.options\.alpha: .*found a list of 1",
    ),
    "name that is no identifier": (
        ETR_NLP,
        "  gradnorm:\n",
        "  GradNorm:\n",
        r"rows\.GradNorm: expected a lower-case name",
    ),
    "duplicate key": (
        MINI,
        "    width: 8\n",
        "    width: 8\n    width: 16\n",
        r"mini\.yaml:(\d+): settings\.celeba8\.width: duplicate key 'width', first given in line "
        r"\d+; keep one",
    ),
    "broken YAML": (MINI, "seeds: 5", "seeds: [5", r"mini\.yaml:\d+: not valid YAML"),
    "other name than the file's": (
        MINI,
        "name: mini",
        "name: maxi",
        r"mini\.yaml:2: name: expected 'mini', as the file is called, found 'maxi'",
    ),
    "unknown dataset": (
        ETR_NLP,
        "dataset: celeba",
        "dataset: celeb",
        r"settings\.celeba8\.dataset: unknown dataset 'celeb'.*Did you mean 'celeba'\?",
    ),
    "unknown partition": (
        ETR_NLP,
        "tasks: groups8",
        "tasks: group8",
        r"settings\.celeba8\.tasks: unknown partition 'group8'; expected one of attributes40, "
        r"groups8, labels3\. Did you mean 'groups8'\?",
    ),
    "host of maps": (
        ETR_NLP,
        "host: resnet18",
        "host: segnet",
        r"settings\.celeba8\.host: the tasks 'groups8' need a host that pools its features, found "
        r"'segnet'",
    ),
    "unknown host": (
        ETR_NLP,
        "host: resnet18",
        "host: resnet",
        r"settings\.celeba8\.host: unknown host 'resnet'; expected one of .*resnet18",
    ),
    "metric of another kind of task": (
        DIGITS,
        "      - accuracy_left\n",
        "      - f_score\n",
        r"digits\.yaml:\d+: settings\.digits\.metrics\.0: unknown metric of left_right 'f_score'",
    ),
    "metric of gradients where tasks have none": (
        DIGITS,
        "      - accuracy_left\n",
        "      - gradient_cosine\n",
        r"settings\.digits\.metrics\.0: unknown metric of left_right 'gradient_cosine'",
    ),
    "nothing but what diagnostics find": (
        ETR_NLP,
        "    metrics:\n      - precision\n      - recall\n      - f_score\n    evaluation",
        "    metrics:\n      - gradient_cosine\n    evaluation",
        r"settings\.celeba8\.metrics: expected one of precision, recall, f_score besides what",
    ),
    "curve of a mean over training": (
        ETR_NLP,
        "    setting: celeba8\n    metric: f_score\n",
        "    setting: celeba8\n    metric: gradient_cosine\n",
        r"figures\.figure_1a\.metric: 'gradient_cosine' comes from a diagnostic",
    ),
    "order of a setting that the table lacks": (
        ETR_NLP,
        "    published: data/published/etr_nlp/table_3a.csv",
        "    order: {setting: celeba40, metric: recall}",
        r"tables\.table_3a\.order\.setting: unknown setting of this table 'celeba40'; expected one "
        r"of celeba8",
    ),
    "order of a metric that the table lacks": (
        ETR_NLP,
        "    published: data/published/etr_nlp/table_3a.csv",
        "    order: {setting: celeba8, metric: f_score}",
        r"tables\.table_3a\.order\.metric: unknown metric of this table in celeba8 'f_score'; "
        r"expected one of precision, recall",
    ),
    "feature that no table names": (
        ETR_NLP,
        "    method: hard_sharing\n",
        "    method: hard_sharing\n    features: [average]\n",
        r"rows\.hard_sharing\.features\.0: unknown feature of a table 'average'; expected one of "
        r"avg, conv, max, perturb, shift",
    ),
    "costs neither once nor in each group": (
        ETR_NLP,
        "    baseline: hard_sharing\n    delta: metrics\n    groups:\n",
        "    baseline: hard_sharing\n    delta: metrics\n    costs: twice\n    groups:\n",
        r"tables\.table_3a\.costs: expected one of once or each, found 'twice'",
    ),
    "selection by a metric that is not measured": (
        DIGITS,
        "selection: best_accuracy",
        "selection: best_f_score",
        r"settings\.digits\.evaluation\.selection: 'best_f_score' needs a metric that the tasks "
        r"'left_right' do not have",
    ),
    "unknown method": (
        ETR_NLP,
        "method: gradnorm",
        "method: grad_norm",
        r"rows\.gradnorm\.method: unknown method 'grad_norm'.*Did you mean 'gradnorm'\?",
    ),
    "unknown option": (
        ETR_NLP,
        "      alpha: 0.5",
        "      alfa: 0.5",
        r"rows\.gradnorm\.options\.alfa: unknown option of gradnorm 'alfa'; expected one of alpha",
    ),
    "option out of its range": (
        ETR_NLP,
        "      gamma: 0.9",
        "      gamma: 1.9",
        r"rows\.task_routing\.options\.gamma: expected a number from 0 to 1, found 1\.9",
    ),
    "option of another type": (
        ETR_NLP,
        "      gamma: 0.9",
        "      gamma: high",
        r"rows\.task_routing\.options\.gamma: expected a number, found 'high'",
    ),
    "truth value for a number": (
        ETR_NLP,
        "      gamma: 0.9",
        "      gamma: true",
        r"rows\.task_routing\.options\.gamma: expected a number, found True",
    ),
    "regime that the method lacks": (
        ETR_NLP,
        "    method: gradnorm\n",
        "    method: gradnorm\n    regime: steady_state\n",
        r"rows\.gradnorm\.regime: unknown regime of gradnorm 'steady_state'; expected one of joint",
    ),
    "unknown row": (
        ETR_NLP,
        "      - attentive\n",
        "      - attentiv\n",
        r"tables\.table_3a\.rows\.1: unknown row 'attentiv'.*Did you mean 'attentive'\?",
    ),
    "row given twice": (
        ETR_NLP,
        "      - attentive\n",
        "      - hard_sharing\n",
        r"tables\.table_3a\.rows: row 'hard_sharing' appears more than once",
    ),
    "baseline outside the table": (
        ETR_NLP,
        "    baseline: hard_sharing\n    delta: metrics\n    groups:\n",
        "    baseline: gradnorm\n    delta: metrics\n    groups:\n",
        r"tables\.table_3a\.baseline: unknown row 'gradnorm'",
    ),
    "unknown setting of a table": (
        ETR_NLP,
        f"      - setting: celeba8\n        label: CelebA\n{COLUMNS}",
        f"      - setting: celeba80\n        label: CelebA\n{COLUMNS}",
        r"tables\.table_3a\.groups\.0\.setting: unknown setting 'celeba80'",
    ),
    "unknown metric of a figure": (
        ETR_NLP,
        "    setting: celeba8\n    metric: f_score\n",
        "    setting: celeba8\n    metric: f1\n",
        r"figures\.figure_1a\.metric: unknown metric of setting celeba8 'f1'",
    ),
    "published numbers that are not there": (
        ETR_NLP,
        "published: data/published/etr_nlp/table_3a.csv",
        "published: data/published/etr_nlp/table_3.csv",
        r"tables\.table_3a\.published: expected a CSV file of printed numbers, found no file "
        r"'data/published/etr_nlp/table_3\.csv'",
    ),
    "setting that the scale lacks": (
        MINI,
        "  celeba40:\n    width: 8\n    epochs: 6\n    batch_size: 32\n    eval_batch_size: 200\n"
        "    learning_rate: 2e-3\n",
        "",
        r"mini\.yaml:\d+: settings: setting 'celeba40' of .*etr_nlp\.yaml is missing",
    ),
    "setting that no paper has": (
        MINI,
        "  celeba40:\n",
        "  celeba4:\n",
        r"settings\.celeba4: unknown setting 'celeba4'.*Did you mean 'celeba40'\?",
    ),
    "unknown dataset of a scale": (
        MINI,
        "  digits:\n    source",
        "  digit:\n    source",
        r"datasets\.digit: unknown dataset 'digit'.*Did you mean 'digits'\?",
    ),
    "unknown option of a dataset": (
        MINI,
        "short_side: 32",
        "shortside: 32",
        r"mini\.yaml:\d+: datasets\.celeba: .*unknown option 'shortside'.*'short_side'\?",
    ),
    "unknown dial of a twin": (
        MINI,
        "      seed: 0",
        "      sead: 0",
        r"mini\.yaml:\d+: datasets\.celeba\.twin: .*unknown option 'sead'.*'seed'\?",
    ),
    "twin without dials": (
        MINI,
        "    source: twin\n    twin:\n      seed: 0\n      train: 1600\n      val: 400\n"
        "      test: 100\n",
        "    source: twin\n",
        r"datasets\.celeba: source 'twin' needs the key 'twin', which is missing",
    ),
    "real data without a folder": (
        MINI,
        "    source: twin\n",
        "    source: real\n",
        r"datasets\.celeba: source 'real' needs the key 'root', which is missing",
    ),
    "folder that is not needed": (
        MINI,
        "  digits:\n    source: real\n",
        "  digits:\n    source: real\n    root: data/raw/digits\n",
        r"datasets\.digits\.root: 'digits' needs no folder; remove this key",
    ),
    "unknown dial of a setting": (
        ETR_NLP,
        "relatedness: 0.25",
        "relatednes: 0.25",
        r"etr_nlp\.yaml:\d+: settings\.probe_25\.twin \(with .*mini\.yaml:\d+: datasets\."
        r"faces_probe\.twin\): .*unknown option 'relatednes'.*'relatedness'\?",
    ),
    "dial of a setting out of range": (
        ETR_NLP,
        "relatedness: 0.25",
        "relatedness: 1.25",
        r"settings\.probe_25\.twin \(.*\): .*'relatedness' must be at least 0 and at most 1, found",
    ),
    "dial set twice": (
        MINI,
        "      train: 128\n",
        "      relatedness: 0.5\n      train: 128\n",
        r"etr_nlp\.yaml:\d+: settings\.probe_0\.twin\.relatedness: scale 'mini' sets the dial "
        r"'relatedness' too \(.*mini\.yaml:\d+: datasets\.faces_probe\.twin\.relatedness\); "
        r"expected it in one of them",
    ),
    "dial that one of several settings lacks": (
        ETR_NLP,
        "    twin:\n      relatedness: 0.25\n",
        "",
        r"mini\.yaml:\d+: datasets\.faces_probe\.twin: .*option 'relatedness' is missing",
    ),
    "dial of real data": (
        DIGITS,
        "    dataset: digits\n",
        "    dataset: digits\n    twin:\n      seed: 1\n",
        r"digits\.yaml:\d+: settings\.digits\.twin: sets dials of a twin, but scale 'mini' uses "
        r"real data of 'digits' \(.*mini\.yaml:\d+: datasets\.digits\.source\)",
    ),
    "real data of a dataset without any": (
        MINI,
        "  faces_probe:\n    source: twin\n",
        "  faces_probe:\n    source: real\n",
        r"datasets\.faces_probe\.source: 'faces_probe' has no real data; expected twin",
    ),
    "row of a scale that no paper has": (
        MINI,
        "      mgda_ub:\n",
        "      mgda:\n",
        r"mini\.yaml:\d+: settings\.celeba8\.rows\.mgda: unknown row 'mgda'.*'mgda_ub'\?",
    ),
    "option of a scale's row out of its range": (
        MINI,
        "          gamma: 0.8",
        "          gamma: 8",
        r"settings\.celeba8\.rows\.task_routing\.options\.gamma: expected a number from 0 to 1",
    ),
    "dataset without a twin": (
        MINI,
        "  digits:\n    source: real\n",
        "  digits:\n    source: twin\n",
        r"datasets\.digits\.source: 'digits' has no synthetic twin; expected real",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_the_nearest_name(
    mistake: str, edit: Edit, message: Message
) -> None:
    file, old, new, expected = MISTAKES[mistake]
    edit(file, old, new)
    text = message()
    assert re.search(expected, text)
    assert all(line.startswith("workflow/config/") for line in text.splitlines())


def test_a_line_number_is_that_of_the_field(root: Path, edit: Edit, message: Message) -> None:
    edit(ETR_NLP, "      - attentive\n", "      - attentiv\n")
    lines = (root / "workflow/config" / ETR_NLP).read_text(encoding="utf-8").splitlines()
    assert f"{ETR_NLP}:{lines.index('      - attentiv') + 1}:" in message()


def test_all_mistakes_are_told_at_once(edit: Edit, message: Message) -> None:
    edit(ETR_NLP, "method: gradnorm", "method: grad_norm")
    edit(ETR_NLP, "tasks: groups8", "tasks: group8")
    edit(DIGITS, "host: resnet_small", "host: resnet_tiny")
    edit(MINI, "  celeba40:\n", "  celeba4:\n")
    text = message()
    for name in ("grad_norm", "group8", "resnet_tiny", "celeba4"):
        assert f"'{name}'" in text


def test_mistakes_of_form_in_several_papers_are_told_at_once(edit: Edit, message: Message) -> None:
    edit(ETR_NLP, "venue:", "venu:")
    edit(DIGITS, "short:", "shrt:")
    text = message()
    assert "'venu'" in text
    assert "'shrt'" in text


def test_an_unknown_scale(message: Message) -> None:
    assert "unknown scale 'Mini'; expected one of mini, paper, quick. Did you mean 'mini'?" in (
        message("Mini")
    )


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(MtlError, match=r"no papers here; is .* the project's folder"):
        load_project(tmp_path)


def test_real_data_without_a_manifest_say_how_to_make_it(root: Path) -> None:
    project = load_project(root, "paper")
    with pytest.raises(
        MtlError,
        match=r"data/raw/celeba\.manifest\.json: the manifest of the real data does not exist; "
        r"make it with `python -m mtl manifest celeba --root data/raw/celeba`",
    ):
        project.units()


def test_code_of_another_tree_is_refused(root: Path) -> None:
    (root / "mtl").mkdir()
    (root / "mtl/__init__.py").write_text("")
    with pytest.raises(MtlError, match=r"the project has its own .*use `python -m mtl`"):
        load_project(root)
