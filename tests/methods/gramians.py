"""Families of task gradients on which the methods of gradients are tested."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Rows = NDArray[np.float64]


@st.composite
def gradients(draw: st.DrawFn) -> Rows:
    """Rows [T, d]: norms from 1e-4 to 1e4, rank-deficient or not, repeated and zero rows among."""
    tasks, dimension = draw(st.integers(1, 12)), draw(st.integers(1, 20))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = generator.standard_normal((tasks, dimension))
    rows += draw(st.sampled_from([0.0, 0.5, 3.0])) * generator.standard_normal(dimension)
    rows *= 10.0 ** generator.uniform(-1, 1, (tasks, 1)) ** draw(st.sampled_from([1, 3]))
    if draw(st.booleans()):
        rows *= 10.0 ** generator.choice([-4, 0, 4], (tasks, 1))
    if draw(st.booleans()):
        rows[generator.integers(tasks)] = rows[generator.integers(tasks)]
    if draw(st.booleans()):
        rows[generator.integers(tasks)] = 0.0
    return rows
