"""Each kind of test as contrasts: their coefficients, worked out by hand, and their words."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mtl.claims.contrasts import Contrast
from mtl.claims.kinds import KINDS
from mtl.claims.vocabulary import UnknownName, Vocabulary
from mtl.errors import MtlError
from tests.claims import small


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return small.vocabulary(small.table(tmp_path_factory.mktemp("kinds")))


def contrasts(words: Vocabulary, kind: str, **fields: Any) -> list[Contrast]:
    test = KINDS[kind].model_validate({"kind": kind, **fields})
    return list(test.contrasts(words))


def terms(contrast: Contrast) -> dict[str, Fraction]:
    """Row and setting to the coefficient."""
    return {f"{cell.row}/{cell.setting}": value for cell, value in contrast.terms}


BOTH = {"celeba8": ["f_score"], "celeba40": ["f_score"]}
F8 = {"celeba8": ["f_score"]}
ERRORS = {"celeba8": ["abs_err"]}


def test_better_is_above_where_higher_is_better(words: Vocabulary) -> None:
    found = contrasts(
        words, "better", rows=["etr"], than=["hard_sharing", "gradnorm"], columns=BOTH
    )
    assert [c.words for c in found] == [
        "ETR above Hard sharing, F-score, 8 tasks",
        "ETR above GradNorm, F-score, 8 tasks",
        "ETR above Hard sharing, F-score, 40 tasks",
        "ETR above GradNorm, F-score, 40 tasks",
    ]
    assert terms(found[1]) == {"etr/celeba8": 1, "gradnorm/celeba8": -1}
    assert found[1].constant == 0


def test_better_is_below_where_lower_is_better(words: Vocabulary) -> None:
    [found] = contrasts(words, "better", rows=["etr"], than=["gradnorm"], columns=ERRORS)
    assert found.words == "ETR below GradNorm, Abs. Err., 8 tasks"
    assert terms(found) == {"etr/celeba8": -1, "gradnorm/celeba8": 1}


@pytest.mark.parametrize(
    ("margin", "columns", "side"),
    [
        (2.5, F8, "more than 2.5 above"),
        (-0.1, F8, "less than 0.1 below"),
        (2.5, ERRORS, "more than 2.5 below"),
        (-0.1, ERRORS, "less than 0.1 above"),
    ],
)
def test_a_margin_is_exact_and_in_words(
    words: Vocabulary, margin: float, columns: dict[str, list[str]], side: str
) -> None:
    fields = {"rows": ["etr"], "than": ["gradnorm"], "columns": columns, "margin": margin}
    [found] = contrasts(words, "better", **fields)
    assert f"ETR {side} GradNorm" in found.words
    assert found.constant == -Fraction(str(margin))


def test_better_on_average(words: Vocabulary) -> None:
    [found] = contrasts(
        words,
        "better_on_average",
        rows=["etr"],
        called="ours",
        than=["hard_sharing", "gradnorm"],
        than_called="the others",
        columns=F8,
    )
    assert found.words == "mean of ours above that of the others, F-score, 8 tasks"
    assert terms(found) == {
        "etr/celeba8": 1,
        "hard_sharing/celeba8": Fraction(-1, 2),
        "gradnorm/celeba8": Fraction(-1, 2),
    }


def test_better_across(words: Vocabulary) -> None:
    [found] = contrasts(
        words,
        "better_across",
        cell={"row": "etr", "setting": "celeba40"},
        than={"row": "gradnorm", "setting": "celeba8"},
        metrics=["f_score"],
        margin=-1,
    )
    assert found.words == "ETR (40 tasks) less than 1 below GradNorm (8 tasks), F-score"
    assert terms(found) == {"etr/celeba40": 1, "gradnorm/celeba8": -1}
    assert found.constant == 1


def test_better_by_share_of_the_other(words: Vocabulary) -> None:
    fields = {"rows": ["etr"], "than": ["gradnorm"]}
    [less] = contrasts(words, "better_by_share", **fields, columns=ERRORS, percent=28.45)
    assert less.words == "ETR more than 28.45 % below GradNorm, Abs. Err., 8 tasks"
    assert terms(less) == {"etr/celeba8": -1, "gradnorm/celeba8": Fraction(7155, 10000)}
    [more] = contrasts(words, "better_by_share", **fields, columns=F8, percent=10)
    assert terms(more) == {"etr/celeba8": 1, "gradnorm/celeba8": Fraction(-11, 10)}
    [near] = contrasts(words, "better_by_share", **fields, columns=ERRORS, percent=-10)
    assert near.words == "ETR less than 10 % above GradNorm, Abs. Err., 8 tasks"
    assert terms(near) == {"etr/celeba8": -1, "gradnorm/celeba8": Fraction(11, 10)}


def test_better_across_by_share(words: Vocabulary) -> None:
    [found] = contrasts(
        words,
        "better_across_by_share",
        cell={"row": "etr", "setting": "celeba40"},
        than={"row": "gradnorm", "setting": "celeba8"},
        metrics=["abs_err"],
        percent=25,
    )
    assert found.words == "ETR (40 tasks) more than 25 % below GradNorm (8 tasks), Abs. Err."
    assert terms(found) == {"etr/celeba40": -1, "gradnorm/celeba8": Fraction(3, 4)}


def test_beyond_a_number(words: Vocabulary) -> None:
    [above] = contrasts(words, "beyond", rows=["etr"], columns=F8, value=60.5)
    assert above.words == "ETR above 60.5, F-score, 8 tasks"
    assert (terms(above), above.constant) == ({"etr/celeba8": 1}, Fraction("-60.5"))
    [below] = contrasts(words, "beyond", rows=["etr"], columns=ERRORS, value=0.2)
    assert below.words == "ETR below 0.2, Abs. Err., 8 tasks"
    assert (terms(below), below.constant) == ({"etr/celeba8": -1}, Fraction("0.2"))


def test_ordered_compares_neighbours(words: Vocabulary) -> None:
    found = contrasts(words, "ordered", rows=["etr", "gradnorm", "hard_sharing"], columns=F8)
    assert [c.words for c in found] == [
        "ETR above GradNorm, F-score, 8 tasks",
        "GradNorm above Hard sharing, F-score, 8 tasks",
    ]


def test_gain_grows_is_a_difference_of_differences(words: Vocabulary) -> None:
    found = contrasts(
        words,
        "gain_grows",
        row="etr",
        over="gradnorm",
        settings=["celeba8", "celeba40", "celeba80"],
        metrics=["f_score"],
    )
    assert [c.words for c in found] == [
        "lead of ETR over GradNorm, F-score: 40 tasks above 8 tasks",
        "lead of ETR over GradNorm, F-score: 80 tasks above 40 tasks",
    ]
    assert terms(found[0]) == {
        "etr/celeba40": 1,
        "etr/celeba8": -1,
        "gradnorm/celeba40": -1,
        "gradnorm/celeba8": 1,
    }


def test_the_lead_of_an_error_is_how_much_lower_it_is(words: Vocabulary) -> None:
    [found] = contrasts(
        words,
        "gain_grows",
        row="etr",
        over="gradnorm",
        settings=["celeba8", "celeba40"],
        metrics=["abs_err"],
    )
    # Leads 0.2 - 0.1 with 8 tasks and 0.5 - 0.1 with 40: it grows by 0.3.
    errors = {
        "etr/celeba8": 0.1,
        "gradnorm/celeba8": 0.2,
        "etr/celeba40": 0.1,
        "gradnorm/celeba40": 0.5,
    }
    value = sum(float(c) * errors[name] for name, c in terms(found).items())
    assert value == pytest.approx(0.3)


def test_scales_better_compares_changes_of_pairs(words: Vocabulary) -> None:
    found = contrasts(
        words,
        "scales_better",
        rows=["etr"],
        than=["hard_sharing", "gradnorm"],
        settings=["celeba8", "celeba40"],
        metrics=["f_score"],
    )
    assert [c.words for c in found] == [
        "change of ETR above that of Hard sharing, F-score, 8 tasks to 40 tasks",
        "change of ETR above that of GradNorm, F-score, 8 tasks to 40 tasks",
    ]
    assert terms(found[1]) == {
        "etr/celeba40": 1,
        "etr/celeba8": -1,
        "gradnorm/celeba40": -1,
        "gradnorm/celeba8": 1,
    }


def test_trend_is_the_least_squares_slope(words: Vocabulary) -> None:
    np = pytest.importorskip("numpy")
    values = {"etr": 1, "gradnorm": 2, "hard_sharing": 5}
    [found] = contrasts(words, "trend", along="size", values=values, columns=F8)
    assert found.words == "F-score rising with size, 8 tasks"
    scores = {"etr": 10.0, "gradnorm": 12.5, "hard_sharing": 11.0}
    slope = np.polyfit(list(values.values()), list(scores.values()), 1)[0]
    own = sum(float(c) * scores[cell.row] for cell, c in found.terms)
    assert own == pytest.approx(slope)


def test_a_trend_of_errors_falls(words: Vocabulary) -> None:
    values = {"etr": 1, "gradnorm": 2}
    [found] = contrasts(words, "trend", along="size", values=values, columns=ERRORS)
    assert found.words == "Abs. Err. falling with size, 8 tasks"
    assert terms(found) == {"etr/celeba8": 1, "gradnorm/celeba8": -1}


def test_a_trend_over_one_size_is_refused(words: Vocabulary) -> None:
    values = {"etr": 2, "gradnorm": 2}
    with pytest.raises(MtlError, match="compares something with itself"):
        contrasts(words, "trend", along="size", values=values, columns=F8)


@pytest.mark.parametrize(
    ("fields", "kind", "name"),
    [
        ({"rows": ["etr", "ghost"]}, "row", "ghost"),
        ({"columns": {"celeba9": ["f_score"]}}, "setting", "celeba9"),
        ({"columns": {"celeba8": ["f"]}}, "metric", "f"),
    ],
)
def test_unknown_names_are_refused(
    words: Vocabulary, fields: dict[str, Any], kind: str, name: str
) -> None:
    with pytest.raises(UnknownName) as error:
        contrasts(
            words, "better", **{"rows": ["etr"], "than": ["gradnorm"], "columns": F8} | fields
        )
    assert (error.value.kind, error.value.name) == (kind, name)


def test_rows_behind_a_mean_or_a_slope_are_checked_too(words: Vocabulary) -> None:
    with pytest.raises(UnknownName, match="'ghost'"):
        contrasts(words, "trend", along="x", values={"etr": 1, "ghost": 2}, columns=F8)
    fields = {"rows": ["etr"], "called": "a", "than": ["ghost"], "than_called": "b"}
    with pytest.raises(UnknownName, match="'ghost'"):
        contrasts(words, "better_on_average", **fields, columns=F8)


def test_tables_that_disagree_on_a_direction_are_refused(tmp_path: Path) -> None:
    f_score = "f_score: {label: F-score, unit: percent, digits: 1, direction: "
    table = small.table(tmp_path, small.TABLE.replace(f"{f_score}higher", f"{f_score}lower"))
    with pytest.raises(MtlError, match=r"table_4\.csv: column 'f_score': 'lower' is better here"):
        small.vocabulary(table)


def test_labels_leave_out_units(tmp_path: Path) -> None:
    words = small.vocabulary(small.table(tmp_path))
    assert words.quantity("delta_p").label == "Δp"
    assert words.quantity("parameters").label == "parameters"
