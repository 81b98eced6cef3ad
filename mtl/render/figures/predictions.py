"""A sheet of images with the truth and what rows predict, kind by kind."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mtl.render.figures.frame import WIDE, characters, framed, mathtext, picture
from mtl.render.figures.kind import Kind
from mtl.render.style import CLASS_COLOURS, NO_CLASS_COLOUR
from mtl.results.figures.picture import Image
from mtl.results.figures.predictions import PredictionData, build

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MARGIN, _SPACE, _BETWEEN = 0.08, 0.12, 0.03
_LABEL, _LEADING = 6.5, 0.115
"""Points of a label's letters, and inches from one of its lines to the next."""

_CLASS = 0.9
"""Inches for a class in the key."""

_INVALID = "#bbbbbb"

Pixels = NDArray[np.float64]


def line(data: PredictionData) -> str:
    """On the runs and the colours."""
    if not data.scenes:
        return "No runs"
    seeds = ", ".join(dict.fromkeys(str(one.seed) for one in data.runs))
    text = f"{len(data.scenes)} images, one run of each row (seed {seeds})"
    if "depth" in data.kinds:
        text += "; depth: from the least (dark) to the greatest value of the truth (yellow)"
    if "normals" in data.kinds:
        text += "; normals: red, green and blue for right, down and forward, grey where unknown"
    return text


def alt(data: PredictionData) -> str:
    """What is to be seen."""
    rows = ", ".join(one.label for one in data.runs)
    return f"Images with their {', '.join(data.kinds)}: the truth, and predictions of {rows}"


