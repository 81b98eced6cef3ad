from __future__ import annotations

import dataclasses

import pytest

from mtl.config.models import Order
from mtl.published.numbers import Published
from mtl.render import numbers
from mtl.render.sheet import MISSING, Entry, banner, build_sheet
from tests.render import fabricate


def entries(data=None) -> dict[tuple[str, str], Entry]:
    sheet = build_sheet(data or fabricate.table())
    return {(line.id, entry.column.metric): entry for line in sheet.lines for entry in line.entries}


def test_percent_with_the_digits_of_the_metric() -> None:
    shown = entries()
    assert (shown["etr", "precision"].text, shown["etr", "precision"].spread) == ("72.0", "1.1")
    assert (shown["etr", "delta_p"].text, shown["etr", "delta_p"].spread) == ("+6.3", None)
    assert shown["single_task", "delta_p"].text == "-1.3"
    assert shown["hard_sharing", "delta_p"].text == "0.0"


def test_marks_follow_the_aggregate() -> None:
    shown = entries()
    marks = {key: (e.best, e.second, e.tied) for key, e in shown.items() if key[1] != "delta_p"}
    assert marks.pop(("etr", "precision")) == (True, False, False)
    assert marks.pop(("etr", "recall")) == (False, True, True)
    assert marks.pop(("mgda_ub", "recall")) == (True, False, False)
    assert set(marks.values()) == {(False, False, False)}


def test_best_and_second_delta() -> None:
    shown = entries()
    assert [row for (row, metric), e in shown.items() if metric == "delta_p" and e.best] == ["etr"]
    assert [row for (row, metric), e in shown.items() if metric == "delta_p" and e.second] == [
        "hard_sharing"
    ]


def test_missing_cells_and_missing_seeds_carry_a_reason() -> None:
    sheet = build_sheet(fabricate.table())
    shown = entries()
    gap, short = shown["mgda_ub", "precision"], shown["mgda_ub", "recall"]
    assert (gap.text, gap.value, gap.spread) == (MISSING, None, None)
    assert gap.published == ("72.0", "0.1")
    assert dict(sheet.reasons) == {
        gap.mark: "failed: the loss is not finite",
        short.mark: "2 of 3 seeds",
    }
    assert (shown["mgda_ub", "delta_p"].text, shown["mgda_ub", "delta_p"].mark) == (MISSING, "")


def test_more_reasons_than_letters() -> None:
    data = fabricate.table()
    [group] = data.groups
    rows = tuple(
        fabricate.row(
            f"r{k}",
            f"R{k}",
            [fabricate.cell(f"r{k}", metric, (), missing=f"why {k}") for metric in group.metrics],
        )
        for k in range(30)
    )
    reasons = build_sheet(dataclasses.replace(data, rows=rows)).reasons
    assert [letter for letter, _ in reasons[:2] + reasons[25:28]] == ["a", "b", "z", "aa", "bb"]
    assert len({letter for letter, _ in reasons}) == 30


def test_single_seed_has_no_spread() -> None:
    data = fabricate.table(n_seeds=1)
    one = fabricate.row(
        "hard_sharing", "Hard sharing", [fabricate.cell("hard_sharing", "recall", (0.5,))]
    )
    sheet = build_sheet(dataclasses.replace(data, rows=(one,)))
    assert sheet.lines[0].entries[1].spread is None
    assert sheet.footnotes[0] == "One seed, in percent."


def test_best_printed_number_ties_included() -> None:
    best = {key for key, entry in entries().items() if entry.published_best}
    assert best == {
        ("etr", "precision"), ("mgda_ub", "precision"), ("etr", "recall"), ("etr", "delta_p"),
    }  # fmt: skip


def test_no_row_is_best_where_one_that_is_not_shown_is_better() -> None:
    best = {("celeba8", "precision"): 72.1, ("celeba8", "recall"): 63.6}
    shown = entries(fabricate.table(published_best=best))
    assert {key for key, entry in shown.items() if entry.published_best} == {("etr", "recall")}


def test_rows_that_the_paper_lacks_come_last() -> None:
    data = fabricate.table()
    sheet = build_sheet(dataclasses.replace(data, rows=tuple(reversed(data.rows))))
    assert [line.id for line in sheet.lines] == ["mgda_ub", "etr", "hard_sharing", "single_task"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (
            [fabricate.SYNTHETIC, fabricate.REAL],
            "SYNTHETIC DATA (twin 'faces'), scale mini: not comparable in level with the printed "
            "numbers.",
        ),
        (
            ["Synthetic shapes"],
            "SYNTHETIC DATA (Synthetic shapes), scale mini: not comparable in level with the "
            "printed numbers.",
        ),
        ([fabricate.REAL], None),
    ],
)
def test_banner(labels: list[str], expected: str | None) -> None:
    assert banner(labels, "mini") == expected


def test_footnotes_say_how_the_numbers_were_made() -> None:
    sheet = build_sheet(fabricate.table())
    notes = "\n".join(sheet.footnotes)
    for expected in (
        "n = 3 seeds, in percent",
        "convention 'metrics'",
        "against Hard sharing",
        "paired t",
        fabricate.SYNTHETIC,
        "Scale: mini",
        "A note of the statistics.",
        "MGDA-UB: Solved exactly.",
    ):
        assert expected in notes
    assert sheet.deviations == ("Fewer epochs: 6 (paper: 40).", "Narrower.")


