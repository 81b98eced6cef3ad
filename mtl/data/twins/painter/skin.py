"""The face itself and what shows on its skin."""

from __future__ import annotations

import numpy as np

from mtl.data.twins.painter.anatomy import MOUTH_Y, SIDES, Anatomy, face_mask
from mtl.data.twins.painter.canvas import Canvas
from mtl.data.twins.painter.traits import Traits


def paint_face(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """The outline, rounded by shading; Attractive makes the skin even instead of blotched."""
    window = canvas.window(-0.34, 0.34, 0.17, 0.90)
    across = (window.x - anatomy.x) / anatomy.half_width
    down = (window.y - anatomy.y) / anatomy.half_height
    mask = face_mask(window, anatomy)
    canvas.paint(window, mask, anatomy.skin)
    view = canvas.view(window)
    view *= (1 - mask * (0.16 * across**2 + 0.05 * down**2))[:, None]
    blotches = np.sin(window.x * 83 + window.y * 47 + traits.uniform(0, 2 * np.pi))
    blotches = blotches * np.sin(window.x * 31 - window.y * 71 + traits.uniform(0, 2 * np.pi))
    unevenness = np.clip(
        traits.parameter("unevenness", 0.5, {"Attractive": -0.35}, spread=0.3), 0.05, 1.2
    )
    view += (0.06 * mask * blotches * unevenness)[:, None]


def paint_ears(canvas: Canvas, anatomy: Anatomy) -> None:
    """Ears, which long hair will cover."""
    for side in SIDES:
        window = canvas.side_window(side, 0.16, 0.36, 0.44, 0.64)
        x = anatomy.x + side * anatomy.half_width
        mask = window.ellipse(x, 0.53 + anatomy.shift, 0.036, 0.058)
        canvas.paint(window, mask, anatomy.skin * 0.86)


def paint_double_chin(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Double_Chin: a fold below the chin."""
    window = canvas.window(-0.2, 0.2, 0.76, 0.92)
    across = window.x - anatomy.x
    fold = anatomy.y + 0.93 * anatomy.half_height - 2.2 * across**2
    strength = traits.strength("Double_Chin", mean=0.65, spread=0.3, low=0.1, high=1)
    mask = strength * window.stroke(window.y - fold, 0.012) * (np.abs(across) < 0.12)
    canvas.paint(window, mask, anatomy.skin * 0.58)


def paint_age(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Without Young: lines across the forehead, and from the nose to the mouth's corners."""
    strength = np.clip(traits.parameter("age_lines", 0.30, {"Young": -0.30}), 0, 1)
    forehead = canvas.window(-0.17, 0.17, 0.27, 0.36)
    lines = np.sin((forehead.y - anatomy.shift) * (2 * np.pi / 0.032)) - 0.55
    lines = np.clip(lines, 0, 1) * np.ones_like(forehead.x)
    canvas.paint(forehead, 1.6 * strength * lines, anatomy.skin * 0.66)
    for side in SIDES:
        window = canvas.side_window(side, 0.04, 0.16, 0.60, 0.72)
        down = window.y - 0.60 - anatomy.shift
        fold = window.stroke(side * (window.x - anatomy.x) - 0.062 - 0.5 * down, 0.009)
        length = np.clip(down * 40, 0, 1) * np.clip((0.105 - down) * 40, 0, 1)
        canvas.paint(window, strength * fold * length, anatomy.skin * 0.66)


def paint_cheeks(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Rosy_Cheeks and, weaker, Heavy_Makeup: blush; High_Cheekbones: a light above it."""
    blush = 0.5 * traits.has("Rosy_Cheeks") + 0.14 * traits.has("Heavy_Makeup")
    blush = np.clip(blush + traits.normal(0.05 * traits.sigma), 0, 0.8)
    light = np.clip(traits.parameter("cheekbones", 0.22, {"High_Cheekbones": 0.22}), 0, 0.7)
    for side in SIDES:
        window = canvas.side_window(side, 0.06, 0.24, 0.52, 0.68)
        middle = anatomy.x + side * 0.135
        cheek = window.ellipse(middle, 0.60 + anatomy.shift, 0.052, 0.034, softness=3)
        canvas.paint(window, cheek * blush, (0.93, 0.42, 0.45))
        middle = anatomy.x + side * 0.150
        bone = window.ellipse(middle, 0.565 + anatomy.shift, 0.042, 0.017, softness=4)
        canvas.paint(window, bone * light, (1.0, 0.96, 0.9))


def paint_stubble(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """5_o_Clock_Shadow: an even shadow on the lower face; without No_Beard: coarse stubble."""
    window = canvas.window(-0.27, 0.27, 0.56, 0.88)
    across = (window.x - anatomy.x) / (0.97 * anatomy.half_width)
    chin = anatomy.y + 0.99 * anatomy.half_height
    mask = window.inside(window.y - 0.65 - anatomy.shift, 0.4)
    mask = mask * window.inside(chin - window.y, 0.4) * np.clip(1 - across**4, 0, 1)
    mask = mask * face_mask(window, anatomy)
    speckle = traits.speckle(*mask.shape[1:])
    shadow = traits.strength("5_o_Clock_Shadow", mean=0.38, spread=0.12, low=0, high=0.7)
    coarse = np.clip(traits.parameter("stubble", 0.16, {"No_Beard": -0.16}, spread=0.3), 0, 0.8)
    opacity = shadow * (0.35 + 0.65 * speckle) + coarse * (speckle > 0.55)
    canvas.paint(window, mask * np.minimum(opacity, 0.9), anatomy.hair * 0.35 + 0.12)


def paint_beard(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Goatee on the chin, Mustache above the mouth, Sideburns beside the ears."""
    window = canvas.window(-0.12, 0.12, 0.73, 0.87)
    goatee = traits.strength("Goatee", mean=0.85, spread=0.15, low=0.3, high=1)
    mask = goatee * window.ellipse(anatomy.x, 0.80 + anatomy.shift, 0.062, 0.042)
    canvas.paint(window, mask, anatomy.hair * 0.7)
    window = canvas.window(-0.12, 0.12, 0.615, MOUTH_Y)
    mustache = traits.strength("Mustache", mean=0.85, spread=0.15, low=0.3, high=1)
    mask = mustache * window.ellipse(anatomy.x, 0.655 + anatomy.shift, 0.085, 0.020)
    canvas.paint(window, mask, anatomy.hair * 0.7)
    sideburns = traits.strength("Sideburns", mean=0.85, spread=0.2, low=0.2, high=1)
    for side in SIDES:
        window = canvas.side_window(side, 0.16, 0.27, 0.46, 0.66)
        edge = anatomy.x + side * 0.90 * anatomy.half_width
        strip = window.stroke(window.x - edge, 0.026, 0.6)
        strip = strip * np.clip((0.635 - window.y) * 40, 0, 1)
        canvas.paint(window, sideburns * strip, anatomy.hair * 0.75)
