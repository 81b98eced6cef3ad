import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.results import statistics
from mtl.results.comparisons import compare_rows, mark

COLUMN = ("s", "m")


def _table(rows: dict[str, list[float]], metric: str = "m") -> dict:
    return {(row, "s", metric): dict(enumerate(values)) for row, values in rows.items()}


def _noisy(seed: int, **means: float) -> dict[str, list[float]]:
    generator = np.random.default_rng(seed)
    return {row: list(mean + generator.normal(scale=0.002, size=5)) for row, mean in means.items()}


def test_numbers_are_those_of_the_statistics() -> None:
    rows = _noisy(1, base=0.6, other=0.61)
    [comparison] = compare_rows(_table(rows), {COLUMN: "base"}).values()
    differences = list(np.subtract(rows["other"], rows["base"]))
    expected = statistics.compare(differences)
    assert comparison.baseline == "base"
    assert comparison.mean_difference == pytest.approx(np.mean(differences))
    assert (comparison.ci_low, comparison.ci_high) == statistics.bootstrap_interval(differences)
    assert comparison.p_value == comparison.p_holm == expected.p_value
    assert (comparison.test, comparison.n) == ("paired t", 5)
    assert comparison.sign_flip_p == expected.sign_flip_p


def test_holms_family_is_the_whole_table() -> None:
    values = {
        **_table(_noisy(1, base=0.6, x=0.602, y=0.605), "m"),
        **_table(_noisy(2, base=0.6, x=0.604, y=0.606), "k"),
    }
    compared = compare_rows(values, {("s", "m"): "base", ("s", "k"): "base"})
    assert len(compared) == 4
    adjusted = statistics.holm([c.p_value for c in compared.values()])
    assert [c.p_holm for c in compared.values()] == adjusted
    assert min(adjusted) == pytest.approx(4 * min(c.p_value for c in compared.values()))


def test_rows_without_a_common_seed_are_not_compared() -> None:
    values = {("base", *COLUMN): {0: 0.5}, ("x", *COLUMN): {1: 0.6}}
    assert compare_rows(values, {COLUMN: "base"}) == {}
    assert compare_rows({("x", *COLUMN): {1: 0.6}}, {COLUMN: "base"}) == {}


def test_seeds_of_only_one_row_are_named() -> None:
    values = {("base", *COLUMN): {0: 0.5, 1: 0.6}, ("x", *COLUMN): {0: 0.6, 1: 0.8, 2: 0.9}}
    [comparison] = compare_rows(values, {COLUMN: "base"}).values()
    assert (comparison.n, comparison.dropped) == (2, (2,))


def test_marks() -> None:
    values = _table(_noisy(3, base=0.5, close=0.6995, top=0.701, far=0.4))
    marks = mark(values, {"m": +1})
    assert {key[0] for key in marks.best} == {"top"}
    assert {key[0] for key in marks.second} == {"close"}
    assert {key[0] for key in marks.tied} == {"close"}


def test_lower_is_better() -> None:
    marks = mark(_table({"a": [0.3], "b": [0.2], "c": [0.1]}), {"m": -1})
    assert {key[0] for key in marks.best} == {"c"}
    assert {key[0] for key in marks.second} == {"b"}


def test_equal_means_share_the_place_and_need_no_dagger() -> None:
    values = _table({"a": [0.3, 0.4], "b": [0.4, 0.3], "c": [0.2, 0.3], "d": [0.1, 0.1]})
    marks = mark(values, {"m": +1})
    assert {key[0] for key in marks.best} == {"a", "b"}
    assert {key[0] for key in marks.second} == {"c"}
    assert not marks.best & marks.tied


def test_one_seed_gives_no_dagger() -> None:
    assert mark(_table({"a": [0.3], "b": [0.30001]}), {"m": +1}).tied == frozenset()


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=5))
def test_properties(rows: list[list[int]]) -> None:
    values = _table({str(i): [v / 10 for v in row] for i, row in enumerate(rows)})
    marks = mark(values, {"m": +1})
    means = {key: sum(v.values()) for key, v in values.items()}
    assert marks.best
    assert not marks.best & (marks.second | marks.tied)
    assert all(round(means[key] - max(means.values()), 9) == 0 for key in marks.best)
    flipped = {key: {s: 1 - v for s, v in by.items()} for key, by in values.items()}
    assert len(mark(flipped, {"m": -1}).best) >= 1
