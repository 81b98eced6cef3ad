import dataclasses
import math

import numpy as np
import pytest

from mtl.config import products
from mtl.errors import MtlError
from mtl.io import atomic_write, canonical_json
from mtl.metrics.classification import all_positive_scores
from mtl.results.aggregate import build_table, reference_scores
from mtl.results.records import load_unit
from tests.results import fabricate

ROWS = ("hard_sharing", "gradnorm", "task_routing", "etr", "single_task")


def _rows(table) -> dict:
    return {row.id: row for row in table.rows}


def _values(setting: str, row: str, metric: str = "f_score") -> list[float]:
    return [fabricate.realistic()(setting, row, seed)[metric] for seed in range(5)]


def test_cells_hold_means_and_samples_deviations(finished) -> None:
    table = build_table(finished, "faces", "table_4")
    assert tuple(row.id for row in table.rows) == ROWS
    cell = _rows(table)["etr"].cells["celeba40", "f_score"]
    expected = _values("celeba40", "etr")
    assert list(cell.values) == expected
    assert cell.seeds == (0, 1, 2, 3, 4)
    assert cell.mean == pytest.approx(np.mean(expected))
    assert cell.std == pytest.approx(np.std(expected, ddof=1))
    assert (cell.n, cell.missing, cell.in_paper) == (5, None, True)
    assert [run.seed for run in cell.runs] == [0, 1, 2, 3, 4]
    [unit] = finished.units_for("faces", "celeba40", "etr")
    assert cell.runs[3].path == f"results/runs/celeba/etr/{unit.fingerprint}/seed3"


def test_what_is_printed_of_a_row(finished) -> None:
    rows = _rows(build_table(finished, "faces", "table_4"))
    assert rows["task_routing"].label == r"Task routing ($\gamma = 0.9$)"
    assert rows["task_routing"].label_html == rows["task_routing"].label
    assert (rows["etr"].label, rows["etr"].label_html) == ("ETR", "<b>ETR</b>")
    assert (rows["etr"].method, rows["etr"].note) == ("etr", "Ours.")
    assert (rows["etr"].in_paper, rows["single_task"].in_paper) == (True, False)
    assert rows["etr"].features == ()


def test_published_numbers_stand_beside_ours(finished) -> None:
    rows = _rows(build_table(finished, "faces", "table_4"))
    printed = rows["etr"].cells["celeba8", "f_score"].published
    assert (printed.mean, printed.std) == ("66.9", "0.1")
    assert rows["etr"].cells["celeba8", "recall"].published is None
    assert rows["etr"].deltas["celeba8"].published.mean == "+6.4"


def test_best_second_and_dagger(finished) -> None:
    rows = _rows(build_table(finished, "faces", "table_4"))
    column = {name: row.cells["celeba8", "f_score"] for name, row in rows.items()}
    assert [name for name, cell in column.items() if cell.best] == ["etr"]
    assert [name for name, cell in column.items() if cell.second] == ["task_routing"]
    assert not column["single_task"].tied


def test_comparisons_are_with_the_baseline(finished) -> None:
    rows = _rows(build_table(finished, "faces", "table_4"))
    assert rows["hard_sharing"].cells["celeba8", "recall"].comparison is None
    comparison = rows["etr"].cells["celeba8", "f_score"].comparison
    differences = np.subtract(_values("celeba8", "etr"), _values("celeba8", "hard_sharing"))
    assert comparison.baseline == "hard_sharing"
    assert comparison.mean_difference == pytest.approx(differences.mean())
    assert comparison.p_value < comparison.p_holm < 0.05


def test_delta_of_means_and_of_pairs(finished) -> None:
    rows = _rows(build_table(finished, "faces", "table_4"))
    delta = rows["etr"].deltas["celeba8"]
    metrics = ("precision", "recall", "f_score")
    own, base = (
        np.array([_values("celeba8", row, metric) for metric in metrics])
        for row in ("etr", "hard_sharing")
    )
    means = 100 * (own.mean(1) / base.mean(1) - 1).mean()
    pairs = 100 * (own / base - 1).mean(0)
    assert delta.convention == "metrics"
    assert delta.value == pytest.approx(means)
    assert delta.values == pytest.approx(pairs)
    assert delta.std == pytest.approx(pairs.std(ddof=1))
    assert rows["hard_sharing"].deltas["celeba8"].value == 0
    assert _rows(build_table(finished, "faces", "table_3a"))["etr"].deltas == {}


def test_mean_rank(finished) -> None:
    rows = _rows(build_table(finished, "faces", "table_4"))
    assert rows["etr"].mean_rank["celeba8"] == 1
    assert rows["single_task"].mean_rank["celeba8"] == 5


def test_facts_of_the_table(finished) -> None:
    table = build_table(finished, "faces", "table_4")
    assert (table.paper, table.name, table.scale, table.n_seeds) == ("faces", "table_4", "mini", 5)
    assert [group.setting for group in table.groups] == ["celeba8", "celeba40"]
    assert len(table.source_labels) == 1
    assert "synthetic twin" in table.source_labels[0]
    assert "Smaller." in table.deviations
    assert table.fingerprint == products.table(finished, "faces", "table_4").fingerprint
    assert "cannot give less than p = 0.0625" in " ".join(table.notes)


