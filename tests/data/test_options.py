from __future__ import annotations

from dataclasses import dataclass

import pytest

from mtl.data.options import option, read_options
from mtl.errors import MtlError


@dataclass(frozen=True)
class Example:
    count: int = option(low=1, high=9)
    share: float = option(0.5, low=0, high=1)
    kind: str = option("round", choices=("round", "square"))
    note: str = option("")


def test_defaults_fill_what_is_absent_and_integers_become_floats() -> None:
    assert read_options(Example, {"count": 3}, "x") == Example(3, 0.5, "round", "")
    share = read_options(Example, {"count": 3, "share": 1}, "x").share
    assert share == 1.0
    assert isinstance(share, float)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "shapes: option 'count' is missing"),
        ({"count": 0}, "'count' must be at least 1 and at most 9, found 0"),
        ({"count": 10}, "found 10"),
        ({"count": 2.0}, "'count' must be an integer, found 2.0"),
        ({"count": True}, "'count' must be an integer, found True"),
        ({"count": "2"}, "'count' must be an integer, found '2'"),
        ({"count": 1, "share": float("nan")}, "'share' must be a number, found nan"),
        ({"count": 1, "share": False}, "'share' must be a number, found False"),
        ({"count": 1, "share": None}, "'share' must be a number, found None"),
        ({"count": 1, "kind": "rund"}, "unknown kind 'rund'.*Did you mean 'round'"),
        ({"count": 1, "note": 3}, "'note' must be text, found 3"),
        ({"cuont": 1}, "shapes: unknown option 'cuont'.*Did you mean 'count'"),
    ],
)
def test_wrong_values_are_refused_by_name(config: dict[str, object], message: str) -> None:
    with pytest.raises(MtlError, match=message):
        read_options(Example, config, "shapes")
