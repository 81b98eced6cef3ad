"""Learning curves as inline SVG for the page: themable, sharp at any size, no library.

Colours are classes (`c0`, `c1`, ...) whose values the page's style sheet sets for light and dark.
Coordinates are rounded to a tenth of a pixel, so that equal curves give equal text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from mtl.render import markup, numbers
from mtl.render.style import STROKES, stroke

_MARKERS = {
    "o": "M-3.2,0a3.2,3.2 0 1,0 6.4,0a3.2,3.2 0 1,0 -6.4,0z",
    "s": "M-2.9,-2.9h5.8v5.8h-5.8z",
    "^": "M0,-3.7L3.5,2.6H-3.5z",
    "D": "M0,-4L4,0L0,4L-4,0z",
    "v": "M0,3.7L3.5,-2.6H-3.5z",
    "P": "M-1.2,-3.6h2.4v2.4h2.4v2.4h-2.4v2.4h-2.4v-2.4h-2.4v-2.4h2.4z",
    "X": "M-3.4,-2L-2,-3.4L0,-1.4L2,-3.4L3.4,-2L1.4,0L3.4,2L2,3.4L0,1.4L-2,3.4L-3.4,2L-1.4,0z",
    "<": "M-3.7,0L2.6,-3.5V3.5z",
    "*": "M0,-4.2L1.1,-1.3L4.1,-1.3L1.7,0.6L2.6,3.5L0,1.8L-2.6,3.5L-1.7,0.6L-4.1,-1.3L-1.1,-1.3z",
}


@dataclass(frozen=True)
class Series:
    """One curve, in printed units.

    Attributes:
        position: its look in `mtl.render.style.STROKES`.
        std: sample standard deviation over seeds, drawn as a band when n > 1.
        seeds: single runs, drawn thin behind the mean; empty for none.
    """

    label: str
    position: int
    epochs: tuple[float, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    n: int
    seeds: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class _Frame:
    """The plotting area and its scales."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    epochs: tuple[float, float]
    values: tuple[float, float]

    def x(self, epoch: float) -> float:
        low, high = self.epochs
        share = (epoch - low) / (high - low) if high > low else 0.5
        return self.left + share * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        low, high = self.values
        return (
            self.height
            - self.bottom
            - (value - low) / (high - low) * (self.height - self.top - self.bottom)
        )


def theme_css() -> str:
    """The curves' colours as custom properties, and the classes that use them."""
    light = "".join(f"--c{i}:{look.colour};" for i, look in enumerate(STROKES))
    dark = "".join(f"--c{i}:{look.colour_dark};" for i, look in enumerate(STROKES))
    classes = "".join(
        f".c{i}{{--c:var(--c{i});"
        + (f"--dashes:{' '.join(f'{1.4 * d:g}' for d in look.dashes)}" if look.dashes else "")
        + "}\n"
        for i, look in enumerate(STROKES)
    )
    return (
        f":root{{{light}}}\n"
        "@media screen and (prefers-color-scheme: dark)"
        f"{{:root:not([data-theme=light]){{{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{{dark}}}}}\n{classes}"
    )


def value_range(series: Iterable[Series], reference: float | None) -> tuple[float, float]:
    """A range that holds every curve with its band, with a little air."""
    values = [reference] if reference is not None else []
    for one in series:
        values += [m - s for m, s in zip(one.mean, one.std, strict=True)]
        values += [m + s for m, s in zip(one.mean, one.std, strict=True)]
        values += [value for seed in one.seeds for value in seed]
    low, high = min(values), max(values)
    air = 0.05 * (high - low) or 1.0
    return low - air, high + air


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers inside a range, at most `most` of them."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.ceil(low / step)
    return [round(i * step, 10) for i in range(first, math.floor(high / step) + 1)]


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _band(frame: _Frame, one: Series) -> str:
    upper = [m + s for m, s in zip(one.mean, one.std, strict=True)]
    lower = [m - s for m, s in zip(one.mean, one.std, strict=True)]
    outline = [*zip(one.epochs, upper, strict=True)]
    outline += reversed([*zip(one.epochs, lower, strict=True)])
    return _path((frame.x(e), frame.y(v)) for e, v in outline) + "z"


def _line(frame: _Frame, epochs: Sequence[float], values: Sequence[float]) -> str:
    return _path((frame.x(e), frame.y(v)) for e, v in zip(epochs, values, strict=True))