def test_the_best_printed_number_counts_rows_that_are_not_shown(finished) -> None:
    printed = fabricate.PUBLISHED.replace(
        "rows: {hard_sharing: Hard sharing,", "rows: {other: Other, hard_sharing: Hard sharing,"
    )
    path = finished.root / "data/published/faces/table_4.csv"
    path.write_text(printed + "other,celeba8,f_score,70.1,0.1\n")
    table = build_table(finished, "faces", "table_4")
    assert table.published_best == {("celeba8", "f_score"): 70.1}
    assert build_table(finished, "faces", "table_3a").published_best == {}


def _edited(finished, *edits: tuple[str, str]):
    """The project after edits of its paper, with runs of the new rows."""
    paper = fabricate.PAPER
    for old, new in edits:
        assert old in paper
        paper = paper.replace(old, new, 1)
    fabricate.write_config(finished.root, paper)
    return fabricate.load(finished.root)


def test_rows_in_the_order_of_a_column(finished) -> None:
    order = "    order: {setting: celeba8, metric: f_score}\n    deviations: [Smaller.]"
    project = _edited(finished, ("    deviations: [Smaller.]", order))
    table = build_table(project, "faces", "table_4")
    assert [row.id for row in table.rows] == [
        "gradnorm", "task_routing", "etr", "hard_sharing", "single_task"
    ]  # fmt: skip
    [unit] = project.units_for("faces", "celeba8", "gradnorm")
    (project.root / unit.record).unlink()
    table = build_table(project, "faces", "table_4", allow_missing=True)
    assert [row.id for row in table.rows] == [
        "task_routing", "etr", "gradnorm", "hard_sharing", "single_task"
    ]  # fmt: skip
    assert table.order == project.papers["faces"].tables["table_4"].order


def test_features_are_those_of_tables_that_have_columns_for_them(finished) -> None:
    project = _edited(
        finished,
        ("method: etr, label: ETR,", "method: etr, label: ETR, features: [routed],"),
        ("    deviations: [Smaller.]", "    features: {new: New, routed: Routed}"),
    )
    table = build_table(project, "faces", "table_4")
    assert table.features == {"new": "New", "routed": "Routed"}
    assert {row.id: row.features for row in table.rows if row.features} == {"etr": ("routed",)}
    other = build_table(project, "faces", "table_3a")
    assert (other.features, _rows(other)["etr"].features) == ({}, ())


GRADIENTS = ("gradient_cosine", "gradient_negative", "gradient_variance")


def test_metrics_of_gradients_have_no_part_in_delta_and_rank(finished) -> None:
    gradients, every = ", ".join(GRADIENTS), "metrics: [precision, recall, f_score]}"
    project = _edited(
        finished,
        ("recall, f_score]", f"recall, f_score, {gradients}]"),
        (f"label: 8 tasks, {every}", f"label: 8 tasks, metrics: [f_score, {gradients}]}}"),
        (f"label: 40 tasks, {every}", f"label: 40 tasks, metrics: [{gradients}]}}"),
    )
    scores = fabricate.realistic()
    fabricate.write_runs(
        project,
        lambda setting, row, seed: {
            **scores(setting, row, seed),
            # Signs that would spoil a relative change and a rank.
            **dict.fromkeys(GRADIENTS, -0.2 if row == "hard_sharing" else -0.9),
        },
    )
    table = build_table(project, "faces", "table_4")
    etr = _rows(table)["etr"]
    own, base = (np.mean(_values("celeba8", row)) for row in ("etr", "hard_sharing"))
    assert etr.deltas["celeba8"].value == pytest.approx(100 * (own / base - 1))
    assert set(etr.deltas) == {"celeba8"}
    assert etr.mean_rank == {"celeba8": 1, "celeba40": None}
    assert etr.cells["celeba40", "gradient_cosine"].mean == pytest.approx(-0.9)
    assert _rows(table)["hard_sharing"].cells["celeba8", "gradient_cosine"].best
    assert etr.cells["celeba8", "gradient_variance"].best


def test_reference_level(finished) -> None:
    table = build_table(finished, "faces", "table_4")
    expected = all_positive_scores(fabricate.POSITIVE, fabricate.N)
    assert table.references == {"celeba8": expected, "celeba40": expected}
    [note] = [note for note in table.notes if note.startswith("Saying yes")]
    assert f"F-score {100 * expected['f_score']:.1f} (8 tasks; 40 tasks)" in note


def test_reference_needs_the_same_labels(finished) -> None:
    [first], [second] = (finished.units_for("faces", "celeba8", row) for row in ("etr", "gradnorm"))
    detail = {
        "columns": ["a"], "true_positive": [1], "predicted_positive": [1], "positive": [2], "n": 9,
    }  # fmt: skip
    fabricate.write_unit(finished.root, second, lambda seed: {"f_score": 0.5}, detail=detail)
    records = [
        record
        for unit in (first, second)
        for record in load_unit(finished.root / unit.path).records
    ]
    with pytest.raises(MtlError, match="was not scored on the same labels"):
        reference_scores(records)
    correct = dataclasses.replace(records[0], detail={"columns": ["l"], "correct": [1], "n": 2})
    assert reference_scores([correct]) == reference_scores([]) == {}


