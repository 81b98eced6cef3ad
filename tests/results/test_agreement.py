"""Ours against the printed tables; scipy's Kendall tau is the oracle."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
import shutil
import statistics
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtl.config import Project
from mtl.config.models import Group
from mtl.errors import MtlError
from mtl.results.aggregate import Published, TableData
from mtl.results.agreement import TableAgreement, agreements, table_agreement
from tests.render import fabricate

SETTINGS = {"celeba8": "8 tasks", "celeba40": "40 tasks"}
NAMES = ("hard_sharing", "gradnorm", "mgda_ub", "attentive", "task_routing", "etr", "etr_nlp")

Printed = Mapping[str, tuple[str, str | None]]
Ours = Mapping[str, Sequence[float]]


def table(columns: Mapping[tuple[str, str], tuple[Ours, Printed]], **changes) -> TableData:
    """A table from (setting, metric) to our values by row and the printed mean and spread."""
    names = list(
        dict.fromkeys(row for ours, printed in columns.values() for row in (*ours, *printed))
    )
    rows = tuple(
        fabricate.row(
            name,
            name.upper(),
            [
                fabricate.cell(
                    name,
                    metric,
                    tuple(ours.get(name, ())),
                    setting=setting,
                    published=Published(*printed[name]) if name in printed else None,
                )
                for (setting, metric), (ours, printed) in columns.items()
            ],
        )
        for name in names
    )
    groups = tuple(
        Group(
            setting=setting,
            label=SETTINGS[setting],
            metrics=tuple(metric for s, metric in columns if s == setting),
        )
        for setting in dict.fromkeys(setting for setting, _ in columns)
    )
    return fabricate.table(rows=rows, groups=groups, **changes)


def one_column(ours: Ours, printed: Printed, **changes) -> TableData:
    return table({("celeba8", "recall"): (ours, printed)}, **changes)


def agreed(data: TableData, n_printed: int | None = 5) -> TableAgreement:
    found = table_agreement(data, n_printed)
    assert found is not None
    return found


def spread(mean: float, width: float = 0.001) -> tuple[float, ...]:
    return (mean - width, mean, mean + width)


# Printed numbers with one decimal collide, so that ties are common.
means = st.integers(500, 540).map(lambda tenths: f"{tenths / 10:.1f}")
ours_means = st.integers(5000, 5040).map(lambda number: number / 1e4)
pairs = st.lists(st.tuples(ours_means, means), min_size=2, max_size=len(NAMES))


def from_pairs(numbers: Sequence[tuple[float, str]]) -> TableData:
    return one_column(
        {name: spread(mean) for name, (mean, _) in zip(NAMES, numbers, strict=False)},
        {name: (printed, "0.2") for name, (_, printed) in zip(NAMES, numbers, strict=False)},
    )


@given(pairs)
@settings(max_examples=60)
def test_tau_is_scipys_and_counts_are_those_by_hand(numbers: list[tuple[float, str]]) -> None:
    from scipy.stats import kendalltau

    data = from_pairs(numbers)
    [column] = agreed(data).columns
    ours = [row.cells["celeba8", "recall"].mean for row in data.rows]
    printed = [float(text) for _, text in numbers]
    if len(set(ours)) > 1 and len(set(printed)) > 1:
        assert column.tau == pytest.approx(kendalltau(printed, ours).statistic, abs=1e-12)
    else:
        assert (column.tau, column.low, column.high) == (None, None, None)

    def counts(chosen: list[tuple[int, int]]) -> tuple[int, int]:
        differ = [(i, j) for i, j in chosen if printed[i] != printed[j]]
        same = [(i, j) for i, j in differ if (printed[i] - printed[j]) * (ours[i] - ours[j]) > 0]
        return len(same), len(differ)

    every = list(itertools.combinations(range(len(numbers)), 2))
    assert (column.orders_equal, column.orders) == counts(every)
    assert (column.signs_equal, column.signs) == counts([pair for pair in every if pair[0] == 0])


@given(pairs, st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_order_of_rows_changes_nothing(
    numbers: list[tuple[float, str]], shuffled: random.Random
) -> None:
    data = from_pairs(numbers)
    rows = list(data.rows)
    shuffled.shuffle(rows)
    first, second = agreed(data), agreed(dataclasses.replace(data, rows=tuple(rows)))
    for a, b in zip((*first.columns, first.total), (*second.columns, second.total), strict=True):
        assert set(a.rows) == set(b.rows)
        assert dataclasses.replace(a, rows=()) == dataclasses.replace(b, rows=())


@given(st.lists(st.integers(100, 900), min_size=2, max_size=len(NAMES), unique=True))
@settings(max_examples=25)
def test_equal_orders_and_reversed_ones(tenths: list[int]) -> None:
    printed = {name: (f"{t / 10:.1f}", "0.0") for name, t in zip(NAMES, tenths, strict=False)}
    same = {name: spread(float(text) / 100, 1e-6) for name, (text, _) in printed.items()}
    turned = {name: spread(1 - float(text) / 100, 1e-6) for name, (text, _) in printed.items()}
    n = len(tenths)
    [column] = agreed(one_column(same, printed)).columns
    assert (column.tau, column.low, column.high) == (1, 1, 1)
    assert (column.signs_equal, column.signs) == (n - 1, n - 1)
    assert (column.orders_equal, column.orders) == (n * (n - 1) / 2,) * 2
    [column] = agreed(one_column(turned, printed)).columns
    assert (column.tau, column.low, column.high) == (-1, -1, -1)
    assert (column.signs_equal, column.signs) == (0, n - 1)
    assert (column.orders_equal, column.orders) == (0, n * (n - 1) / 2)


def test_ties() -> None:
    ours = {"hard_sharing": spread(0.5), "etr": spread(0.5), "gradnorm": spread(0.6)}
    printed = {"hard_sharing": ("50.0", None), "etr": ("51.0", None), "gradnorm": ("51.0", None)}
    [column] = agreed(one_column(ours, printed)).columns
    # Etr and gradnorm are printed as equal; our tie of hard sharing and etr reproduces nothing.
    assert (column.orders_equal, column.orders) == (1, 2)
    assert (column.signs_equal, column.signs) == (1, 2)
    assert column.tau == pytest.approx(0.5)


def test_interval_holds_what_the_spreads_allow() -> None:
    """Two rows: the draws' share of the other order is that of a normal difference."""
    ours = {"hard_sharing": spread(0.5, 0), "etr": spread(0.6, 0)}
    apart, close = (
        agreed(one_column(ours, {"hard_sharing": ("50.0", "0.1"), "etr": ("51.0", "0.1")})),
        agreed(one_column(ours, {"hard_sharing": ("50.0", "2.0"), "etr": ("51.0", "2.0")})),
    )
    assert (apart.total.low, apart.total.high) == (1, 1)
    assert (close.total.low, close.total.high) == (-1, 1)
    assert close.total.tau == 1


