"""One object on the canvas: drawn in its own coordinates, part by part."""

from __future__ import annotations

import numpy as np

from mtl.data.twins.crowd.canvas import Canvas, Colour, Ink, Point


class Figure:
    """An object that stands at a point, with x forwards and y upwards, in shares of its size.

    Args:
        canvas: to draw on.
        rng: for what differs between objects of one class.
        ink: its class, label and instance.
        foot: where it stands, in pixels.
        size: its height, in pixels.
        colour: its main one.
        parts: names of the parts of the whole picture so far, to which its own are added.
    """

    def __init__(
        self,
        canvas: Canvas,
        rng: np.random.Generator,
        ink: Ink,
        foot: Point,
        size: float,
        colour: Colour,
        parts: list[str],
    ):
        self.canvas, self.rng, self.ink = canvas, rng, ink
        self.foot, self.size, self.colour, self.parts = foot, size, colour, parts
        self.facing = 1 if rng.random() < 0.5 else -1
        # What stands lower in the picture is nearer.
        self.lift = foot[1] / 2

    def part(self, name: str) -> None:
        """What is drawn next belongs to a part of this name."""
        self.parts.append(name)
        ink = self.ink
        self.ink = Ink(ink.category, ink.label, ink.instance, len(self.parts) - 1)

    def darker(self, factor: float) -> Colour:
        """The main colour, times a factor."""
        red, green, blue = (min(1.0, value * factor) for value in self.colour)
        return red, green, blue

    def jitter(self, scale: float) -> float:
        """A normal random number."""
        return float(self.rng.normal() * scale)

    def place(self, point: Point) -> Point:
        """In pixels."""
        return (
            self.foot[0] + self.facing * point[0] * self.size,
            self.foot[1] - point[1] * self.size,
        )

    def stick(
        self,
        start: Point,
        end: Point,
        radius: float,
        colour: Colour | None = None,
        lift: float = 0.0,
        end_radius: float | None = None,
    ) -> None:
        """A capsule; `lift` is in pixels."""
        self.canvas.capsule(
            self.place(start),
            self.place(end),
            max(0.8, radius * self.size),
            colour or self.colour,
            self.ink,
            self.lift + lift,
            None if end_radius is None else max(0.8, end_radius * self.size),
        )

    def ball(
        self, centre: Point, radius: float, colour: Colour | None = None, lift: float = 0.0
    ) -> None:
        """A capsule without length."""
        self.stick(centre, centre, radius, colour, lift)

    def plate(
        self,
        centre: Point,
        half: Point,
        colour: Colour | None = None,
        lift: float = 0.0,
        normal: tuple[float, float, float] = (0.0, 0.0, -1.0),
    ) -> None:
        """A rectangle."""
        x, y = self.place(centre)
        size = (half[0] * self.size, half[1] * self.size)
        self.canvas.rectangle(
            (x, y), size, colour or self.colour, self.ink, self.lift + lift, normal
        )

    def wheel(self, centre: Point, radius: float, width: float, colour: Colour) -> None:
        """A ring."""
        x, y = self.place(centre)
        self.canvas.ring((x, y), radius * self.size, width * self.size, colour, self.ink, self.lift)
