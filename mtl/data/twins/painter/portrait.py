"""A whole portrait: the layers in order, then the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtl.data.twins.painter import eyes, hair, mouth, nose, skin, surroundings
from mtl.data.twins.painter.anatomy import bounds, draw_anatomy, landmarks
from mtl.data.twins.painter.canvas import Array, Canvas
from mtl.data.twins.painter.traits import Traits

HEIGHT, WIDTH = 109, 89
"""The size that is painted, half the size of an aligned CelebA image."""


@dataclass(frozen=True)
class Portraits:
    """A batch of painted faces.

    Attributes:
        images: uint8 [B, H, W, 3].
        landmarks: float32 [B, 5, 2], x and y of left eye, right eye, nose and mouth corners, in
            image heights; x from the vertical middle.
        bounds: float32 [B, 4], left, top, right and bottom of the face, likewise.
    """

    images: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    bounds: NDArray[np.float32]


def render(
    attributes: NDArray[np.bool_],
    rng: np.random.Generator,
    sigma: float = 1.0,
    noise: float = 0.035,
    height: int = HEIGHT,
    width: int = WIDTH,
) -> Portraits:
    """Paint a batch of faces.

    Args:
        attributes: bool [B, 40] in the official order.
        rng: consumed alike for equal B, so that one changed attribute changes only what it
            paints.
        sigma: the individual deviation of every parameter: the difficulty.
        noise: the standard deviation of pixel noise, on a scale of 0 to 1.
        height, width: of the images.
    """
    return paint(Traits(attributes, rng, sigma), noise, height, width)


def paint(
    traits: Traits, noise: float = 0.035, height: int = HEIGHT, width: int = WIDTH
) -> Portraits:
    """Paint the faces that some traits describe; `noise` and size as for `render`."""
    anatomy = draw_anatomy(traits)
    canvas = Canvas(traits.count, height, width)
    surroundings.paint_background(canvas, traits)
    skin.paint_ears(canvas, anatomy)
    hair.paint_hair_behind(canvas, traits, anatomy)
    surroundings.paint_neck(canvas, traits, anatomy)
    surroundings.paint_clothes(canvas, traits, anatomy)
    surroundings.paint_necktie(canvas, traits, anatomy)
    surroundings.paint_necklace(canvas, traits, anatomy)
    skin.paint_face(canvas, traits, anatomy)
    skin.paint_double_chin(canvas, traits, anatomy)
    skin.paint_age(canvas, traits, anatomy)
    skin.paint_stubble(canvas, traits, anatomy)
    skin.paint_beard(canvas, traits, anatomy)
    skin.paint_cheeks(canvas, traits, anatomy)
    eyes.paint_eyes(canvas, traits, anatomy)
    nose.paint_nose(canvas, traits, anatomy)
    mouth.paint_mouth(canvas, traits, anatomy)
    hair.paint_hairline(canvas, traits, anatomy)
    hair.paint_bangs(canvas, traits, anatomy)
    eyes.paint_eyeglasses(canvas, traits, anatomy)
    hair.paint_hat(canvas, traits, anatomy)
    surroundings.paint_earrings(canvas, traits, anatomy)
    return Portraits(
        images=_photograph(canvas.pixels, traits, noise),
        landmarks=landmarks(anatomy),
        bounds=bounds(anatomy),
    )


def _photograph(pixels: Array, traits: Traits, noise: float) -> NDArray[np.uint8]:
    """Exposure, colour cast, the blur of Blurry, sensor noise; uint8 [B, H, W, 3]."""
    pixels *= 1 + traits.normal(0.10)[:, None]
    pixels *= 1 + 0.04 * traits.noise(3)[:, :, None, None]
    blurry = traits.has("Blurry")[:, 0, 0] > 0
    pixels[blurry] = _blur(_blur(pixels[blurry]))
    pixels += noise * traits.noise(*pixels.shape[1:])
    np.clip(pixels, 0, 1, out=pixels)
    return np.rint(pixels * 255).astype(np.uint8).transpose(0, 2, 3, 1)


def _blur(pixels: Array) -> Array:
    """The mean over 3 x 3 pixels; the outermost pixels keep their own row or column."""
    rows = pixels.copy()
    rows[:, :, 1:-1] = (pixels[:, :, :-2] + pixels[:, :, 1:-1] + pixels[:, :, 2:]) / 3
    both = rows.copy()
    both[..., 1:-1] = (rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) / 3
    return both
