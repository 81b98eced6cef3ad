"""The measures and colours of a face that several regions share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtl.data.twins.painter.canvas import Array, Window
from mtl.data.twins.painter.traits import Traits

FACE_Y = 0.52
EYE_X = 0.105
EYE_Y = 0.47
MOUTH_Y = 0.705
SIDES = (-1, 1)

_HAIR_COLOURS = {
    "Black_Hair": (0.06, 0.05, 0.06),
    "Blond_Hair": (0.88, 0.74, 0.40),
    "Brown_Hair": (0.42, 0.25, 0.13),
    "Gray_Hair": (0.68, 0.68, 0.70),
}


@dataclass(frozen=True)
class Anatomy:
    """Positions in image heights, [B, 1, 1], and colours [B, 3].

    Attributes:
        x, shift: the middle of the face, and how far everything is shifted down.
        half_width, half_height: of the face.
        jaw: how square the lower half is; 0 tapers, 1 is broad.
        mouth_half_width, mouth_curve, nose_tip: see `mouth` and `nose`.
        skin, hair: colours.
        hair_cover: 1 where there is hair on the head, 0 where it is bald.
    """

    x: Array
    shift: Array
    half_width: Array
    half_height: Array
    jaw: Array
    mouth_half_width: Array
    mouth_curve: Array
    nose_tip: Array
    skin: Array
    hair: Array
    hair_cover: Array

    @property
    def y(self) -> Array:
        """The height of the middle of the face."""
        return FACE_Y + self.shift

    def mouth_line(self, x: Array) -> Array:
        """The height of the line between the lips at x heights from the middle of the face."""
        return MOUTH_Y + self.shift + self.mouth_curve * (0.008 - 4.2 * x**2)


def draw_anatomy(traits: Traits) -> Anatomy:
    """Draw the measures and colours of a batch of faces."""
    return Anatomy(
        x=traits.normal(0.012),
        shift=traits.normal(0.010),
        half_width=traits.parameter("face_width", 0.235, {"Chubby": 0.026, "Oval_Face": -0.012}),
        half_height=traits.parameter("face_height", 0.315, {"Oval_Face": 0.016}),
        jaw=traits.parameter("jaw", 0.66, {"Male": 0.16}),
        mouth_half_width=traits.parameter("mouth_width", 0.088, {"Smiling": 0.008}),
        mouth_curve=traits.parameter("mouth_curve", 0.35, {"Smiling": 0.65}),
        nose_tip=traits.parameter("nose_length", 0.600, {"Pointy_Nose": 0.014}),
        skin=_skin_colour(traits),
        hair=_hair_colour(traits),
        hair_cover=1 - traits.has("Bald"),
    )


def face_mask(window: Window, anatomy: Anatomy) -> Array:
    """The outline of the face: an ellipse whose lower half is filled out by the jaw."""
    down = (window.y - anatomy.y) / anatomy.half_height
    circle = np.clip(1 - down**2, 0, 1)
    upper = np.sqrt(circle)
    lower = circle**0.375 * np.sqrt(np.clip(1 - down**2 * (1 - 0.75 * anatomy.jaw), 0, 1))
    half_width = anatomy.half_width * np.where(down > 0, lower, upper)
    return window.stroke(window.x - anatomy.x, half_width, 0.8)


def landmarks(anatomy: Anatomy) -> NDArray[np.float32]:
    """Eyes, tip of the nose and corners of the mouth, left to right as seen.

    Returns:
        float32 [B, 5, 2]: x and y in image heights.
    """
    middle, shift = anatomy.x[:, 0], anatomy.shift[:, 0]
    corner = anatomy.mouth_half_width
    corner_y = anatomy.mouth_line(corner)[:, 0]
    points = (
        (middle - EYE_X, EYE_Y + shift),
        (middle + EYE_X, EYE_Y + shift),
        (middle, anatomy.nose_tip[:, 0] + shift),
        (middle - corner[:, 0], corner_y),
        (middle + corner[:, 0], corner_y),
    )
    return np.stack([np.concatenate(point, axis=1) for point in points], axis=1)


def bounds(anatomy: Anatomy) -> NDArray[np.float32]:
    """Left, top, right and bottom of the face in image heights, float32 [B, 4]."""
    sides = (
        anatomy.x - anatomy.half_width,
        anatomy.y - anatomy.half_height,
        anatomy.x + anatomy.half_width,
        anatomy.y + anatomy.half_height,
    )
    return np.concatenate([side[:, 0] for side in sides], axis=1)


def _skin_colour(traits: Traits) -> Array:
    """Pale skin is lighter than any other; the others range from light to dark."""
    pale = traits.has("Pale_Skin")[:, 0]
    tone = traits.parameter("skin_tone", 0.85, {"Pale_Skin": 0.08})[:, 0]
    tone = tone + (1 - pale) * traits.uniform(-0.24, 0.02)[:, 0]
    hue = traits.colour((1.0, 1.0), (0.75, 0.80), (0.61, 0.68))
    return tone * hue


def _hair_colour(traits: Traits) -> Array:
    """One of the four named colours; without any of them dark brown or auburn."""
    dark = traits.colour((0.17, 0.28), (0.11, 0.17), (0.08, 0.12))
    auburn = traits.colour((0.55, 0.66), (0.22, 0.30), (0.10, 0.16))
    colour = np.where(traits.uniform(0, 1)[:, 0] < 0.3, auburn, dark)
    deviation = traits.sigma * (0.04 * traits.noise(1) + 0.015 * traits.noise(3))
    for name, mean in _HAIR_COLOURS.items():
        named = np.array(mean, np.float32) + deviation
        colour = np.where(traits.has(name)[:, 0] > 0, named, colour)
    return colour
