"""Printed tables made in memory: by hand for unit tests, at random for properties."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from mtl.audit.conventions import CONVENTIONS, signed_weights
from mtl.published.header import Header
from mtl.published.numbers import Published
from mtl.published.table import PublishedTable

RULES = ("min", "average", "max", "strict", "printed_min", "printed_average", "printed_max")


def make_table(
    columns: Mapping[str, Mapping[str, Any]],
    rows: Mapping[str, Mapping[str, str]],
    *,
    setting: str = "",
    **header: Any,
) -> PublishedTable:
    """A table with one setting.

    Args:
        columns: name to what differs from a metric in percent with any decimals, higher better.
        rows: name to metric to printed text, "mean" or "mean ± std"; "" for a lost number.
        header: further keys of the header.
    """
    plain = {"unit": "percent", "digits": "mixed", "direction": "higher"}
    made = Header.model_validate(
        {
            "paper": "paper",
            "table": "table_1",
            "title": "A table",
            "source": "a test",
            "settings": {setting: setting} if setting else {},
            "rows": {name: name for name in rows},
            "columns": {
                name: {**plain, "label": name, **column} for name, column in columns.items()
            },
            **header,
        }
    )
    cells = {(row, setting, m): text for row, own in rows.items() for m, text in own.items()}
    return PublishedTable(
        path=Path("table_1.csv"),
        header=made,
        numbers={key: published(text) for key, text in cells.items() if text},
        lost=frozenset(key for key, text in cells.items() if not text),
    )


def published(text: str) -> Published:
    mean, _, std = text.partition(" ± ")
    return Published(mean, std or None)


def replaced(table: PublishedTable, cells: Mapping[tuple[str, str, str], str]) -> PublishedTable:
    """The table with other numbers in some cells."""
    numbers = table.numbers | {key: published(text) for key, text in cells.items()}
    return PublishedTable(table.path, table.header, numbers, table.lost)


def printed(value: Fraction, digits: int, halves_up: bool, plus: bool = False) -> str:
    """A number as a paper prints it."""
    scaled = value * 10**digits
    steps = math.floor(scaled + Fraction(1, 2)) if halves_up else round(scaled)
    whole, part = divmod(abs(steps), 10**digits)
    sign = "-" if steps < 0 else "+" if plus and steps > 0 else ""
    return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"


@dataclass(frozen=True)
class TrueTable:
    """A table whose derived columns were computed from unrounded numbers, and how.

    Attributes:
        table: as printed, with the columns delta, mean and mean_rank.
        convention: of delta.
        rule: of mean_rank.
        derived: (row, column) to the unrounded derived number.
    """

    table: PublishedTable
    convention: str
    rule: str
    derived: dict[tuple[str, str], Fraction]


def true_table(
    rng: np.random.Generator, rows: tuple[int, int] = (2, 8), metrics: tuple[int, int] = (1, 6)
) -> TrueTable:
    """A random table that is right by construction, with numbers of rows and metrics in a range.

    Metrics range from far below 1 to thousands, with one to four printed digits, so that rounding
    intervals are from very narrow to as wide as the number; some values are exactly equal, and some
    lie exactly between two printable numbers.
    """
    halves_up = bool(rng.random() < 0.5)
    n_rows, n_metrics = int(rng.integers(*rows)), int(rng.integers(*metrics))
    columns: dict[str, dict[str, Any]] = {}
    values: dict[str, list[Fraction]] = {}
    digits: dict[str, int] = {}
    n_tasks = int(rng.integers(1, n_metrics + 1))
    for i in range(n_metrics):
        name = f"m{i}"
        task = i if i < n_tasks else int(rng.integers(n_tasks))
        columns[name] = {
            "direction": "lower" if rng.random() < 0.4 else "higher",
            "task": f"t{task}",
            "primary": i < n_tasks,
        }
        digits[name], values[name] = _metric(rng, n_rows)
    texts = {
        name: [printed(value, digits[name], halves_up) for value in own]
        for name, own in values.items()
    }
    for name in columns:
        columns[name]["digits"] = digits[name]
    convention = str(rng.choice(CONVENTIONS))
    rule = str(rng.choice(RULES))
    of = list(values)
    columns |= {
        "delta": {"derived": {"kind": "delta", "of": of}},
        "mean": {"derived": {"kind": "mean", "of": of}},
        "mean_rank": {"direction": "lower", "derived": {"kind": "mean_rank", "of": of}},
    }
    rows: dict[str, dict[str, str]] = {
        f"r{row}": {name: texts[name][row] for name in of} for row in range(n_rows)
    }
    table = make_table(columns, rows, baseline="r0")
    weights = signed_weights(convention, {name: table.header.columns[name] for name in of})
    derived: dict[tuple[str, str], Fraction] = {}
    ranked = (
        {name: [Fraction(text) for text in own] for name, own in texts.items()}
        if rule.startswith("printed_")
        else values
    )
    ranks = _mean_ranks(ranked, {name: table.header.columns[name].sign for name in of}, rule)
    for row in range(n_rows):
        derived[f"r{row}", "delta"] = 100 * sum(
            (weight * (values[n][row] / values[n][0] - 1) for n, weight in weights.items()),
            Fraction(0),
        )
        derived[f"r{row}", "mean"] = sum(own[row] for own in values.values()) / n_metrics
        derived[f"r{row}", "mean_rank"] = ranks[row]
    decimals = {name: int(rng.integers(0, 4)) for name in ("delta", "mean", "mean_rank")}
    cells = {
        (row, "", column): printed(value, decimals[column], halves_up, plus=column == "delta")
        for (row, column), value in derived.items()
    }
    return TrueTable(replaced(table, cells), convention, rule, derived)


def _metric(rng: np.random.Generator, n_rows: int) -> tuple[int, list[Fraction]]:
    """Decimals, and the unrounded values of a metric's rows, all above 0."""
    size = 10.0 ** rng.uniform(-3, 4)
    significant = int(rng.integers(1, 5))
    digits = max(0, significant - 1 - math.floor(math.log10(size)))
    fine = 10 ** (digits + 3)
    spread = 10.0 ** rng.uniform(-3, -0.3)
    units = [max(1, round(size * math.exp(spread * rng.normal()) * fine)) for _ in range(n_rows)]
    for row in range(n_rows):
        draw = rng.random()
        if draw < 0.12:  # exactly equal to another row
            units[row] = units[int(rng.integers(n_rows))]
        elif draw < 0.2:  # exactly between two printable numbers
            units[row] = units[row] // 1000 * 1000 + 500
    return digits, [Fraction(unit, fine) for unit in units]


def _mean_ranks(
    values: Mapping[str, Sequence[Fraction]], signs: Mapping[str, int], rule: str
) -> list[Fraction]:
    """Mean ranks by scipy's rules; `strict` breaks ties by the order of the rows."""
    from scipy.stats import rankdata

    method = {"strict": "ordinal"}.get(rule, rule.removeprefix("printed_"))
    n_rows = len(next(iter(values.values())))
    totals = [Fraction(0)] * n_rows
    for name, own in values.items():
        order = {value: i for i, value in enumerate(sorted(set(own), reverse=signs[name] > 0))}
        ranks = rankdata([order[value] for value in own], method=method)
        totals = [total + Fraction(float(rank)) for total, rank in zip(totals, ranks, strict=True)]
    return [total / len(values) for total in totals]
