"""The printed arithmetic of the papers is the oracle."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtl.errors import MtlError
from mtl.metrics.catalogue import METRICS, Metric
from mtl.metrics.delta import CONVENTIONS, delta


def _metric(name: str, direction: int, task: str | None = None, primary: bool = False) -> Metric:
    return Metric(name, name, name, "percent", direction, 2, task or name, primary)


CELEBA = [METRICS[name] for name in ("precision", "recall", "f_score")]
CITYSCAPES = [
    _metric("miou", +1, "segmentation", primary=True),
    _metric("absolute", -1, "depth", primary=True),
    _metric("relative", -1, "depth"),
]
TABLE_3A = {
    "attentive": ((71.1, 62.6), 4.9),
    "task_routing": ((71.7, 61.7), 4.5),
    "maximum_roaming": ((71.2, 63.0), 5.3),
    "etr": ((72.0, 63.6), 6.4),
}
TABLE_4_8 = {
    "gradnorm": ((70.4, 59.5, 63.6), 1.5),
    "mgda_ub": ((68.6, 60.2, 63.6), 1.0),
    "attentive": ((71.1, 62.6, 65.9), 4.8),
    "task_routing": ((71.7, 61.7, 65.5), 4.4),
    "maximum_roaming": ((71.2, 63.0, 66.2), 5.2),
    "etr_nlp": ((72.7, 64.8, 67.8), 7.79),
}
TABLE_4_40 = {
    "gradnorm": ((70.7, 60.0, 64.1), -0.1),
    "mgda_ub": ((71.8, 57.4, 62.3), -2.0),
    "attentive": ((73.2, 63.6, 67.5), 4.8),
    "task_routing": ((72.1, 63.4, 66.8), 3.9),
    "maximum_roaming": ((73.0, 63.6, 67.3), 4.6),
    "etr_nlp": ((73.2, 64.8, 68.1), 5.82),
}
TABLE_6 = {
    "gradnorm": ((56.77, 0.0199, 68.13), -23.86),
    "cross_stitch": ((50.08, 0.0154, 34.49), 6.51),
    "mtan": ((53.04, 0.0144, 33.63), 10.87),
    "attentive": ((55.45, 0.0160, 35.72), 7.57),
    "task_routing": ((56.52, 0.0155, 31.47), 12.40),
    "maximum_roaming": ((57.93, 0.0143, 29.38), 17.17),
    "etr_nlp": ((61.49, 0.0136, 29.16), 20.80),
}
CASES = [
    pytest.param(columns, baseline, row, printed, id=f"{table}-{name}")
    for table, columns, baseline, rows in (
        ("3a", CELEBA[:2], (67.7, 59.8), TABLE_3A),
        ("4-8", CELEBA, (67.7, 59.8, 63.0), TABLE_4_8),
        ("4-40", CELEBA, (70.8, 60.0, 64.2), TABLE_4_40),
        ("6", CITYSCAPES, (56.57, 0.0170, 43.99), TABLE_6),
    )
    for name, (row, printed) in rows.items()
]


def _named(columns: list[Metric], values: tuple[float, ...]) -> dict[str, float]:
    return {metric.name: value for metric, value in zip(columns, values, strict=True)}


@pytest.mark.parametrize(("columns", "baseline", "row", "printed"), CASES)
def test_metrics_convention_gives_the_printed_delta(columns, baseline, row, printed) -> None:
    """From the printed cells, within half of the last printed digit."""
    digits = 2 if columns is CITYSCAPES or printed in (7.79, 5.82) else 1
    found = delta("metrics", _named(columns, row), _named(columns, baseline), columns)
    assert abs(found - printed) <= 0.5 * 10**-digits


def test_the_formula_of_the_paper_is_not_what_it_printed() -> None:
    row, baseline = (
        _named(CITYSCAPES, values) for values in (TABLE_6["etr_nlp"][0], (56.57, 0.0170, 43.99))
    )
    assert delta("tasks", row, baseline, CITYSCAPES) == pytest.approx(17.78, abs=0.005)
    # (61.49 - 56.57) / 56.57 and (0.0170 - 0.0136) / 0.0170: 8.697 % and 20 %.
    assert delta("primary", row, baseline, CITYSCAPES) == pytest.approx(14.35, abs=0.005)


def test_lower_is_better_counts_a_fall_as_a_gain() -> None:
    lower, higher = _metric("error", -1), _metric("score", +1)
    assert delta("metrics", {"error": 0.9}, {"error": 1.0}, [lower]) == pytest.approx(10)
    assert delta("metrics", {"score": 0.9}, {"score": 1.0}, [higher]) == pytest.approx(-10)


@pytest.mark.parametrize("convention", CONVENTIONS)
@given(st.lists(st.floats(0.01, 100), min_size=3, max_size=3), st.floats(0.1, 10))
def test_properties(convention: str, values: list[float], scale: float) -> None:
    baseline = _named(CITYSCAPES, (0.5, 2.0, 30.0))
    row = _named(CITYSCAPES, tuple(values))
    found = delta(convention, row, baseline, CITYSCAPES)
    assert delta(convention, baseline, baseline, CITYSCAPES) == 0
    rescaled = (
        {name: scale * value for name, value in source.items()} for source in (row, baseline)
    )
    assert delta(convention, *rescaled, CITYSCAPES) == pytest.approx(found, rel=1e-9, abs=1e-9)
    assert delta(convention, row, baseline, CITYSCAPES[::-1]) == pytest.approx(found, abs=1e-9)


def test_mean_columns_do_not_count_as_a_task() -> None:
    columns = [METRICS[name] for name in ("accuracy_left", "accuracy_right", "accuracy")]
    baseline = {"accuracy_left": 0.5, "accuracy_right": 0.8, "accuracy": 0.65}
    row = {"accuracy_left": 0.6, "accuracy_right": 0.8, "accuracy": 0.7}
    assert delta("tasks", row, baseline, columns) == pytest.approx(10)
    assert delta("primary", row, baseline, columns) == pytest.approx(10)
    assert delta("metrics", row, baseline, columns) == pytest.approx((20 + 0 + 100 / 13) / 3)


@pytest.mark.parametrize(
    ("convention", "values", "baseline", "columns", "message"),
    [
        ("metric", {}, {}, CELEBA, "unknown convention of delta 'metric'.*'metrics'"),
        ("metrics", {"recall": 1}, {}, [METRICS["recall"]], "baseline has no value of 'recall'"),
        ("metrics", {}, {"recall": 1}, [METRICS["recall"]], "the row has no value of 'recall'"),
        ("metrics", {"recall": 1}, {"recall": 0}, [METRICS["recall"]], "found 0 for 'recall'"),
        ("tasks", {"recall": math.nan}, {"recall": 1}, [METRICS["recall"]], "'recall' is nan"),
        ("metrics", {}, {}, [], "at least one metric column"),
        ("tasks", {}, {}, [METRICS["accuracy"]], "found only accuracy"),
        ("primary", {}, {}, CELEBA[:2], "each of the tasks attributes; found none"),
    ],
)
def test_errors(convention, values, baseline, columns, message: str) -> None:
    with pytest.raises(MtlError, match=message):
        delta(convention, values, baseline, columns)