def test_seeds_are_resampled_together() -> None:
    """What a seed adds to all rows of a setting alike does not blur their order."""
    shared = (-0.05, 0.0, 0.05)
    ours = {
        name: tuple(0.5 + k / 1000 + effect for effect in shared)
        for k, name in enumerate(NAMES[:4])
    }
    printed = {name: (f"{50 + k}.0", None) for k, name in enumerate(NAMES[:4])}
    [column] = agreed(one_column(ours, printed)).columns
    assert (column.low, column.high) == (1, 1)
    own = {name: values if k % 2 else values[::-1] for k, (name, values) in enumerate(ours.items())}
    [column] = agreed(one_column(own, printed)).columns
    assert column.low is not None
    assert column.low < 0.5


def test_our_draws_have_the_standard_error_of_the_mean() -> None:
    from mtl.results.agreement import _Column

    values = (0.50, 0.52, 0.51, 0.56, 0.49)
    data = one_column(dict.fromkeys(NAMES[:2], values), dict.fromkeys(NAMES[:2], ("50.0", "0.5")))
    column = _Column("celeba8", "recall", tuple(r.cells["celeba8", "recall"] for r in data.rows))
    for draws, centre, std, n in (
        (column._draw_ours(), statistics.fmean(values), statistics.stdev(values), 5),
        (column._draw_printed(25), 50.0, 0.5, 25),
    ):
        for row in draws.T:
            assert row.mean() == pytest.approx(centre, abs=4 * std / math.sqrt(n) / 100)
            assert row.std() == pytest.approx(std / math.sqrt(n), rel=0.05)


@pytest.mark.parametrize(("std", "n"), [(None, 5), ("0.4", None)])
def test_without_a_printed_spread_the_printed_side_stays_fixed(
    std: str | None, n: int | None
) -> None:
    ours = {"hard_sharing": spread(0.5, 0), "etr": spread(0.6, 0)}
    found = agreed(one_column(ours, {"hard_sharing": ("50.0", std), "etr": ("50.1", std)}), n)
    assert (found.total.tau, found.total.low, found.total.high) == (1, 1, 1)
    assert any("stay fixed" in note for note in found.notes)
    printed = {"hard_sharing": ("50.0", "0.4"), "etr": ("50.1", "0.4")}
    assert not any("stay fixed" in note for note in agreed(one_column(ours, printed)).notes)


def test_one_seed_has_no_interval() -> None:
    ours = {"hard_sharing": (0.5,), "etr": (0.6,)}
    found = agreed(one_column(ours, {"hard_sharing": ("50.0", "0.1"), "etr": ("51.0", "0.1")}))
    assert (found.total.tau, found.total.low, found.total.high) == (1, None, None)
    assert any("no interval" in note for note in found.notes)


