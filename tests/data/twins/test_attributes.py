from __future__ import annotations

import numpy as np
import pytest

from mtl.data.layouts.celeba import ATTRIBUTES
from mtl.data.twins import attributes

COUNT = 20_000
# What the clean-up of contradictions takes from a rate beyond .03: one colour a head, and straight
# hair only where it is neither wavy nor bald.
LOWERED = {"Straight_Hair": 0.05, "Brown_Hair": 0.055, "Blond_Hair": 0.04}


@pytest.fixture(scope="module")
def flags() -> np.ndarray:
    return attributes.sample(COUNT, np.random.default_rng(0))


def column(flags: np.ndarray, name: str) -> np.ndarray:
    return flags[:, attributes.INDEX[name]]


def test_the_table_names_the_official_attributes_in_order() -> None:
    assert attributes.NAMES == ATTRIBUTES


@pytest.mark.parametrize("name", attributes.NAMES)
def test_rates_follow_the_table(flags: np.ndarray, name: str) -> None:
    rate, _ = attributes.TABLE[name]
    lost = rate - column(flags, name).mean()
    assert -0.015 < lost < LOWERED.get(name, 0.03)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ("Heavy_Makeup", "Wearing_Lipstick", 0.5, 0.9),
        ("Male", "Wearing_Lipstick", -0.95, -0.6),
        ("High_Cheekbones", "Smiling", 0.4, 0.8),
        ("Heavy_Makeup", "Male", -0.85, -0.5),
        ("Goatee", "No_Beard", -0.8, -0.4),
        ("Chubby", "Double_Chin", 0.25, 0.7),
        ("Mouth_Slightly_Open", "Smiling", 0.3, 0.65),
        ("Male", "No_Beard", -0.6, -0.2),
        ("Young", "Gray_Hair", -0.5, -0.15),
        ("Narrow_Eyes", "Male", -0.05, 0.05),
        ("Blurry", "Smiling", -0.05, 0.05),
    ],
)
def test_correlations_follow_the_table(
    flags: np.ndarray, first: str, second: str, low: float, high: float
) -> None:
    phi = np.corrcoef(column(flags, first), column(flags, second))[0, 1]
    assert low < phi < high


def test_rho_zero_makes_attributes_independent() -> None:
    flags = attributes.sample(COUNT, np.random.default_rng(0), rho=0.0)
    cleaned = {*attributes.HAIR_COLOURS, *attributes.HAIR_STYLES, *attributes.FACIAL_HAIR}
    free = [i for name, i in attributes.INDEX.items() if name not in {*cleaned, "Bald", "No_Beard"}]
    phi = np.corrcoef(flags[:, free].T) - np.eye(len(free))
    assert abs(phi).max() < 0.04
    rates = np.array([rate for rate, _ in attributes.TABLE.values()])
    assert abs(flags.mean(axis=0) - rates)[free].max() < 0.015


def test_rho_scales_correlations() -> None:
    def phi(rho: float) -> float:
        flags = attributes.sample(COUNT, np.random.default_rng(0), rho=rho)
        return float(np.corrcoef(column(flags, "Male"), column(flags, "Wearing_Lipstick"))[0, 1])

    assert phi(1.0) < phi(0.5) - 0.2 < phi(0.0) - 0.4


def test_contradictions_do_not_occur(flags: np.ndarray) -> None:
    colours = np.stack([column(flags, name) for name in attributes.HAIR_COLOURS])
    assert colours.sum(axis=0).max() == 1
    assert not np.any(column(flags, "Straight_Hair") & column(flags, "Wavy_Hair"))
    for name in attributes.HAIR_STYLES:
        assert not np.any(column(flags, name) & column(flags, "Bald"))
    for name in attributes.FACIAL_HAIR:
        assert not np.any(column(flags, name) & column(flags, "No_Beard"))
