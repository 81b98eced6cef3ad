"""The point of least norm in the convex hull of gradients, from their Gramian alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def min_norm_weights(gramian: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convex weights of the min-norm point, exactly.

    Solves min a'Ga over the simplex as one non-negative least squares problem: with G = R'R,
    minimise ||R a||^2 + (1'a - 1)^2 over a >= 0; its solution, divided by its sum, is the
    min-norm point. Differs from the official MGDA-UB code, which stops a projected-gradient
    search at an L1 change of 1e-5 and clamps two-task steps to [0.001, 0.999].

    Args:
        gramian: `[T, T]`, positive semi-definite, any scale; rows may be zero or repeated.

    Returns:
        `[T]` weights, non-negative, of sum one.

    Raises:
        FloatingPointError: if the Gramian is not finite.
    """
    from scipy.optimize import nnls  # 0.6 s of import that only these methods need

    if not np.isfinite(gramian).all():
        raise FloatingPointError("the Gramian of the task gradients is not finite")
    n_tasks = len(gramian)
    scale = np.sqrt(np.trace(gramian) / n_tasks)
    if scale == 0:
        return np.full(n_tasks, 1 / n_tasks)
    norms = np.sqrt(np.clip(np.diagonal(gramian), 0, None))
    # The root is taken of the cosines, so that rows of very different norms keep their digits.
    safe = np.where(norms > 0, norms, 1.0)
    values, vectors = np.linalg.eigh(gramian / np.outer(safe, safe))
    root = np.sqrt(np.clip(values, 0, None))[:, None] * vectors.T * (norms / scale)
    system = np.vstack([root, np.ones(n_tasks)])
    weights, _ = nnls(system, np.append(np.zeros(n_tasks), 1.0), maxiter=30 * n_tasks)
    return weights / weights.sum()


def duality_gap(gramian: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """How far `weights` are from the min-norm point: a'Ga - min_i (Ga)_i, over the mean diagonal.

    Zero exactly at the optimum, and an upper bound on the excess of a'Ga otherwise.
    """
    products = gramian @ weights
    scale = np.trace(gramian) / len(gramian)
    return float((weights @ products - products.min()) / scale) if scale > 0 else 0.0
