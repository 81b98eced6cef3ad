"""Hair: behind the face, along the forehead, and what covers it."""

from __future__ import annotations

import numpy as np

from mtl.data.twins.painter.anatomy import Anatomy
from mtl.data.twins.painter.canvas import Canvas
from mtl.data.twins.painter.traits import Traits

_CROWN_Y = 0.36


def paint_hair_behind(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """The hair around the head: shorter with Male, curled with Wavy_Hair, none with Bald.

    Straight_Hair shows vertical strands, Wavy_Hair broad winding ones and a wavy outline.
    """
    window = canvas.window(-0.41, 0.41, 0.06, 0.99)
    across = window.x - anatomy.x
    phase = traits.uniform(0, 2 * np.pi)
    curl = traits.has("Wavy_Hair") * (0.022 + traits.normal(0.0066))
    half_width = anatomy.half_width * 1.22 + curl * np.sin(window.y * 48 + phase)
    height = 0.285 + traits.normal(0.012)
    top = window.ellipse(anatomy.x, _CROWN_Y + anatomy.shift, half_width, height)
    end = traits.parameter("hair_length", 0.74, {"Male": -0.20}) + anatomy.shift
    sides = window.stroke(across, half_width) * np.clip((end - window.y) * 40, 0, 1)
    mask = np.maximum(top * (window.y < 0.5), sides * (window.y > _CROWN_Y)) * anatomy.hair_cover
    canvas.paint(window, mask, anatomy.hair)
    straight = traits.has("Straight_Hair") * np.sin(across * 95 + phase)
    wavy = traits.has("Wavy_Hair") * np.sin(across * 75 + 2 * np.sin(window.y * 36 + phase))
    canvas.view(window)[:] += (0.10 * mask * (straight + wavy))[:, None]


def paint_hairline(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """The hair over the forehead; Receding_Hairline lifts it, most at the temples."""
    window = canvas.window(-0.3, 0.3, 0.12, 0.42)
    height = traits.parameter("hairline", 0.262, {"Receding_Hairline": -0.028}, spread=0.3)
    temples = 0.9 - 2.2 * traits.has("Receding_Hairline")
    line = height + anatomy.shift - (window.x - anatomy.x) ** 2 * temples
    head = window.ellipse(anatomy.x, _CROWN_Y + anatomy.shift, anatomy.half_width * 1.12, 0.275)
    mask = window.inside(line - window.y, 0.5) * head * anatomy.hair_cover
    canvas.paint(window, mask, anatomy.hair)


def paint_bangs(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Bangs: hair with a ragged edge down to the brows."""
    window = canvas.window(-0.3, 0.3, 0.12, 0.42)
    across = window.x - anatomy.x
    edge = 0.385 + traits.normal(0.012) + 0.012 * np.sin(across * 120) + anatomy.shift
    mask = window.inside(edge - window.y, 0.5) * (window.y > 0.2)
    mask = mask * window.stroke(across, anatomy.half_width * 0.98, 0.6)
    canvas.paint(window, traits.has("Bangs") * mask, anatomy.hair * 0.9)


def paint_hat(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Wearing_Hat: a crown and a brim of one colour."""
    window = canvas.window(-0.41, 0.41, 0.02, 0.34)
    crown = window.ellipse(anatomy.x, 0.27 + anatomy.shift, anatomy.half_width * 1.24, 0.22)
    brim = window.stroke(window.x - anatomy.x, anatomy.half_width * 1.45, 0.6)
    brim = brim * window.stroke(window.y - 0.275 - anatomy.shift, 0.020, 0.6)
    mask = np.maximum(crown * (window.y < 0.27), brim)
    canvas.paint(window, traits.has("Wearing_Hat") * mask, traits.colour((0.05, 0.95)))