def test_the_legend_says_how_rows_are_ordered() -> None:
    order = Order(setting="celeba8", metric="recall")
    text = "rows: in rising order of our mean Recall, the baseline last"
    assert text in build_sheet(fabricate.table(order=order)).legend
    [group] = fabricate.table().groups
    other = group.model_copy(update={"setting": "celeba40", "label": "Other"})
    several = build_sheet(fabricate.table(order=order, groups=(group, other)))
    assert any("our mean Recall (CelebA), the" in part for part in several.legend)
    assert not any("order" in part for part in build_sheet(fabricate.table()).legend)


def test_check_marks_follow_the_tables_columns() -> None:
    data = fabricate.table(features={"avg": "Avg. pool", "conv": "Conv"})
    rows = (data.rows[0], dataclasses.replace(data.rows[1], features=("conv",)))
    sheet = build_sheet(dataclasses.replace(data, rows=rows))
    assert sheet.features == ("Avg. pool", "Conv")
    assert [line.features for line in sheet.lines] == [(False, False), (False, True)]


def test_metrics_of_gradients_are_named_where_they_are_no_part() -> None:
    metrics = ("recall", "gradient_negative", "gradient_cosine")
    [group] = fabricate.table().groups
    gradients = fabricate.table(groups=(group.model_copy(update={"metrics": metrics}),))
    sheet = build_sheet(gradients)
    assert [(c.label, c.arrow, c.digits, c.scale) for c in sheet.columns[1:3]] == [
        ("Negative pairs", "↓", 1, 100.0), ("Cosine", "↑", 3, 1.0)
    ]  # fmt: skip
    assert sheet.footnotes[0].endswith("seeds, in percent, except Cosine.")
    delta = next(note for note in sheet.footnotes if "Delta_p" in note)
    assert ", without Negative pairs, Cosine, against Hard sharing." in delta
    unitless = group.model_copy(update={"metrics": ("gradient_cosine",)})
    rows = tuple(dataclasses.replace(row, deltas={}) for row in gradients.rows)
    alone = build_sheet(dataclasses.replace(gradients, groups=(unitless,), rows=rows))
    assert alone.footnotes[0] == "Mean ± sample standard deviation over n = 3 seeds."


def test_a_label_that_ends_in_a_point_ends_the_sentence() -> None:
    [group] = fabricate.table().groups
    errors = fabricate.table(groups=(group.model_copy(update={"metrics": ("recall", "rel_err")}),))
    assert build_sheet(errors).footnotes[0].endswith("seeds, in percent, except Rel. Err.")


def test_counts_in_millions_say_so_in_their_heading() -> None:
    [group] = fabricate.table().groups
    table = fabricate.table(groups=(group.model_copy(update={"metrics": ("recall", "flops")}),))
    column = build_sheet(table).columns[1]
    assert (column.label, column.arrow, column.digits) == ("FLOPs (M)", "↓", 2)
    assert numbers.fixed(column.scale * 15_499_000.0, column.digits) == "15.50"


def test_heading() -> None:
    sheet = build_sheet(fabricate.table())
    assert (sheet.heading, sheet.title) == ("Table 3(a)", "image-level classification")
    assert sheet.remarks_heading == "Deviations from the paper"
    unnumbered = build_sheet(fabricate.table(title="Two digits"))
    assert unnumbered.heading_and_title == "Table: Two digits"


def test_without_printed_numbers() -> None:
    data = fabricate.table()
    rows = tuple(
        dataclasses.replace(
            row,
            costs={"celeba8": fabricate.costs(None)},
            cells={k: dataclasses.replace(c, published=None) for k, c in row.cells.items()},
            deltas={},
        )
        for row in data.rows
    )
    sheet = build_sheet(dataclasses.replace(data, rows=rows))
    assert not sheet.published
    assert sheet.remarks_heading == "Remarks"
    assert [column.metric for column in sheet.columns] == ["precision", "recall"]


def test_mean_ranks_have_a_column_where_the_table_asks_for_it() -> None:
    data = fabricate.table()
    ranks = {"hard_sharing": 2.5, "etr": 1.0, "mgda_ub": None, "single_task": 4.0}
    rows = tuple(
        dataclasses.replace(
            row,
            mean_rank={"celeba8": ranks[row.id]},
            printed_rank={"celeba8": Published("2.0", None) if row.id == "etr" else None},
        )
        for row in data.rows
    )
    assert "MR" not in [column.label for column in build_sheet(data).columns]
    sheet = build_sheet(dataclasses.replace(data, rows=rows, mean_rank=True, delta_index="MTL"))
    assert [column.label for column in sheet.columns[-2:]] == [r"$\Delta_{MTL}$ (%)", "MR"]
    entries = [line.entries[-1] for line in sheet.lines]
    assert [entry.text for entry in entries] == ["2.5", "1.0", "—", "4.0"]
    assert [(entry.best, entry.second) for entry in entries[:2]] == [(False, True), (True, False)]
    assert [entry.published for entry in entries[:2]] == [None, ("2.0", None)]
    assert any(note.startswith("MR: mean over the tasks") for note in sheet.footnotes)
    assert any(note.startswith(r"$\Delta_{MTL}$: ") for note in sheet.footnotes)
