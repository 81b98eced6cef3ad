"""The nose."""

from __future__ import annotations

import numpy as np

from mtl.data.twins.painter.anatomy import Anatomy
from mtl.data.twins.painter.canvas import Canvas
from mtl.data.twins.painter.traits import Traits

_ROOT_Y = 0.47


def paint_nose(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Two sides and a base: broad with Big_Nose, long and slim with Pointy_Nose."""
    window = canvas.window(-0.11, 0.11, 0.46, 0.68)
    from_middle = np.abs(window.x - anatomy.x)
    tip = anatomy.nose_tip
    gains = {"Big_Nose": 0.015, "Pointy_Nose": -0.005}
    half_width = np.clip(traits.parameter("nose_width", 0.044, gains), 0.015, 0.09)
    taper = half_width * np.clip((window.y - _ROOT_Y) / (tip - _ROOT_Y), 0, 1) ** 1.5
    sides = window.stroke(from_middle - taper, 0.010, 0.6)
    sides = sides * ((window.y > 0.49) & (window.y < tip + anatomy.shift))
    canvas.paint(window, 0.42 * sides, anatomy.skin * 0.60)
    base_line = tip + anatomy.shift - 0.25 * from_middle
    base = window.stroke(window.y - base_line, 0.011, 0.6)
    base = base * window.inside(half_width - from_middle, 0.6)
    canvas.paint(window, 0.65 * base, anatomy.skin * 0.50)