def test_missing_runs_are_refused_with_their_reasons(project) -> None:
    [unit] = project.units_for("faces", "celeba8", "gradnorm")
    failure = {"fingerprint": unit.fingerprint, "error": "loss is NaN", "when": "now"}
    atomic_write(project.root / unit.failure, canonical_json(failure))
    with pytest.raises(MtlError, match=r"table faces/table_4: 10 runs are missing") as error:
        build_table(project, "faces", "table_4")
    assert f"gradnorm in celeba8 ({unit.name}): failed: loss is NaN" in str(error.value)
    assert "not run yet" in str(error.value)


def test_missing_cells_carry_the_reason_where_they_are_allowed(finished) -> None:
    [unit] = finished.units_for("faces", "celeba8", "etr")
    (finished.root / unit.record).unlink()
    table = build_table(finished, "faces", "table_4", allow_missing=True)
    rows = _rows(table)
    cell = rows["etr"].cells["celeba8", "f_score"]
    assert (cell.missing, cell.n, cell.values, cell.runs) == ("not run yet", 0, (), ())
    assert math.isnan(cell.mean)
    assert (cell.best, cell.second, cell.tied) == (False, False, False)
    assert cell.published.mean == "66.9"
    assert rows["etr"].cells["celeba40", "f_score"].best
    assert rows["task_routing"].cells["celeba8", "f_score"].best
    assert rows["etr"].deltas["celeba8"].value is None
    assert rows["etr"].mean_rank == {"celeba8": None, "celeba40": 1}
    product = products.table(finished, "faces", "table_4")
    assert table.fingerprint == product.incomplete_fingerprint([unit.name])


def test_nothing_at_all(project) -> None:
    table = build_table(project, "faces", "table_4", allow_missing=True)
    assert {cell.missing for row in table.rows for cell in row.cells.values()} == {"not run yet"}
    assert {costs.profile for row in table.rows for costs in row.costs.values()} == {None}
    assert table.cost_settings == ("celeba8",)
    assert table.references == {"celeba8": {}, "celeba40": {}}


def test_a_collapsed_baseline_leaves_the_delta_empty_and_says_why(finished) -> None:
    [unit] = finished.units_for("faces", "celeba8", "hard_sharing")
    metrics = {"precision": 0.0, "recall": 0.0, "f_score": 0.0}
    fabricate.write_unit(finished.root, unit, lambda seed: metrics)
    table = build_table(finished, "faces", "table_4")
    assert _rows(table)["etr"].deltas["celeba8"].value is None
    assert _rows(table)["etr"].deltas["celeba40"].value > 0
    notes = [note for note in table.notes if "positive baseline" in note]
    assert notes == [
        "8 tasks: delta: a relative change needs a positive baseline, found 0 for 'precision'."
    ]


def test_damaged_records_are_refused_even_where_missing_ones_are_not(finished) -> None:
    [unit] = finished.units_for("faces", "celeba8", "etr")
    path = finished.root / unit.path / "seed3/metrics.json"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(MtlError, match=r"seed3/metrics\.json"):
        build_table(finished, "faces", "table_4", allow_missing=True)


def test_records_of_another_identity_are_refused(finished) -> None:
    [unit] = finished.units_for("faces", "celeba8", "etr")
    scores = fabricate.realistic()
    fabricate.write_unit(
        finished.root, unit, lambda seed: scores("celeba8", "etr", seed),
        identity={**unit.identity, "seeds": [7]},
    )  # fmt: skip
    with pytest.raises(MtlError, match=r"seed0/metrics\.json: its 'identity' does not hash to"):
        build_table(finished, "faces", "table_4")


def test_a_metric_that_records_lack_is_named(finished) -> None:
    [unit] = finished.units_for("faces", "celeba8", "etr")
    fabricate.write_unit(finished.root, unit, lambda seed: {"precision": 0.5, "fscore": 0.5})
    with pytest.raises(MtlError, match=r"seed0/metrics\.json: unknown metric 'recall'"):
        build_table(finished, "faces", "table_4")


def test_several_units_make_one_cell(finished) -> None:
    scale = fabricate.SCALE.replace("seeds_together: 5", "seeds_together: 2")
    fabricate.write_config(finished.root, scale=scale)
    project = fabricate.load(finished.root)
    fabricate.write_runs(project, fabricate.realistic())
    cell = _rows(build_table(project, "faces", "table_4"))["etr"].cells["celeba8", "f_score"]
    assert list(cell.values) == _values("celeba8", "etr")
    assert len({run.fingerprint for run in cell.runs}) == 3


def test_unknown_names(finished) -> None:
    with pytest.raises(MtlError, match="Did you mean 'table_4'"):
        build_table(finished, "faces", "table_5")
