import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from mtl.errors import MtlError
from mtl.metrics.catalogue import METRICS, Metric
from mtl.metrics.ranks import mean_ranks

COLUMNS = [
    Metric(name, name, name, "percent", direction, 1, name, True)
    for name, direction in (("gender", 1), ("age", 1), ("error", -1))
]


@pytest.mark.parametrize(
    ("block", "printed"),
    [
        ([(97.50, 86.02, 93.00), (97.28, 86.70, 92.35), (97.60, 87.44, 92.40)], [2.0, 2.7, 1.3]),
        ([(96.99, 85.60, 92.72), (97.02, 86.41, 92.11), (97.33, 86.75, 92.05)], [2.3, 2.0, 1.7]),
        ([(96.64, 85.22, 92.19), (96.46, 85.46, 91.59), (96.81, 86.05, 91.48)], [2.0, 2.3, 1.7]),
    ],
)
def test_gives_the_ranks_that_interrogate_prints(block, printed) -> None:
    """CelebA half of InterroGate's Table 7: gender, age, clothes; rows STL, MTL, InterroGate."""
    columns = [Metric(n, n, n, "percent", 1, 2, n, True) for n in ("gender", "age", "clothes")]
    rows = {
        row: dict(zip(("gender", "age", "clothes"), values, strict=True))
        for row, values in zip(("stl", "mtl", "interrogate"), block, strict=True)
    }
    assert [round(rank, 1) for rank in mean_ranks(rows, columns).values()] == printed


@pytest.mark.oracle
@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=8))
def test_agrees_with_scipy_ties_included(table: list[tuple[int, int, int]]) -> None:
    rows = {
        str(i): dict(zip(("gender", "age", "error"), map(float, values), strict=True))
        for i, values in enumerate(table)
    }
    signs = np.array([metric.direction for metric in COLUMNS])
    oracle = rankdata(-signs * np.array(table), method="min", axis=0).mean(axis=1)
    assert list(mean_ranks(rows, COLUMNS).values()) == pytest.approx(list(oracle))


def test_means_are_not_rounded_before_ranking() -> None:
    rows = {"a": {"recall": 0.63401}, "b": {"recall": 0.63402}}
    assert mean_ranks(rows, [METRICS["recall"]]) == {"a": 2, "b": 1}


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        ({"a": {}}, [METRICS["recall"]], "row 'a' has nothing for 'recall'"),
        ({"a": {"recall": float("nan")}}, [METRICS["recall"]], "row 'a' has nan for 'recall'"),
        ({"a": {}}, [], "at least one metric"),
    ],
)
def test_errors(rows, columns, message: str) -> None:
    with pytest.raises(MtlError, match=message):
        mean_ranks(rows, columns)
