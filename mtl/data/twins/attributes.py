"""The 40 attributes of the `faces` twin: how often each occurs and what it goes with.

A Gaussian copula: attribute a is present where z_a = L_a f + sqrt(1 - |L_a|^2) e_a exceeds the
quantile of its rate, with seven latent factors f and independent e, all standard normal.

The rates and loadings are round numbers set by hand, from what is commonly said of the data set.
None is fitted to CelebA's annotations, because its terms extend to derived data.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Loadings:
    """How an attribute goes with the latent factors, each in [-1, 1].

    Attributes:
        masculine: masculine presentation.
        older: age.
        smile: smiling.
        weight: body weight.
        beard: facial hair.
        curl: curled or long styling.
        dark: dark as against fair colouring.
    """

    masculine: float = 0.0
    older: float = 0.0
    smile: float = 0.0
    weight: float = 0.0
    beard: float = 0.0
    curl: float = 0.0
    dark: float = 0.0


TABLE: dict[str, tuple[float, Loadings]] = {
    "5_o_Clock_Shadow": (0.11, Loadings(masculine=0.6, beard=0.55)),
    "Arched_Eyebrows": (0.27, Loadings(masculine=-0.6)),
    "Attractive": (0.51, Loadings(masculine=-0.45, older=-0.45, weight=-0.35)),
    "Bags_Under_Eyes": (0.20, Loadings(masculine=0.3, older=0.35, weight=0.25)),
    "Bald": (0.02, Loadings(masculine=0.6, older=0.5, weight=0.2)),
    "Bangs": (0.15, Loadings(masculine=-0.2, older=-0.1)),
    "Big_Lips": (0.24, Loadings(masculine=-0.2)),
    "Big_Nose": (0.23, Loadings(masculine=0.5, older=0.3, weight=0.4)),
    "Black_Hair": (0.24, Loadings(older=-0.3, dark=0.7)),
    "Blond_Hair": (0.15, Loadings(masculine=-0.5, dark=-0.7)),
    "Blurry": (0.05, Loadings()),
    "Brown_Hair": (0.20, Loadings(masculine=-0.2, dark=-0.2)),
    "Bushy_Eyebrows": (0.14, Loadings(masculine=0.4, older=-0.1, dark=0.3)),
    "Chubby": (0.06, Loadings(masculine=0.3, older=0.35, weight=0.75)),
    "Double_Chin": (0.05, Loadings(masculine=0.25, older=0.5, weight=0.7)),
    "Eyeglasses": (0.06, Loadings(masculine=0.3, older=0.4)),
    "Goatee": (0.06, Loadings(masculine=0.6, beard=0.7)),
    "Gray_Hair": (0.04, Loadings(masculine=0.4, older=0.75, dark=-0.2)),
    "Heavy_Makeup": (0.39, Loadings(masculine=-0.9, older=-0.2)),
    "High_Cheekbones": (0.45, Loadings(masculine=-0.3, smile=0.8)),
    "Male": (0.42, Loadings(masculine=0.97)),
    "Mouth_Slightly_Open": (0.48, Loadings(masculine=-0.1, smile=0.7)),
    "Mustache": (0.04, Loadings(masculine=0.55, older=0.2, beard=0.65)),
    "Narrow_Eyes": (0.12, Loadings(smile=0.15)),
    "No_Beard": (0.83, Loadings(masculine=-0.6, beard=-0.75)),
    "Oval_Face": (0.28, Loadings(masculine=-0.2, smile=0.2)),
    "Pale_Skin": (0.04, Loadings(masculine=-0.15)),
    "Pointy_Nose": (0.28, Loadings(masculine=-0.3)),
    "Receding_Hairline": (0.08, Loadings(masculine=0.2, older=0.5)),
    "Rosy_Cheeks": (0.07, Loadings(masculine=-0.5, smile=0.3)),
    "Sideburns": (0.06, Loadings(masculine=0.6, beard=0.65)),
    "Smiling": (0.48, Loadings(masculine=-0.2, smile=0.93)),
    "Straight_Hair": (0.21, Loadings(masculine=0.1, curl=-0.5)),
    "Wavy_Hair": (0.32, Loadings(masculine=-0.5, curl=0.6)),
    "Wearing_Earrings": (0.19, Loadings(masculine=-0.6, smile=0.1)),
    "Wearing_Hat": (0.05, Loadings(masculine=0.2, beard=0.2)),
    "Wearing_Lipstick": (0.47, Loadings(masculine=-0.96)),
    "Wearing_Necklace": (0.12, Loadings(masculine=-0.45)),
    "Wearing_Necktie": (0.07, Loadings(masculine=0.7, older=0.4)),
    "Young": (0.77, Loadings(masculine=-0.35, older=-0.85, weight=-0.2)),
}
"""Rate before the clean-up of `sample`, and loadings, by official name in the official order."""

NAMES = tuple(TABLE)
INDEX = {name: position for position, name in enumerate(NAMES)}

HAIR_COLOURS = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair")
HAIR_STYLES = ("Bangs", "Wavy_Hair", "Straight_Hair")
FACIAL_HAIR = ("Goatee", "Mustache", "Sideburns")

_THRESHOLDS = np.array([NormalDist().inv_cdf(1 - rate) for rate, _ in TABLE.values()])
_MOST_EXPLAINED = 0.98


def _loadings() -> NDArray[np.float64]:
    """The loadings [40, 7], scaled down where they explain more than nearly all the variance."""
    table = np.array([astuple(loadings) for _, loadings in TABLE.values()])
    explained = (table**2).sum(axis=1, keepdims=True)
    return table / np.sqrt(np.maximum(1, explained / _MOST_EXPLAINED))


_LOADINGS = _loadings()


def sample(count: int, rng: np.random.Generator, rho: float = 1.0) -> Flags:
    """Draw the attributes of `count` faces, bool [count, 40].

    Args:
        count: the number of faces.
        rng: consumed alike for every `rho`.
        rho: scales every correlation; 0 makes the attributes independent but for the clean-up.

    Contradictions are resolved afterwards: at most one hair colour, no hair style on a bald head,
    straight or wavy hair but not both, and no other facial hair with No_Beard. That lowers the
    rates of the table, most for Brown_Hair and Straight_Hair (by .04).
    """
    loadings = _LOADINGS * np.sqrt(rho)
    factors = rng.standard_normal((count, loadings.shape[1]))
    own = rng.standard_normal((count, len(NAMES)))
    scores = factors @ loadings.T + own * np.sqrt(1 - (loadings**2).sum(axis=1))
    flags = scores > _THRESHOLDS
    _keep_one_hair_colour(flags, scores - _THRESHOLDS)
    _exclude(flags, "Bald", HAIR_STYLES)
    _exclude(flags, "Wavy_Hair", ("Straight_Hair",))
    _exclude(flags, "No_Beard", FACIAL_HAIR)
    return flags


def _keep_one_hair_colour(flags: Flags, margins: NDArray[np.float64]) -> None:
    columns = [INDEX[name] for name in HAIR_COLOURS]
    strongest = margins[:, columns].argmax(axis=1)
    flags[:, columns] &= strongest[:, None] == np.arange(len(columns))


def _exclude(flags: Flags, present: str, others: tuple[str, ...]) -> None:
    for name in others:
        flags[:, INDEX[name]] &= ~flags[:, INDEX[present]]
