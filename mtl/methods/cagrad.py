"""CAGrad: the best worst-case improvement in a ball around the mean gradient."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mtl.methods._min_norm import min_norm_weights
from mtl.methods.base import JointStep, Method
from mtl.methods.info import MethodInfo, Option, Value
from mtl.models.unit import Context

INFO = MethodInfo(
    name="cagrad",
    label=r"CAGrad ($c = {c}$)",
    paper="Liu et al., Conflict-Averse Gradient Descent for Multi-task Learning, NeurIPS",
    year=2021,
    summary="Improves the worst task as far as a ball around the mean gradient allows.",
    needs="gradients",
    regimes=("joint",),
    options={
        "c": Option(
            0.4,
            paper=0.4,
            low=0.0,
            high=0.999,
            doc="Radius of the ball by the mean gradient's norm (authors' NYU-v2 script; LibMTL's "
            "default is 0.5).",
        )
    },
)


_SMALLEST = 1e-4
"""Of |g_w| by the root mean square of the gradients; below it the solution has a kink at zero."""


def cagrad_weights(gramian: NDArray[np.float64], c: float) -> tuple[NDArray[np.float64], float]:
    """Weights of the task gradients whose combination is CAGrad's, from their Gramian alone.

    With g0 the mean gradient, r = c |g0| and g_w = sum w_t g_t: w* minimises g_w'g0 + r |g_w| over
    the simplex, and the direction is g0 + r g_w* / |g_w*|, here divided by 1 + c^2 (the authors'
    `rescale=1`) and multiplied by T, as they do to match the sum of the losses.

    Differs from their code and LibMTL's, which hand the problem to SLSQP, in the solver: since
    |g_w| = min_t (|g_w|^2 / t + t) / 2, w* is the min-norm point of the gradients g_i + (t / r) g0
    for the one t that equals |g_w|. Rows of very different norms, on which SLSQP is far off, do
    no harm. LibMTL does not multiply by T.

    Args:
        gramian: `[T, T]`, positive semi-definite, any scale; rows may be zero or repeated.
        c: in [0, 1).

    Returns:
        `[T]` weights, and how far the direction's improvement of the worst task may be from the
        best in the ball, over the Gramian's mean diagonal.

    Raises:
        FloatingPointError: if the Gramian is not finite.
    """
    from scipy.optimize import brentq  # 0.6 s of import that only these methods need

    if not np.isfinite(gramian).all():
        raise FloatingPointError("the Gramian of the task gradients is not finite")
    n_tasks = len(gramian)
    scale = np.trace(gramian) / n_tasks
    mean = np.full(n_tasks, 1 / n_tasks)
    scaled = gramian / scale if scale > 0 else gramian
    radius = c * _norm(scaled, mean)
    if radius == 0:
        return np.ones(n_tasks) / (1 + c**2), 0.0

    def solve(length: float) -> NDArray[np.float64]:
        shift = length / radius * (scaled @ mean)
        square = (length / radius) ** 2 * float(mean @ scaled @ mean)
        return min_norm_weights(scaled + shift[:, None] + shift + square)

    def excess(logarithm: float) -> float:
        length = math.exp(logarithm)
        return _norm(scaled, solve(length)) / length - 1

    least, most = math.log(_SMALLEST), 0.5 * math.log(np.diagonal(scaled).max()) + 1e-6
    length = math.exp(brentq(excess, least, most, xtol=1e-12) if excess(least) > 0 else least)
    weights = solve(length)
    norm = _norm(scaled, weights)
    direction = mean + radius / max(length, norm) * weights
    best = float(weights @ scaled @ mean) + radius * norm
    return n_tasks * direction / (1 + c**2), best - float((scaled @ direction).min())


def _norm(gramian: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """|g_w|; rounding may make its square negative."""
    return math.sqrt(max(float(weights @ gramian @ weights), 0.0))


class Build(Method):
    """Gradients at the trunk's parameters; each head follows its own task's gradient."""

    def __init__(self, options: dict[str, Value], context: Context):
        super().__init__(options, context)
        self.c = float(options["c"])
        self._gap = 0.0

    def gradient_weights(self, step: JointStep) -> Tensor:
        solved = [cagrad_weights(gramian, self.c) for gramian in step.gramians]
        self._gap = max(gap for _, gap in solved)
        return torch.from_numpy(np.stack([weights for weights, _ in solved]))

    def solver_gap(self) -> float:
        return self._gap
