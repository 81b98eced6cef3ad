from __future__ import annotations

import numpy as np
import pytest

from mtl.data.twins import attributes
from mtl.data.twins.painter.portrait import HEIGHT, WIDTH, Portraits, render

COUNT = 12
# Left, right, top, bottom of what an attribute may change, as shares of the image.
EVERYTHING = (0.0, 1.0, 0.0, 1.0)
HAIR = (0.0, 1.0, 0.05, 1.0)
LOWER_FACE = (0.1, 0.9, 0.55, 0.9)
EYES = (0.1, 0.9, 0.35, 0.58)
FACE = (0.05, 0.95, 0.15, 0.92)
WINDOWS = {
    "5_o_Clock_Shadow": LOWER_FACE,
    "Arched_Eyebrows": EYES,
    "Attractive": FACE,
    "Bags_Under_Eyes": EYES,
    "Bald": HAIR,
    "Bangs": (0.1, 0.9, 0.1, 0.45),
    "Big_Lips": LOWER_FACE,
    "Big_Nose": (0.3, 0.7, 0.44, 0.7),
    "Black_Hair": HAIR,
    "Blond_Hair": HAIR,
    "Blurry": EVERYTHING,
    "Brown_Hair": HAIR,
    "Bushy_Eyebrows": EYES,
    "Chubby": HAIR,
    "Double_Chin": (0.2, 0.8, 0.74, 0.94),
    "Eyeglasses": EYES,
    "Goatee": LOWER_FACE,
    "Gray_Hair": HAIR,
    "Heavy_Makeup": (0.1, 0.9, 0.35, 0.7),
    "High_Cheekbones": (0.1, 0.9, 0.5, 0.7),
    "Male": HAIR,
    "Mouth_Slightly_Open": LOWER_FACE,
    "Mustache": LOWER_FACE,
    "Narrow_Eyes": EYES,
    "No_Beard": LOWER_FACE,
    "Oval_Face": HAIR,
    "Pale_Skin": (0.0, 1.0, 0.1, 1.0),
    "Pointy_Nose": (0.3, 0.7, 0.44, 0.7),
    "Receding_Hairline": (0.1, 0.9, 0.1, 0.45),
    "Rosy_Cheeks": (0.1, 0.9, 0.5, 0.7),
    "Sideburns": (0.1, 0.9, 0.44, 0.68),
    "Smiling": LOWER_FACE,
    "Straight_Hair": HAIR,
    "Wavy_Hair": HAIR,
    "Wearing_Earrings": (0.05, 0.95, 0.54, 0.72),
    "Wearing_Hat": (0.0, 1.0, 0.0, 0.36),
    "Wearing_Lipstick": LOWER_FACE,
    "Wearing_Necklace": (0.2, 0.8, 0.82, 1.0),
    "Wearing_Necktie": (0.35, 0.65, 0.84, 1.0),
    "Young": (0.15, 0.85, 0.25, 0.76),
}


def paint(present: np.ndarray, seed: int = 0, **options: float) -> Portraits:
    return render(present, np.random.default_rng(seed), **options)


def plain(**present: bool) -> np.ndarray:
    """Faces with No_Beard, Young and Attractive, and what is given."""
    flags = np.zeros((COUNT, 40), bool)
    for name, value in ({"No_Beard": True, "Young": True, "Attractive": True} | present).items():
        flags[:, attributes.INDEX[name]] = value
    return flags


@pytest.mark.parametrize("name", attributes.NAMES)
def test_every_attribute_shows_where_it_belongs_and_nowhere_else(name: str) -> None:
    without, with_it = plain(**{name: False}), plain(**{name: True})
    before = paint(without, noise=0.0).images.astype(int)
    after = paint(with_it, noise=0.0).images.astype(int)
    change = abs(after - before).max(axis=3)
    left, right, top, bottom = WINDOWS[name]
    rows = slice(int(top * HEIGHT), int(np.ceil(bottom * HEIGHT)))
    columns = slice(int(left * WIDTH), int(np.ceil(right * WIDTH)))
    inside = change[:, rows, columns]
    assert np.all((inside >= 5).sum(axis=(1, 2)) >= 10), "the change is not visible in every face"
    outside = change.copy()
    outside[:, rows, columns] = 0
    assert outside.max() == 0


def test_equal_generators_paint_equal_images() -> None:
    present = attributes.sample(COUNT, np.random.default_rng(1))
    first, second = paint(present), paint(present)
    np.testing.assert_array_equal(first.images, second.images)
    np.testing.assert_array_equal(first.landmarks, second.landmarks)
    assert not np.array_equal(first.images, paint(present, seed=1).images)


def test_images_have_the_painted_size() -> None:
    portraits = paint(plain())
    assert portraits.images.shape == (COUNT, HEIGHT, WIDTH, 3)
    assert portraits.images.dtype == np.uint8
    assert portraits.landmarks.shape == (COUNT, 5, 2)
    assert portraits.bounds.shape == (COUNT, 4)


def test_noise_is_as_strong_as_asked_for() -> None:
    clean = paint(plain(), noise=0.0).images.astype(float)
    noisy = paint(plain(), noise=0.05).images.astype(float)
    unclipped = (clean > 60) & (clean < 195)
    assert abs((noisy - clean)[unclipped].std() / 255 - 0.05) < 0.002


def test_sigma_spreads_what_individuals_look_like() -> None:
    def spread(sigma: float) -> float:
        return float(paint(plain(), sigma=sigma).bounds[:, 2].std())

    assert spread(3.0) > spread(0.0)


def test_landmarks_lie_on_what_they_name() -> None:
    portraits = paint(plain(Wearing_Lipstick=True, Black_Hair=True), noise=0.0)
    points = portraits.landmarks * HEIGHT + [WIDTH / 2, 0]
    images = portraits.images.astype(int)
    for image, eyes_nose_mouth, (left, top, right, bottom) in zip(
        images, points, portraits.bounds, strict=True
    ):
        for x, y in eyes_nose_mouth[:2]:
            assert image[int(y), int(x)].max() < 90, "a pupil is dark"
        left_corner, right_corner = eyes_nose_mouth[3], eyes_nose_mouth[4]
        x, y = (left_corner + right_corner) / 2
        lips = image[int(y) - 3 : int(y) + 4, int(x)]
        assert (lips[:, 0] - lips[:, 1]).max() > 60, "lipstick is red"
        assert left < -0.1 < 0.1 < right
        assert top < 0.4 < 0.8 < bottom + 0.05
