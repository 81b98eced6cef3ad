"""Eyes, brows, and what is painted on or worn around them."""

from __future__ import annotations

import numpy as np

from mtl.data.twins.painter.anatomy import EYE_X, EYE_Y, SIDES, Anatomy
from mtl.data.twins.painter.canvas import Array, Canvas, Window
from mtl.data.twins.painter.traits import Traits

_FRAME = (0.06, 0.05, 0.05)


def paint_eyes(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Both eyes, alike: eye shadow, bags, the eye, the brow."""
    shadow = np.clip(traits.parameter("eye_shadow", 0.24, {"Heavy_Makeup": 0.24}), 0, 0.85)
    shadow_colour = traits.colour((0.20, 0.60), (0.11, 0.33), (0.18, 0.54))
    bag = np.clip(traits.parameter("eye_bags", 0.19, {"Bags_Under_Eyes": 0.19}), 0, 0.8)
    opening = np.clip(
        traits.parameter("eye_opening", 0.0205, {"Narrow_Eyes": -0.0080}), 0.006, 0.05
    )
    iris = traits.colour((0.08, 0.45))
    brow_thickness = np.clip(
        traits.parameter("brow_thickness", 0.0105, {"Bushy_Eyebrows": 0.0045}), 0.004, 0.03
    )
    brow_arch = traits.parameter("brow_arch", 0.55, {"Arched_Eyebrows": 0.85})
    y = EYE_Y + anatomy.shift
    for side in SIDES:
        x = anatomy.x + side * EYE_X
        window = canvas.side_window(side, 0.03, 0.19, 0.37, 0.56)
        lid = window.ellipse(x, y - 0.018, 0.064, 0.034, softness=2)
        canvas.paint(window, shadow * lid, shadow_colour)
        _paint_bag(canvas, window, x, y, bag, anatomy.skin)
        _paint_eyeball(canvas, window, x, y, opening, iris)
        _paint_brow(canvas, window, x, y, brow_thickness, brow_arch, anatomy.hair)


def _paint_bag(
    canvas: Canvas, window: Window, x: Array, y: Array, strength: Array, skin: Array
) -> None:
    """Bags_Under_Eyes: a dark arc below the eye."""
    across = window.x - x
    arc = y + 0.040 - 4 * across**2
    mask = window.stroke(window.y - arc, 0.012, 0.5) * (np.abs(across) < 0.055)
    canvas.paint(window, strength * mask, skin * 0.55)


def _paint_eyeball(
    canvas: Canvas, window: Window, x: Array, y: Array, opening: Array, iris: Array
) -> None:
    """White, iris and pupil within the opening, which Narrow_Eyes makes flat."""
    canvas.paint(window, window.ellipse(x, y, 0.054, opening), (0.93, 0.93, 0.93))
    canvas.paint(window, window.ellipse(x, y, 0.022, np.minimum(opening * 1.02, 0.024)), iris)
    pupil = window.ellipse(x, y, 0.010, np.minimum(opening, 0.011))
    canvas.paint(window, pupil, (0.02, 0.02, 0.02))


def _paint_brow(
    canvas: Canvas,
    window: Window,
    x: Array,
    y: Array,
    thickness: Array,
    arch: Array,
    hair: Array,
) -> None:
    """A stroke above the eye: thick with Bushy_Eyebrows, curved with Arched_Eyebrows."""
    across = window.x - x
    line = y - 0.062 + arch * (9 * across**2 - 0.010)
    mask = window.stroke(window.y - line, thickness) * np.clip((0.066 - np.abs(across)) * 60, 0, 1)
    canvas.paint(window, mask, hair * 0.55 + 0.02)


def paint_eyeglasses(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Eyeglasses: two rims and a bridge."""
    worn = traits.has("Eyeglasses")
    y = EYE_Y + anatomy.shift
    for side in SIDES:
        window = canvas.side_window(side, 0.01, 0.21, 0.37, 0.56)
        x = anatomy.x + side * EYE_X
        radius = np.sqrt(((window.x - x) / 0.076) ** 2 + ((window.y - y) / 0.056) ** 2)
        canvas.paint(window, worn * window.stroke((radius - 1) * 0.066, 0.008), _FRAME)
    window = canvas.window(-0.06, 0.06, 0.44, 0.49)
    bridge = window.stroke(window.y - y + 0.005, 0.008)
    bridge = bridge * (np.abs(window.x - anatomy.x) < EYE_X - 0.076)
    canvas.paint(window, worn * bridge, _FRAME)
