"""Labels whose relatedness is known: teachers that look at latents in chosen directions.

The recipe is that of the synthetic study of MMoE (Ma et al., KDD 2018), with a sign for a binary
label. Each teacher t has a unit direction w_t = sqrt(p) u_0 + sqrt(1 - p) u_t with orthonormal u,
so that any two of them have the cosine p, and says yes where z + 0.9 sin(2 z + 0.5) > 0 with
z = w_t x.

That sum crosses zero only once, at z = -0.160. So a label is a threshold of its z, and 56 in 100
are yes; what is not linear is the way from the image to z.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def directions(
    latents: int, teachers: int, relatedness: float, rng: np.random.Generator
) -> Numbers:
    """Unit directions with the cosine `relatedness` between any two, [teachers, latents].

    The orthonormal u are drawn whatever the relatedness is, and every one of them mixes all
    latents.

    Args:
        latents: the number of latents, more than that of the teachers.
        teachers: the number of directions.
        relatedness: from 0, orthogonal, to 1, all equal.
        rng: decides u.
    """
    drawn = rng.standard_normal((latents, latents))
    orthonormal, upper = np.linalg.qr(drawn)
    # QR leaves the signs open; these make it unique, whichever library computes it.
    orthonormal = (orthonormal * np.sign(np.diag(upper))).T
    common, own = orthonormal[0], orthonormal[1 : teachers + 1]
    return np.sqrt(relatedness) * common + np.sqrt(1 - relatedness) * own


def answers(latents: Numbers, towards: Numbers) -> NDArray[np.bool_]:
    """What the teachers say, bool [N, teachers].

    Args:
        latents: standard normal, [N, latents].
        towards: the teachers' directions, [teachers, latents].
    """
    z = latents @ towards.T
    return z + 0.9 * np.sin(2 * z + 0.5) > 0