def test_missing_cells_on_either_side() -> None:
    full = {name: spread(0.5 + k / 100) for k, name in enumerate(NAMES[:5])}
    printed = {name: (f"{50 + k}.0", "0.1") for k, name in enumerate(NAMES[:5])}
    ours = {**full, "gradnorm": ()}
    lost = {name: number for name, number in printed.items() if name != "attentive"}
    found = agreed(
        table({("celeba8", "recall"): (ours, printed), ("celeba8", "precision"): (full, lost)})
    )
    recall, precision = found.columns
    assert recall.rows == ("hard_sharing", "mgda_ub", "attentive", "task_routing")
    assert precision.rows == ("hard_sharing", "gradnorm", "mgda_ub", "task_routing")
    assert found.total.rows == NAMES[:5]
    assert (recall.orders, recall.signs, recall.tau) == (6, 3, 1)
    assert any("GRADNORM (failed: the loss is not finite)" in note for note in found.notes)
    assert any("ATTENTIVE" in note and "Without a printed" in note for note in found.notes)


def test_no_baseline_no_signs() -> None:
    printed = {name: (f"{50 + k}.0", "0.1") for k, name in enumerate(NAMES[:3])}
    ours = {name: spread(0.5 + k / 100) for k, name in enumerate(NAMES[:3])}
    [column] = agreed(one_column({**ours, "hard_sharing": ()}, printed)).columns
    assert (column.signs, column.orders) == (0, 1)


def test_seeds_that_a_row_lacks_are_left_out_of_the_spread() -> None:
    ours = {"hard_sharing": (0.50, 0.51, 0.52), "etr": (0.60, 0.61)}
    printed = {"hard_sharing": ("50.0", "0.1"), "etr": ("51.0", "0.1")}
    found = agreed(one_column(ours, printed))
    assert (found.total.low, found.total.high) == (1, 1)
    assert any("seeds that all rows" in note for note in found.notes)


def test_too_little_to_compare() -> None:
    ours = {"hard_sharing": spread(0.5), "etr": spread(0.6)}
    assert table_agreement(one_column(ours, {}), 5) is None
    assert table_agreement(one_column(ours, {"etr": ("51.0", "0.1")}), 5) is None
    assert table_agreement(one_column({}, dict.fromkeys(NAMES, ("5.0", None))), 5) is None


def test_rows_that_are_not_in_the_paper_and_deltas_have_no_part() -> None:
    data = fabricate.table()
    # Even where numbers are printed for such a row.
    *rows, extra = data.rows
    cells = {
        key: dataclasses.replace(cell, published=Published("50.0", "0.1"))
        for key, cell in extra.cells.items()
    }
    data = dataclasses.replace(data, rows=(*rows, dataclasses.replace(extra, cells=cells)))
    found = agreed(data)
    assert [(c.setting, c.metric) for c in found.columns] == [
        ("celeba8", "precision"),
        ("celeba8", "recall"),
    ]
    assert found.columns[0].rows == ("hard_sharing", "etr")
    assert "single_task" not in found.rows


def test_total_sums_counts_and_averages_tau() -> None:
    same = {name: spread(0.5 + k / 100) for k, name in enumerate(NAMES[:4])}
    turned = {name: spread(0.5 - k / 100) for k, name in enumerate(NAMES[:4])}
    printed = {name: (f"{50 + k}.0", "0.1") for k, name in enumerate(NAMES[:4])}
    flat = dict.fromkeys(NAMES[:4], ("50.0", "0.0"))
    found = agreed(
        table(
            {
                ("celeba8", "recall"): (same, printed),
                ("celeba8", "precision"): (same, printed),
                ("celeba40", "recall"): (turned, printed),
                ("celeba40", "precision"): (same, flat),
            }
        )
    )
    total = found.total
    assert (total.setting, total.metric) == ("", "")
    assert [column.tau for column in found.columns] == [1, 1, -1, None]
    assert total.tau == pytest.approx(1 / 3)
    assert (total.signs_equal, total.signs) == (6, 9)
    assert (total.orders_equal, total.orders) == (12, 18)
    assert total.low == pytest.approx(1 / 3)
    assert found.settings == SETTINGS


def test_every_table_of_a_project(finished: Project) -> None:
    [found] = agreements(finished)
    assert (found.paper, found.table, found.scale, found.n_seeds) == ("faces", "table_4", "mini", 5)
    assert found.source_labels == ("synthetic twin 'faces' (no photographs)",)
    # The invented paper prints F-scores of two rows with 8 tasks.
    [column] = found.columns
    assert (column.setting, column.metric) == ("celeba8", "f_score")
    assert column.rows == ("hard_sharing", "etr")
    assert (column.tau, column.signs_equal, column.orders_equal) == (1, 1, 1)
    assert found.n_printed is None


def test_missing_runs_are_refused_unless_allowed(finished: Project) -> None:
    for row in ("gradnorm", "etr"):
        for unit in finished.units_for("faces", "celeba8", row):
            shutil.rmtree(finished.root / unit.path)
    with pytest.raises(MtlError, match="gradnorm in celeba8"):
        agreements(finished)
    # One of the two printed rows is left.
    assert agreements(finished, allow_missing=True) == ()
