"""Numbers that make a claim true, or false in one of its contrasts, found by linear programming."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from mtl.claims.contrasts import Cell, Contrast
from mtl.claims.vocabulary import COUNTS
from mtl.published.header import Column, Header
from mtl.published.numbers import Published
from mtl.published.table import PublishedTable

LARGEST = 1e4
SEEDS = 5


def solve(
    at_least: Sequence[tuple[Contrast, float]], at_most: Sequence[tuple[Contrast, float]] = ()
) -> dict[Cell, float] | None:
    """Cell values with contrasts at least, or at most, given numbers; None when there are none.

    Those that must be large are as small as they can be, so that noise can drown them.
    """
    from scipy.optimize import linprog

    cells = list(dict.fromkeys(cell for c, _ in (*at_least, *at_most) for cell in c.cells))
    rows, bounds = [], []
    for sign, constraints in ((-1, at_least), (1, at_most)):
        for contrast, bound in constraints:
            terms = dict(contrast.terms)
            rows.append([sign * float(terms.get(cell, 0)) for cell in cells])
            bounds.append(sign * (bound - float(contrast.constant)))
    size = -np.sum(rows[: len(at_least)], axis=0) if at_least else np.zeros(len(cells))
    found = linprog(
        size, A_ub=np.array(rows), b_ub=np.array(bounds),
        bounds=[(-LARGEST, LARGEST)] * len(cells), method="highs",
    )  # fmt: skip
    return dict(zip(cells, map(float, found.x), strict=True)) if found.status == 0 else None


def by_seed(
    values: Mapping[Cell, float], noise: float, seed: int = 0
) -> dict[Cell, dict[int, Fraction]]:
    """Values of five runs: noise for what is measured, none for costs.

    The noise of a cell has no mean, so that it can hide a difference, but not make one.
    """
    generator = np.random.default_rng(seed)
    runs = {}
    for cell, value in values.items():
        draws = generator.normal(scale=noise, size=SEEDS)
        draws -= draws.mean()
        spread = 0.0 if cell.metric in COUNTS else 1.0
        runs[cell] = {s: Fraction(value + spread * float(d)) for s, d in enumerate(draws)}
    return runs


def printed(values: Mapping[Cell, float], std: str, lost: Iterable[Cell] = ()) -> PublishedTable:
    """A table that prints the values with three decimals, and measured ones with a spread."""
    lost = frozenset(lost)
    metrics = dict.fromkeys(cell.metric for cell in values)
    column = Column(label="x", unit="x", digits=3, direction="higher")
    header = Header(
        paper="constructed",
        table="table_1",
        title="Constructed",
        source="nowhere",
        n=SEEDS,
        settings={cell.setting: cell.setting for cell in values},
        rows={cell.row: cell.row for cell in values},
        columns=dict.fromkeys(metrics, column),
    )
    numbers = {
        tuple(cell): Published(f"{value:.3f}", None if cell.metric in COUNTS else std)
        for cell, value in values.items()
        if cell not in lost
    }
    return PublishedTable(Path("table_1.csv"), header, numbers, frozenset(map(tuple, lost)))
