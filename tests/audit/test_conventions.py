from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from mtl.audit.conventions import CONVENTIONS, DESCRIPTIONS, signed_weights
from mtl.errors import MtlError
from mtl.metrics.catalogue import Metric
from mtl.metrics.delta import CONVENTIONS as COMPUTED
from mtl.metrics.delta import delta
from mtl.published.header import Column


def column(direction: str = "higher", task: str | None = "t", primary: bool = False) -> Column:
    made: dict[str, Any] = {"label": "", "unit": "percent", "digits": 1, "direction": direction}
    return Column.model_validate({**made, "task": task, "primary": primary})


COLUMNS = {
    "miou": column(task="segmentation", primary=True),
    "abs_err": column("lower", "depth", primary=True),
    "rel_err": column("lower", "depth"),
}


def test_the_weights_of_cityscapes() -> None:
    third, half, quarter = Fraction(1, 3), Fraction(1, 2), Fraction(1, 4)
    expected = {
        "metrics": (third, -third, -third),
        "tasks": (half, -quarter, -quarter),
        "primary": (half, -half),
    }
    for name, weights in expected.items():
        assert tuple(signed_weights(name, COLUMNS).values()) == weights
        turned = signed_weights(f"{name}_inverted", COLUMNS)
        assert tuple(turned.values()) == tuple(-weight for weight in weights)


@pytest.mark.parametrize("name", COMPUTED)
def test_they_are_those_by_which_our_own_tables_are_computed(name: str) -> None:
    rng = np.random.default_rng(0)
    own = {metric: float(value) for metric, value in zip(COLUMNS, rng.random(3), strict=True)}
    base = {metric: float(value) for metric, value in zip(COLUMNS, rng.random(3), strict=True)}
    metrics = [
        Metric(n, n, n, "", column.sign, 1, column.task, column.primary)
        for n, column in COLUMNS.items()
    ]
    weights = signed_weights(name, COLUMNS)
    by_weights = 100 * sum(float(w) * (own[n] / base[n] - 1) for n, w in weights.items())
    assert by_weights == pytest.approx(delta(name, own, base, metrics), rel=1e-12)


def test_every_convention_is_described() -> None:
    assert tuple(DESCRIPTIONS) == CONVENTIONS
    assert all(("sign" in DESCRIPTIONS[name]) == ("inverted" in name) for name in CONVENTIONS)


def test_a_task_with_one_metric_needs_no_mark() -> None:
    weights = signed_weights("primary", {"a": column(task="x"), "b": column(task="y")})
    assert weights == {"a": Fraction(1, 2), "b": Fraction(1, 2)}


@pytest.mark.parametrize(
    ("convention", "columns", "message"),
    [
        ("tasks", {"a": column(), "b": column(task=None)}, "no task for b"),
        ("primary", {"a": column(), "b": column(task=None)}, "one primary metric for each task"),
        ("primary", {"a": column(), "b": column()}, "one primary metric for each task"),
        ("primary", {"a": column(primary=True), "b": column(primary=True)}, "one primary"),
        ("task", {"a": column()}, "Did you mean 'tasks'"),
    ],
)
def test_a_header_may_say_too_little(
    convention: str, columns: dict[str, Column], message: str
) -> None:
    with pytest.raises(MtlError, match=message):
        signed_weights(convention, columns)
