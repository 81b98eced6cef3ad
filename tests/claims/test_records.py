"""Claims on records: values, counts and derived columns of a fabricated project."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from mtl.claims.contrasts import Cell, Contrast, contrast
from mtl.claims.records import RecordEvidence, paired_result
from mtl.config import Project
from mtl.metrics.catalogue import METRICS
from mtl.metrics.delta import delta
from mtl.metrics.ranks import mean_ranks
from mtl.published.table import load_table
from mtl.results.runs import Runs
from mtl.results.statistics import bootstrap_interval, compare, holm
from tests.claims import small
from tests.results import fabricate

SCORES = fabricate.realistic()
SEEDS = range(5)


def evidence(project: Project, paper: str = "faces") -> RecordEvidence:
    table = load_table(project.root / "data/published/faces/table_4.csv")
    words = small.vocabulary(table)
    return RecordEvidence(project, paper, [table], words, Runs(project))


def per_seed(value: Callable[[int], float]) -> list[float]:
    return [value(seed) for seed in SEEDS]


def test_a_metric_is_compared_seed_by_seed_in_percent(finished: Project) -> None:
    found = evidence(finished).result(small.difference("f_score", "etr", "gradnorm"))

    def value(seed: int) -> float:
        own, other = (SCORES("celeba8", row, seed)["f_score"] for row in ("etr", "gradnorm"))
        return 100 * (own - other)

    differences = per_seed(value)
    test = compare(differences)
    assert (found.test, found.n, found.digits) == ("paired t", 5, 2)
    assert found.difference == pytest.approx(sum(differences) / 5)
    assert found.p_value == pytest.approx(test.p_value)
    assert found.sign_flip_p == pytest.approx(test.sign_flip_p)
    assert (found.low, found.high) == pytest.approx(bootstrap_interval(differences))
    assert found.rounding is None


def test_a_difference_of_differences_is_one_value_a_seed(finished: Project) -> None:
    lead = contrast(
        "lead",
        [
            (Cell(row, setting, "f_score"), a * b)
            for row, a in (("etr", 1), ("gradnorm", -1))
            for setting, b in (("celeba40", 1), ("celeba8", -1))
        ],
    )
    found = evidence(finished).result(lead)

    def value(seed: int) -> float:
        return sum(
            100 * a * b * SCORES(setting, row, seed)["f_score"]
            for row, a in (("etr", 1), ("gradnorm", -1))
            for setting, b in (("celeba40", 1), ("celeba8", -1))
        )

    assert found.p_value == pytest.approx(compare(per_seed(value)).p_value)


def test_counts_are_exact_and_in_millions(finished: Project) -> None:
    one_task = contrast("x", [(Cell("etr", "celeba8", "parameters"), 1)])
    all_tasks = contrast("x", [(Cell("etr", "celeba8", "parameters_total"), 1)])
    found = evidence(finished).result(one_task)
    assert (found.test, found.difference, found.p_value, found.n) == ("exact", 11.2, None, None)
    assert evidence(finished).result(all_tasks).difference == 11.200008


def test_counts_are_those_of_the_network_that_the_full_scale_trains(finished: Project) -> None:
    [unit] = finished.units_for("faces", "celeba8", "etr")
    small_network = {"parameters_total": 9, "parameters_active": 8, "macs": 7}
    fabricate.write_unit(
        finished.root, unit, lambda seed: SCORES("celeba8", "etr", seed), counts=small_network
    )
    one_task = contrast("x", [(Cell("etr", "celeba8", "parameters"), 1)])
    assert evidence(finished).result(one_task).difference == 11.2


def test_a_metric_of_gradients_needs_its_diagnostic(finished: Project) -> None:
    path = finished.root / "workflow/config/papers/faces.yaml"
    path.write_text(
        path.read_text().replace(
            "metrics: [precision, recall, f_score]", "metrics: [f_score, recall, precision, "
            "gradient_cosine]", 1,
        )
        + "  figure_9: {kind: gradient_conflict, title: t, caption: c, setting: celeba8, "
        "rows: [etr]}\n"
    )  # fmt: skip
    project = fabricate.load(finished.root)
    fabricate.write_runs(
        project, lambda setting, row, seed: SCORES(setting, row, seed) | {"gradient_cosine": 0.25}
    )
    reader = evidence(project)
    cosine = contrast("x", [(Cell("etr", "celeba8", "gradient_cosine"), 1)])
    assert reader.result(cosine).difference == 0.25
    cosine = contrast("x", [(Cell("gradnorm", "celeba8", "gradient_cosine"), 1)])
    assert reader.result(cosine).missing == (
        "the runs of 'gradnorm' in 'celeba8' do not make 'gradient_conflict'"
    )


def test_a_count_takes_the_unit_of_the_printed_column(finished: Project) -> None:
    column = '  macs_g: {label: "#F", unit: billion, digits: 2, direction: lower}'
    text = small.TABLE.replace("#   f_score:", f"# {column}\n#   f_score:", 1)
    path = finished.root / "data/published/faces/table_4.csv"
    path.write_text(text)
    macs = contrast("x", [(Cell("etr", "celeba8", "macs_g"), 1)])
    assert evidence(finished).result(macs).difference == 0.148


def test_flops_need_their_diagnostic(finished: Project) -> None:
    flops = contrast("x", [(Cell("etr", "celeba8", "flops"), 1)])
    assert evidence(finished).result(flops).missing == (
        "the runs of 'etr' in 'celeba8' do not make 'inference_cost'"
    )


@pytest.mark.parametrize(("spread", "test"), [(0, "exact"), (1, "paired t")])
def test_a_cost_is_exact_where_all_seeds_have_one_network(spread: int, test: str) -> None:
    cell = Cell("etr", "celeba8", "flops")
    values = {cell: {seed: Fraction(10 + spread * seed) for seed in range(5)}}
    assert paired_result(contrast("x", [(cell, 1)]), values, 2).test == test


def test_delta_is_that_of_our_table_seed_by_seed(finished: Project) -> None:
    found = evidence(finished).result(contrast("x", [(Cell("etr", "celeba40", "delta_p"), 1)]))
    columns = [METRICS[name] for name in ("precision", "recall", "f_score")]
    deltas = per_seed(
        lambda s: delta(
            "metrics", SCORES("celeba40", "etr", s), SCORES("celeba40", "hard_sharing", s), columns
        )
    )
    assert found.difference == pytest.approx(sum(deltas) / 5)
    assert found.p_value == pytest.approx(compare(deltas).p_value)


def test_the_baselines_own_delta_is_zero(finished: Project) -> None:
    own = contrast("x", [(Cell("hard_sharing", "celeba8", "delta_p"), 1)])
    found = evidence(finished).result(own)
    assert (found.difference, found.p_value) == (0.0, 1.0)


def test_mean_rank_is_over_all_rows_of_our_table_seed_by_seed(finished: Project) -> None:
    found = evidence(finished).result(contrast("x", [(Cell("etr", "celeba8", "rank"), 1)]))
    rows = ("hard_sharing", "gradnorm", "task_routing", "etr", "single_task")
    columns = [METRICS[name] for name in ("precision", "recall", "f_score")]
    ranks = per_seed(
        lambda s: mean_ranks({row: SCORES("celeba8", row, s) for row in rows}, columns)["etr"]
    )
    assert found.difference == pytest.approx(sum(ranks) / 5)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (Cell("other", "celeba8", "f_score"), "row 'other' is not configured"),
        (Cell("etr", "elsewhere", "f_score"), "setting 'elsewhere' is not configured"),
        (Cell("etr", "celeba8", "abs_err"), "setting 'celeba8' does not report 'abs_err'"),
        (Cell("etr", "celeba8", "accuracy"), "setting 'celeba8' does not report 'accuracy'"),
    ],
)
def test_what_is_not_there_has_a_reason(finished: Project, cell: Cell, reason: str) -> None:
    assert evidence(finished).result(contrast("x", [(cell, 1)])).missing == reason


def test_a_printed_column_that_nothing_measures(
    finished: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(METRICS, "abs_err")
    cell = Cell("etr", "celeba8", "abs_err")
    found = evidence(finished).result(contrast("x", [(cell, 1)]))
    assert found.missing == "'abs_err' is not measured"


def test_a_paper_that_is_not_configured(finished: Project) -> None:
    found = evidence(finished, "other").result(small.difference("f_score", "etr", "gradnorm"))
    assert found.missing == "paper 'other' is not configured"


def test_a_derived_column_needs_our_table(finished: Project) -> None:
    path = finished.root / "workflow/config/papers/faces.yaml"
    paper = path.read_text()
    cell = contrast("x", [(Cell("etr", "celeba8", "delta_p"), 1)])
    path.write_text(paper.replace("    delta: metrics\n", ""))
    assert evidence(fabricate.load(finished.root)).result(cell).missing == (
        "our table has no delta column"
    )
    path.write_text(paper.replace("  table_4:\n    title", "  table_9:\n    title"))
    assert evidence(fabricate.load(finished.root)).result(cell).missing == (
        "'delta_p' follows from the columns of table_4, which is not configured with setting "
        "'celeba8'"
    )


def test_where_the_printed_table_is_lost_ours_says_what_derived_columns_follow_from(
    finished: Project,
) -> None:
    cell = contrast("x", [(Cell("etr", "celeba8", "delta_p"), 1)])
    table = load_table(finished.root / "data/published/faces/table_4.csv")
    words = small.vocabulary(table)
    lost = RecordEvidence(finished, "faces", [], words, Runs(finished)).result(cell)
    assert lost.missing == ""
    assert lost.difference == evidence(finished).result(cell).difference


def test_a_delta_that_cannot_be_computed_is_missing(finished: Project) -> None:
    [unit] = finished.units_for("faces", "celeba8", "hard_sharing")
    zero = {"precision": 0.0, "recall": 0.1, "f_score": 0.1}
    fabricate.write_unit(finished.root, unit, lambda seed: zero)
    found = evidence(finished).result(contrast("x", [(Cell("etr", "celeba8", "delta_p"), 1)]))
    assert "needs a positive baseline, found 0" in found.missing


def test_runs_that_no_table_or_figure_plans_do_not_count(finished: Project) -> None:
    path = finished.root / "workflow/config/papers/faces.yaml"
    path.write_text(path.read_text().replace("    extra_rows: [single_task]\n", ""))
    project = fabricate.load(finished.root)
    [unit] = project.units_for("faces", "celeba8", "single_task")
    assert unit.is_done(project.root)
    found = evidence(project).result(small.difference("f_score", "etr", "single_task"))
    assert found.missing == "no table or figure runs 'single_task' in 'celeba8'"


def test_missing_and_failed_runs_are_told(finished: Project) -> None:
    [unit] = finished.units_for("faces", "celeba8", "gradnorm")
    shutil.rmtree(finished.root / unit.path)
    difference = small.difference("f_score", "etr", "gradnorm")
    assert evidence(finished).result(difference).missing == "'gradnorm' in 'celeba8': not run yet"
    note = finished.root / unit.failure
    note.parent.mkdir(parents=True)
    note.write_text('{"error": "the loss is NaN"}')
    assert evidence(finished).result(difference).missing == (
        "'gradnorm' in 'celeba8': failed: the loss is NaN"
    )


def test_runs_of_some_seeds_are_not_enough(finished_claims: Path, tmp_path: Path) -> None:
    scale = fabricate.SCALE.replace("seeds: 5\nseeds_together: 5", "seeds: 6\nseeds_together: 3")
    fabricate.write_config(tmp_path, scale=scale, published=small.TABLE)
    project = fabricate.load(tmp_path)
    fabricate.write_runs(project, SCORES)
    difference = small.difference("f_score", "etr", "gradnorm")
    found = evidence(project).result(difference)
    assert (found.test, found.n) == ("sign-flip", 6)
    shutil.rmtree(tmp_path / project.units_for("faces", "celeba8", "etr")[1].path)
    assert evidence(project).result(difference).missing == "'etr' in 'celeba8': not run yet"


def test_one_seed_cannot_be_tested(tmp_path: Path) -> None:
    scale = fabricate.SCALE.replace("seeds: 5\nseeds_together: 5", "seeds: 1\nseeds_together: 1")
    fabricate.write_config(tmp_path, scale=scale, published=small.TABLE)
    project = fabricate.load(tmp_path)
    fabricate.write_runs(project, SCORES)
    found = evidence(project).result(small.difference("f_score", "etr", "hard_sharing"))
    assert (found.test, found.n, found.p_value, found.low) == ("none", 1, None, None)
    assert found.difference is not None


def test_the_source_of_the_data_is_kept(finished: Project) -> None:
    reader = evidence(finished)
    assert reader.sources == ()
    reader.result(small.difference("f_score", "etr", "gradnorm"))
    assert reader.sources == ("synthetic twin 'faces' (no photographs)",)


def slope(values: dict[str, list[float]]) -> tuple[Contrast, dict[Cell, dict[int, Fraction]]]:
    cells = {
        Cell(row, "s", "f_score"): {seed: Fraction(v) for seed, v in enumerate(own)}
        for row, own in values.items()
    }
    centred = contrast("slope", [(cell, Fraction(i) - 1) for i, cell in enumerate(cells)])
    return centred, cells


def test_equal_values_leave_no_rounding_noise() -> None:
    found = paired_result(*slope({"a": [0.1, 0.7], "b": [0.3, 0.1], "c": [0.1, 0.7]}), 1)
    assert (found.difference, found.p_value) == (0.0, 1.0)


def test_only_common_seeds_are_compared() -> None:
    claimed, values = slope({"a": [1.0, 2.0, 4.0], "b": [0.0, 0.0, 0.0], "c": [3.0, 5.0]})
    found = paired_result(claimed, values, 1)
    assert (found.n, found.difference) == (2, 2.5)
    for i, (cell, own) in enumerate(values.items()):
        values[cell] = {seed + 10 * i: value for seed, value in own.items()}
    assert paired_result(claimed, values, 1).missing == "the rows have no seed in common"


def test_holm_is_the_projects_own(finished: Project) -> None:
    from mtl.claims.judge import judge

    reader = evidence(finished)
    results = [
        reader.result(small.difference("f_score", "etr", other))
        for other in ("hard_sharing", "gradnorm")
    ]
    adjusted = [c.p_holm for c in judge(results).contrasts]
    assert adjusted == holm([r.p_value for r in results if r.p_value is not None])
