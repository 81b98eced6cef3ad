"""Everything behind and below the face: background, neck, clothes and what hangs on them."""

from __future__ import annotations

from mtl.data.twins.painter.anatomy import SIDES, Anatomy
from mtl.data.twins.painter.canvas import Canvas
from mtl.data.twins.painter.traits import Traits


def paint_background(canvas: Canvas, traits: Traits) -> None:
    """A muted colour with a vertical gradient."""
    window = canvas.window(-1, 1, 0, 1)
    gradient = (window.y - 0.5) * traits.uniform(-0.4, 0.4)
    colour = traits.uniform(0.25, 0.8)[:, 0] + traits.colour((-0.15, 0.15))
    canvas.pixels[:] = colour[:, :, None, None] + gradient[:, None]


def paint_neck(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Broader with Male and Chubby, in the shade of the face."""
    window = canvas.window(-0.2, 0.2, 0.72, 1)
    half_width = traits.parameter("neck_width", 0.10, {"Male": 0.02, "Chubby": 0.02})
    mask = window.stroke(window.x - anatomy.x, half_width, 0.8)
    canvas.paint(window, mask, anatomy.skin * 0.86)


def paint_clothes(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Shoulders of one colour along the lower edge."""
    window = canvas.window(-0.41, 0.41, 0.86, 1)
    neckline = 0.91 + 0.4 * (window.x - anatomy.x) ** 2 + anatomy.shift
    canvas.paint(window, window.inside(window.y - neckline, 0.8), traits.colour((0.1, 0.9)))


def paint_necktie(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Wearing_Necktie: a wedge that widens downwards."""
    window = canvas.window(-0.08, 0.08, 0.86, 1)
    half_width = 0.02 + 0.25 * (window.y - 0.88)
    mask = window.stroke(window.x - anatomy.x, half_width, 0.8) * (window.y > 0.885)
    colour = traits.colour((0.05, 0.75), (0.02, 0.26), (0.02, 0.34))
    canvas.paint(window, traits.has("Wearing_Necktie") * mask, colour)


def paint_necklace(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Wearing_Necklace: a golden arc below the chin."""
    window = canvas.window(-0.16, 0.16, 0.84, 0.99)
    arc = 0.945 + anatomy.shift - 5 * (window.x - anatomy.x) ** 2
    strength = traits.strength("Wearing_Necklace", mean=0.75, spread=0.25, low=0.3, high=1)
    mask = strength * window.stroke(window.y - arc, 0.013)
    canvas.paint(window, mask, (0.95, 0.86, 0.45))


def paint_earrings(canvas: Canvas, traits: Traits, anatomy: Anatomy) -> None:
    """Wearing_Earrings: a golden drop on either side of the jaw."""
    strength = traits.strength("Wearing_Earrings", mean=0.9, spread=0.15, low=0.3, high=1)
    for side in SIDES:
        window = canvas.side_window(side, 0.17, 0.33, 0.56, 0.70)
        x = anatomy.x + side * 1.04 * anatomy.half_width
        mask = strength * window.ellipse(x, 0.628 + anatomy.shift, 0.019, 0.026)
        canvas.paint(window, mask, (0.98, 0.90, 0.55))