def draw(data: PredictionData) -> Figure:
    """A line for each image: the image, then of each kind the truth and every row."""
    if not data.scenes:
        with framed(data.heading, line(data), WIDE, 0.1) as empty:
            return empty
    labels = ["truth", *(one.label for one in data.runs)]
    pictures = 1 + len(data.kinds) * len(labels)
    gaps = len(data.kinds) * (_SPACE + (len(labels) - 1) * _BETWEEN)
    side = (WIDE - 2 * _MARGIN - gaps) / pictures
    first = data.scenes[0].image
    tall = side * first.height / first.width
    texts = [textwrap.fill(mathtext(label), characters(side, _LABEL)) for label in labels]
    head = _LEADING * (2.5 + max(text.count("\n") + 1 for text in texts))
    columns = int((WIDE - 2 * _MARGIN) / _CLASS)
    key = _LEADING * 1.4 * -(-(len(data.classes) + 1) // columns) if data.classes else 0.0
    body = len(data.scenes) * (tall + _BETWEEN)
    with framed(data.heading, line(data), WIDE, head + body + key + _MARGIN, layout=None) as figure:
        whole, total = figure.get_size_inches()
        top = key + body + _MARGIN
        left = _MARGIN + side
        for kind in data.kinds:
            left += _SPACE
            step = side + _BETWEEN
            middle = left + (len(labels) * step - _BETWEEN) / 2
            figure.text(
                middle / whole, (top + head - 1.4 * _LEADING) / total, kind.capitalize(),
                ha="center", va="bottom", fontsize=_LABEL + 1,
            )  # fmt: skip
            for position, text in enumerate(texts):
                figure.text(
                    (left + position * step) / whole, (top + 0.04) / total, text,
                    va="bottom", fontsize=_LABEL,
                )  # fmt: skip
            for number, scene in enumerate(data.scenes):
                bottom = top - (number + 1) * (tall + _BETWEEN) + _BETWEEN
                for position, maps in enumerate((scene.truth, *scene.predicted)):
                    pixels = _PAINT[kind](maps[kind], scene.truth[kind])
                    picture(figure, pixels, left + position * step, bottom, side, tall)
            left += len(labels) * step - _BETWEEN
        for number, scene in enumerate(data.scenes):
            bottom = top - (number + 1) * (tall + _BETWEEN) + _BETWEEN
            picture(figure, scene.image.pixels, _MARGIN, bottom, side, tall)
        _draw_key(figure, data.classes, columns, key)
    return figure


def _draw_key(figure: Figure, classes: tuple[str, ...], columns: int, height: float) -> None:
    """The colours of the classes, and that of none, below the pictures."""
    from matplotlib.patches import Rectangle

    whole, total = figure.get_size_inches()
    entries = [*zip(classes, CLASS_COLOURS, strict=False), ("none", NO_CLASS_COLOUR)]
    for position, (name, colour) in enumerate(entries if classes else []):
        x = _MARGIN + position % columns * _CLASS
        y = height - (position // columns + 1) * 1.4 * _LEADING + 0.05
        figure.add_artist(Rectangle((x / whole, y / total), 0.1 / whole, 0.1 / total, color=colour))
        figure.text((x + 0.14) / whole, y / total, name, va="bottom", fontsize=_LABEL)


def _classes(values: Any, truth: Any) -> Pixels:
    from matplotlib.colors import to_rgb

    palette = np.array([to_rgb(colour) for colour in (*CLASS_COLOURS, NO_CLASS_COLOUR)])
    return palette[np.asarray(values)]  # -1, none, is the last


def _depth(values: Any, truth: Any) -> Pixels:
    """On the truth's scale; disparities, which grow towards the camera, as they are."""
    from matplotlib import colormaps
    from matplotlib.colors import to_rgb

    given, wanted = np.asarray(values, float), np.asarray(truth, float)
    valid = wanted[wanted != 0]
    low, high = (valid.min(), valid.max()) if valid.size else (0.0, 1.0)
    share = np.clip((given - low) / max(high - low, 1e-12), 0, 1)
    painted = colormaps["viridis"](share)[..., :3]
    if values is truth:
        painted[wanted == 0] = to_rgb(_INVALID)
    return np.asarray(painted)


def _normals(values: Image, truth: Image) -> Pixels:
    return np.asarray(values.pixels) / 255


_PAINT: dict[str, Callable[[Any, Any], Pixels]] = {
    "segmentation": _classes,
    "depth": _depth,
    "normals": _normals,
}


def _class_score(given: Any, truth: Any) -> float:
    """The share of pixels with a class whose class is the shown one."""
    wanted = np.asarray(truth)
    known = wanted >= 0
    return float((np.asarray(given) == wanted)[known].mean()) if known.any() else float("nan")


def _depth_score(given: Any, truth: Any) -> float:
    """The mean absolute error over valid pixels."""
    wanted = np.asarray(truth, float)
    valid = wanted != 0
    error = np.abs(np.asarray(given, float) - wanted)[valid]
    return float(error.mean()) if valid.any() else float("nan")


def _normal_score(given: Image, truth: Image) -> float:
    """The mean angle in degrees where the normal is known, of the 8-bit pictures."""
    first, second = (np.asarray(one.pixels) / 127.5 - 1 for one in (given, truth))
    length = np.linalg.norm(second, axis=-1)
    known = length > 0.5
    if not known.any():
        return float("nan")
    dot = (first * second).sum(-1)[known]
    norms = (np.linalg.norm(first, axis=-1) * length)[known]
    return float(np.degrees(np.arccos(np.clip(dot / norms, -1, 1))).mean())


_SCORES: dict[str, tuple[str, Callable[[Any, Any], float]]] = {
    "segmentation": ("share of pixels with the true class", _class_score),
    "depth": ("mean absolute error", _depth_score),
    "normals": ("mean angle in degrees", _normal_score),
}


def rows(data: PredictionData) -> Iterator[list[Any]]:
    """A line for each picture of a prediction, with how far it is from the truth."""
    for number, scene in enumerate(data.scenes):
        for shown, maps in zip(data.runs, scene.predicted, strict=True):
            for kind in data.kinds:
                name, score = _SCORES[kind]
                value = score(maps[kind], scene.truth[kind])
                yield [data.setting, shown.row, shown.seed, number, kind, name, value, shown.mark]


_FIELDS = ("setting", "row", "seed", "image", "kind", "score", "value", "fingerprints")

KIND = Kind(
    build=build,
    draw=draw,
    fields=_FIELDS,
    rows=rows,
    line=line,
    alt=alt,
)
