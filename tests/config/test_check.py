from __future__ import annotations

import pytest

from mtl.config.check import option_problem
from mtl.methods.info import Option, Value


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        (Option(0.5, low=0.0, high=1.0), 1, None),
        (Option(0.5, low=0.0, high=1.0), 1.5, "expected a number from 0 to 1, found 1.5"),
        (Option(0.5, low=0.0), -1, "expected a number at least 0, found -1"),
        (Option(0.5, high=1.0), 2, "expected a number at most 1, found 2"),
        (Option(3), 2.5, "expected a whole number, found 2.5"),
        (Option(3), True, "expected a number, found True"),
        (Option(True), False, None),
        (Option(True), 0, "expected true or false, found 0"),
        (Option("max", choices=("max", "avg")), "avg", None),
        (Option("max", choices=("max", "avg")), "av", "unknown choice 'av'"),
        (Option("max"), 1, "expected text, found 1"),
        (Option("avg9", pattern=r"[a-z]+[0-9]+"), "max3", None),
        (Option("avg9", pattern=r"[a-z]+[0-9]+"), "max", "a text like 'avg9', found 'max'"),
        (Option("avg9", pattern=r"[a-z]+[0-9]+"), "avg9+", "a text like 'avg9', found 'avg9+'"),
        (Option("avg9", pattern=r"[a-z]+[0-9]+"), 9, "expected text, found 9"),
    ],
)
def test_an_option_is_held_against_its_record(
    option: Option, value: Value, problem: str | None
) -> None:
    found = option_problem(option, value)
    assert found is None if problem is None else problem in str(found)
