from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from scipy import stats

from mtl.claims.contrasts import Cell, contrast
from mtl.claims.printed import printed_result
from mtl.errors import MtlError
from mtl.published.table import PublishedTable
from tests.claims import small


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> PublishedTable:
    return small.table(tmp_path_factory.mktemp("printed"))


def test_means_with_spread_are_tested(table: PublishedTable) -> None:
    found = printed_result(small.difference("f_score", "etr", "hard_sharing"), [table])
    oracle = stats.ttest_ind_from_stats(66.9, 0.1, 5, 63.0, 0.2, 5, equal_var=False)
    assert (found.test, found.n, found.digits) == ("Welch t", 5, 1)
    assert found.difference == pytest.approx(3.9)
    assert found.p_as_printed == pytest.approx(oracle.pvalue)
    assert oracle.pvalue < found.p_value < 1e-4
    assert 0 < found.low < 3.9 < found.high
    assert found.rounding == pytest.approx((3.8, 4.0))


def test_costs_are_exact_but_for_rounding(table: PublishedTable) -> None:
    found = printed_result(small.difference("parameters", "gradnorm", "etr"), [table])
    assert (found.test, found.n, found.p_value, found.low) == ("exact", None, None, None)
    assert found.rounding == pytest.approx((3.1, 3.3))


def test_means_without_spread_are_compared_only(table: PublishedTable) -> None:
    found = printed_result(small.difference("delta_p", "etr", "hard_sharing"), [table])
    assert (found.test, found.n, found.p_value) == ("means", 5, None)
    assert found.rounding == pytest.approx((1.4, 1.6))


def test_without_n_a_spread_cannot_be_used(tmp_path: Path) -> None:
    table = small.table(tmp_path, small.TABLE.replace("# n: 5\n", ""))
    found = printed_result(small.difference("f_score", "etr", "hard_sharing"), [table])
    assert (found.test, found.n) == ("means", None)


def test_a_lost_number_is_told_from_one_never_printed(table: PublishedTable) -> None:
    lost = printed_result(small.difference("abs_err", "hard_sharing", "etr"), [table])
    assert lost.missing == "etr celeba8 abs_err: printed, but the number is lost"
    assert (lost.difference, lost.test) == (None, "none")
    never = printed_result(small.difference("f_score", "etr", "mtan"), [table], "a figure")
    assert never.missing == "mtan celeba8 f_score: no number is printed; a figure"


def test_no_tables_no_numbers() -> None:
    found = printed_result(small.difference("f_score", "etr", "gradnorm"), [], "a figure")
    assert found.missing == "etr celeba8 f_score: no number is printed; a figure"


def test_the_first_table_counts(table: PublishedTable, tmp_path: Path) -> None:
    other = small.table(
        tmp_path,
        small.TABLE.replace("etr,celeba8,f_score,66.9", "etr,celeba8,f_score,60.9").replace(
            "etr,celeba8,abs_err,,", "etr,celeba8,abs_err,0.14,"
        ),
    )
    difference = small.difference("f_score", "etr", "hard_sharing")
    assert printed_result(difference, [table, other]).difference == pytest.approx(3.9)
    assert printed_result(difference, [other, table]).difference == pytest.approx(-2.1)
    # A number that the first table has lost is taken from the second.
    found = printed_result(small.difference("abs_err", "hard_sharing", "etr"), [table, other])
    assert found.difference == pytest.approx(0.03)


def test_a_cost_printed_for_all_settings_is_so_for_those_of_its_table_only(
    table: PublishedTable,
) -> None:
    elsewhere = small.difference("parameters", "gradnorm", "etr", "nyu")
    assert printed_result(elsewhere, [table]).missing.startswith("gradnorm nyu parameters: no num")


def test_units_are_not_mixed(table: PublishedTable, tmp_path: Path) -> None:
    other = small.table(
        tmp_path,
        small.TABLE.replace("unit: metre", "unit: centimetre")
        .replace("{celeba8: 8 tasks, celeba40: 40 tasks}", "{nyu: NYU}")
        .replace(",celeba8,", ",nyu,")
        .replace(",celeba40,", ",,"),
    )
    across = contrast(
        "across",
        (
            (Cell("hard_sharing", "celeba8", "abs_err"), 1),
            (Cell("hard_sharing", "nyu", "abs_err"), -1),
        ),
    )
    with pytest.raises(MtlError, match="'across' is printed in different units"):
        printed_result(across, [table, other])


def test_a_share_shows_more_decimals_and_a_margin_its_own(table: PublishedTable) -> None:
    cells = (Cell("gradnorm", "celeba8", "parameters"), Cell("etr", "celeba8", "parameters"))
    share = contrast("share", ((cells[0], Fraction(7155, 10000)), (cells[1], -1)))
    assert printed_result(share, [table]).digits == 3
    margin = contrast("margin", ((cells[0], 1), (cells[1], -1)), Fraction("-2.845"))
    assert printed_result(margin, [table]).digits == 3
