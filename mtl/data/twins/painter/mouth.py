"""The mouth."""

from __future__ import annotations

import numpy as np

from mtl.data.twins.painter.anatomy import Anatomy
from mtl.data.twins.painter.canvas import Array, Canvas
from mtl.data.twins.painter.traits import Traits

_LIP_OF_SKIN = np.array([0.86, 0.60, 0.60], np.float32)
_LIPSTICK = np.array([0.80, 0.08, 0.16], np.float32)


def paint_mouth(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Lips along the line of the mouth, which Smiling bends; Mouth_Slightly_Open shows teeth."""
    window = canvas.window(-0.15, 0.15, 0.63, 0.79)
    across = window.x - anatomy.x
    thickness = np.clip(
        traits.parameter("lip_thickness", 0.0155, {"Big_Lips": 0.0055}), 0.006, 0.04
    )
    opening = np.clip(
        traits.parameter("mouth_opening", 0.0055, {"Mouth_Slightly_Open": 0.0075}), 0, 0.03
    )
    width = window.stroke(across, anatomy.mouth_half_width, 0.6)
    taper = np.sqrt(np.clip(1 - (across / anatomy.mouth_half_width) ** 2, 0, 1))
    below = window.y - anatomy.mouth_line(across)
    lips = width * window.stroke(below, thickness * taper + opening)
    canvas.paint(window, lips, _lip_colour(traits, anatomy))
    inside = width * window.stroke(below, opening * taper)
    canvas.paint(window, inside, (0.16, 0.04, 0.05))
    canvas.paint(window, 0.9 * inside * (below < 0), (0.95, 0.95, 0.92))


def _lip_colour(traits: Traits, anatomy: Anatomy) -> Array:
    """From the skin's own red to Wearing_Lipstick's."""
    lipstick = np.clip(traits.parameter("lipstick", 0.40, {"Wearing_Lipstick": 0.40}), 0, 1)[:, 0]
    return anatomy.skin * _LIP_OF_SKIN * (1 - lipstick) + _LIPSTICK * lipstick
