"""Partitions of data sets that stand beside those of their modules.

A data set's own module is part of the identity of its prepared data, which further ways to divide
its columns into tasks do not change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def labels3() -> list[dict[str, Any]]:
    """InterroGate's three tasks: gender, age and clothes.

    The paper names the tasks, not the attributes. Inferred: Male, Young, and the four attributes of
    what is worn, a group of Maximum Roaming's partition; the accuracies that others print for these
    average to about the printed ones.
    """
    groups = {
        "gender": ["Male"],
        "age": ["Young"],
        "clothes": [
            "Wearing_Earrings",
            "Wearing_Hat",
            "Wearing_Necklace",
            "Wearing_Necktie",
        ],
    }
    return [{"name": name, "kind": "labels", "columns": found} for name, found in groups.items()]


FURTHER: dict[str, dict[str, Callable[[], list[dict[str, Any]]]]] = {
    "celeba": {"labels3": labels3},
}
"""By data set and name."""
