from __future__ import annotations

import numpy as np
import pytest

from mtl.data.twins.teachers import answers, directions

COUNT = 12
LATENTS = 16


@pytest.mark.parametrize("relatedness", [0.0, 0.25, 0.5, 0.95, 1.0])
def test_any_two_teachers_have_the_cosine_of_the_dial(relatedness: float) -> None:
    found = directions(LATENTS, COUNT, relatedness, np.random.default_rng(1))
    assert found.shape == (COUNT, LATENTS)
    expected = np.full((COUNT, COUNT), relatedness)
    np.fill_diagonal(expected, 1)
    np.testing.assert_allclose(found @ found.T, expected, atol=1e-12)


def test_the_dial_turns_the_same_directions() -> None:
    """w(p) is that mixture of the common and the own direction, which p = 1 and p = 0 show."""
    at = {p: directions(LATENTS, COUNT, p, np.random.default_rng(2)) for p in (0.0, 0.36, 1.0)}
    np.testing.assert_allclose(at[0.36], 0.6 * at[1.0] + 0.8 * at[0.0], atol=1e-12)
    np.testing.assert_allclose(at[0.0] @ at[1.0][0], 0, atol=1e-12)


def test_every_direction_mixes_many_latents() -> None:
    shares = directions(LATENTS, COUNT, 0.0, np.random.default_rng(3)) ** 2
    assert shares.max() < 0.8


def test_an_answer_is_the_sign_of_the_recipe() -> None:
    z = np.array([-3.0, -1.0, -0.2, -0.1, 0.0, 1.0, 2.0])
    by_hand = [-3 + 0.9 * np.sin(-5.5), -1 + 0.9 * np.sin(-1.5), -0.2 + 0.9 * np.sin(0.1)]
    assert max(by_hand) < 0 < -0.1 + 0.9 * np.sin(0.3)
    said = answers(z[:, None], np.array([[1.0]]))
    assert said[:, 0].tolist() == [False, False, False, True, True, True, True]


def test_a_threshold_of_its_direction_reproduces_a_label() -> None:
    latents = np.random.default_rng(4).standard_normal((5000, LATENTS))
    towards = directions(LATENTS, COUNT, 0.5, np.random.default_rng(4))
    z, said = latents @ towards.T, answers(latents, towards)
    assert np.all(said[z > -0.1603])
    assert not np.any(said[z < -0.1605])
    assert 0.54 < said.mean() < 0.59


def test_labels_agree_as_their_directions_do() -> None:
    latents = np.random.default_rng(5).standard_normal((20000, LATENTS))
    agreement = []
    for relatedness in (0.0, 0.5, 0.95, 1.0):
        towards = directions(LATENTS, COUNT, relatedness, np.random.default_rng(5))
        said = answers(latents, towards)
        agreement.append(np.mean(said[:, 0] == said[:, 5]))
    assert agreement[0] == pytest.approx(0.564**2 + 0.436**2, abs=0.015)
    assert agreement == sorted(agreement)
    assert agreement[-1] == 1