def _axes(frame: _Frame, most_x: int, most_y: int) -> Iterable[str]:
    low, high = frame.values
    left, right = frame.left, frame.width - frame.right
    base = frame.height - frame.bottom
    for value in ticks(low, high, most_y):
        y = frame.y(value)
        yield f'<path class="grid" d="M{left},{y:.1f}H{right}"/>'
        yield (
            f'<text class="tick" x="{left - 6}" y="{y + 3.5:.1f}" text-anchor="end">'
            f"{value:g}</text>"
        )
    first, last = frame.epochs
    for epoch in ticks(first, last, most_x) if last > first else [first]:
        if epoch == int(epoch):
            x = frame.x(epoch)
            yield f'<path class="axis" d="M{x:.1f},{base}v4"/>'
            yield (
                f'<text class="tick" x="{x:.1f}" y="{base + 15}" text-anchor="middle">'
                f"{int(epoch)}</text>"
            )
    yield f'<path class="axis" d="M{left},{frame.top}V{base}H{right}"/>'


def _curve(frame: _Frame, one: Series, markers: bool, digits: int) -> Iterable[str]:
    look, css = stroke(one.position), f"c{one.position % len(STROKES)}"
    if one.n > 1 and not one.seeds:
        yield f'<path class="band {css}" d="{_band(frame, one)}"/>'
    for seed in one.seeds:
        yield f'<path class="seed {css}" d="{_line(frame, one.epochs, seed)}"/>'
    yield f'<path class="curve {css}" d="{_line(frame, one.epochs, one.mean)}"/>'
    if markers:
        for epoch, mean, std in zip(one.epochs, one.mean, one.std, strict=True):
            spread = f" ± {numbers.fixed(std, digits)}" if one.n > 1 else ""
            text = (
                f"{markup.plain(one.label)}, epoch {epoch:g}: {numbers.fixed(mean, digits)}{spread}"
                f" (n = {one.n})"
            )
            yield (
                f'<path class="marker {css}" transform="translate({frame.x(epoch):.1f},'
                f'{frame.y(mean):.1f})" d="{_MARKERS[look.marker]}"><title>{escape(text)}</title>'
                "</path>"
            )


def _reference(frame: _Frame, level: float, label: str | None) -> Iterable[str]:
    y = frame.y(level)
    yield f'<path class="reference" d="M{frame.left},{y:.1f}H{frame.width - frame.right}"/>'
    if label is not None:
        yield f'<text class="tick" x="{frame.left + 5}" y="{y - 4:.1f}">{escape(label)}</text>'


def _epochs(series: Sequence[Series]) -> tuple[float, float]:
    epochs = [epoch for one in series for epoch in one.epochs]
    return min(epochs), max(epochs)


def chart(
    series: Sequence[Series],
    reference: float | None,
    reference_label: str,
    axis: str,
    digits: int,
) -> str:
    """A figure of several curves with axes; every point tells its numbers when pointed at."""
    frame = _Frame(760, 400, 62, 14, 12, 46, _epochs(series), value_range(series, reference))
    label = None
    if reference is not None:
        label = f"{reference_label}: {numbers.fixed(reference, digits)}"
    parts = [
        *_axes(frame, 12, 7),
        *(_reference(frame, reference, label) if reference is not None else ()),
        *(part for one in series for part in _curve(frame, one, True, digits)),
        f'<text class="name" x="{(frame.left + frame.width) / 2:.0f}" y="{frame.height - 8}" '
        'text-anchor="middle">Epoch</text>',
        f'<text class="name" transform="translate(16,{(frame.height - frame.bottom) / 2:.0f}) '
        f'rotate(-90)" text-anchor="middle">{escape(axis)}</text>',
    ]
    return _svg(frame, f"{axis} by epoch", parts)


def small(
    one: Series,
    behind: Series | None,
    values: tuple[float, float],
    reference: float | None,
    title: str,
) -> str:
    """A small multiple: one row's runs and mean, over the baseline's mean in grey.

    Args:
        values: the range that all small multiples share.
    """
    series = [one] if behind is None else [one, behind]
    frame = _Frame(250, 150, 34, 8, 8, 22, _epochs(series), values)
    parts = [*_axes(frame, 5, 4)]
    if reference is not None:
        parts += _reference(frame, reference, None)
    if behind is not None:
        parts.append(f'<path class="behind" d="{_line(frame, behind.epochs, behind.mean)}"/>')
    parts += _curve(frame, one, False, 1)
    return _svg(frame, title, parts)


def legend_key(position: int) -> str:
    """The sample of line and marker beside a curve's name."""
    look, css = stroke(position), f"c{position % len(STROKES)}"
    return (
        '<svg class="key" viewBox="0 0 36 12" width="36" height="12" aria-hidden="true">'
        f'<path class="curve {css}" d="M1,6H35"/>'
        f'<path class="marker {css}" transform="translate(18,6)" d="{_MARKERS[look.marker]}"/>'
        "</svg>"
    )


def _svg(frame: _Frame, title: str, parts: Iterable[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg viewBox="0 0 {frame.width} {frame.height}" role="img" '
        f'aria-label="{escape(markup.plain(title))}">\n{body}\n</svg>'
    )
