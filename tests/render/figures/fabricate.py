"""Figures of every kind, made by hand in the sizes that the papers' figures have."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mtl.results.figures import activation_embedding as embedding
from mtl.results.figures import gradient_cka as cka
from mtl.results.figures.curves import Curve
from mtl.results.figures.feature_maps import MapData, Primitive
from mtl.results.figures.gate_shares import GateSharesData, Shares
from mtl.results.figures.gradient_conflict import ConflictData
from mtl.results.figures.learning_curves import CurveData
from mtl.results.figures.option_sweep import Panel, Point, Sweep, SweepData
from mtl.results.figures.picture import Image
from mtl.results.figures.predictions import PredictionData, Predictor, Scene
from mtl.results.figures.relatedness import Gain, RelatednessData
from mtl.results.figures.source import FigureData, Heading, Shown
from mtl.results.figures.trade_off import Point as TradePoint
from mtl.results.figures.trade_off import Series, TradeOffData
from mtl.results.statistics import Summary, summarise
from tests.render.fabricate import REAL, SYNTHETIC, runs

TASKS = ("global", "eyes", "nose", "mouth", "hair", "facial_hair", "cheeks", "accessories")
LAYERS = (
    "conv1",
    *(
        f"stage{stage}.block{block}.conv{conv}"
        for stage in (1, 2, 3, 4)
        for block in (1, 2)
        for conv in (1, 2)
    ),
    *(f"stage{stage}.block1.shortcut" for stage in (2, 3, 4)),
)
LABELS = {
    "hard_sharing": "Hard sharing",
    "etr": r"ETR ($\gamma = 0.9$)",
    "nlp": "NLP",
    "etr_nlp": r"ETR-NLP ($\gamma = 0.9$)",
}


def shown(row: str, label: str | None = None, n: int = 5, **changes: Any) -> Shown:
    filled = Shown(
        setting="celeba8",
        setting_label="8 tasks",
        row=row,
        label=LABELS.get(row, row) if label is None else label,
        n=n,
        runs=runs(row, n),
        missing=None if n else "not run yet",
    )
    return dataclasses.replace(filled, **changes)


def heading(name: str, rows: Sequence[Shown], **changes: Any) -> Heading:
    filled = Heading(
        paper="etr_nlp",
        name=name,
        title="A figure",
        caption="What is to be seen.",
        shown=tuple(rows),
        scale="mini",
        source_labels=(SYNTHETIC,),
        n_seeds=5,
        deviations=(),
        notes=(),
        fingerprint="0" * 12,
    )
    return dataclasses.replace(filled, **changes)


def curve(row: str, mean: Sequence[float], n: int = 5, x: Sequence[float] = (), **changes) -> Curve:
    x = tuple(x) or tuple(range(1, len(mean) + 1))
    std = tuple(0.01 * (n > 1) for _ in mean)
    return Curve(shown(row, n=n, **changes), x, tuple(mean), std)


def learning_curves(rows: Sequence[Curve] | None = None, **changes: Any) -> CurveData:
    if rows is None:
        rows = (
            curve("hard_sharing", (0.4, 1 / 3, 0.48, 0.47)),
            curve("etr", (0.42, 0.47, 0.49, 0.5)),
        )
    about = heading("figure_1a", [one.shown for one in rows], **changes)
    return CurveData(about, "celeba8", "f_score", 0.331, tuple(rows))


def point(row: str, label: str, values: Sequence[float], option: float | None = None) -> Point:
    summary = summarise(values) if values else None
    return Point(
        shown(row, n=len(values)),
        label,
        option,
        tuple(values),
        summary.mean if summary else None,
        summary.std if summary else None,
    )


def _values(level: float, seed: int) -> list[float]:
    return (level + np.random.default_rng(seed).normal(scale=0.004, size=5)).tolist()


def sweep_by_number(**changes: Any) -> SweepData:
    """Figure 6(a): the share of shared channels of ETR."""
    gammas = (0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
    points = tuple(
        point(f"etr_{k}", f"{g:g}", _values(0.6 + 0.09 * g * (1.1 - g), k), g)
        for k, g in enumerate(gammas)
    )
    reference = point("hard_sharing", "Hard sharing", _values(0.606, 99))
    panel = Panel("CelebA", r"Sharing ratio $\gamma$", "gamma", points)
    about = heading("figure_6a", [p.shown for p in (*points, reference)], **changes)
    return SweepData(about, "celeba8", (Sweep("f_score", (panel,), (reference,), 0.331),))


CATEGORIES = {
    "Average pooling": ("Kernel sizes", ("3×3", "5×5", "7×7", "9×9", "3×3, 5×5, 7×7, 9×9")),
    "Max pooling": ("Kernel sizes", ("3×3", "5×5", "7×7", "9×9", "3×3, 5×5, 7×7, 9×9")),
    "Fixed convolution": (
        "Groups, weights",
        ("full, real", "full, binary", "depth-wise, real", "depth-wise, binary"),
    ),
    "Shift": ("Largest shift (pixels)", ("1", "2", "3")),
    "Perturbation": ("Level of the noise", ("0.05", "0.1", "0.5")),
}  # fmt: skip


def sweep_by_label(**changes: Any) -> SweepData:
    """Figure 8: five primitives, each used alone."""
    panels = []
    for k, (title, (axis, labels)) in enumerate(CATEGORIES.items()):
        points = tuple(
            point(f"nlp_{k}_{j}", label, _values(0.61 + 0.01 * k + 0.006 * j, 10 * k + j))
            for j, label in enumerate(labels)
        )
        panels.append(Panel(title, axis, None, points))
    references = (
        point("hard_sharing", "Hard sharing", _values(0.63, 99)),
        point("nlp", "NLP (all primitives)", _values(0.655, 98)),
    )
    every = [p.shown for panel in panels for p in panel.points]
    about = heading("figure_8", [*every, *(p.shown for p in references)], **changes)
    return SweepData(about, "celeba8", (Sweep("f_score", tuple(panels), references, 0.605),))


def gradient_cka(layers: Sequence[str] = LAYERS, n: int = 5, **changes: Any) -> cka.CKAData:
    """Figure 1(b): similarity falls from the first layer to the last."""
    rng = np.random.default_rng(0)
    found = []
    for position, name in enumerate(layers):
        level = 0.9 - 0.6 * position / max(1, len(layers) - 1)
        matrices = []
        for _ in range(n):
            matrix = np.clip(level + rng.normal(scale=0.08, size=(8, 8)), 0, 1)
            matrix = (matrix + matrix.T) / 2
            np.fill_diagonal(matrix, 1.0)
            matrices.append(matrix)
        cells = tuple(
            tuple(summarise([float(m[a, b]) for m in matrices]) for b in range(8)) for a in range(8)
        )
        off = [float(m.sum() - 8) / 56 for m in matrices]
        found.append(cka.Layer(name, cells, summarise(off)))
    about = heading("figure_1b", [shown("hard_sharing", n=n)], **changes)
    return cka.CKAData(about, "celeba8", "hard_sharing", TASKS, tuple(found), 512, 2)


def face(size: int = 64) -> Image:
    """Something like a face: an oval with eyes and a mouth."""
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    pixels = np.full((size, size, 3), (90, 120, 160))
    pixels[x**2 / 0.4 + y**2 / 0.7 < 1] = (230, 190, 160)
    for side in (-0.25, 0.25):
        pixels[(x - side) ** 2 + (y + 0.2) ** 2 < 0.01] = (40, 30, 30)
    pixels[(abs(x) < 0.25) & (abs(y - 0.4) < 0.05)] = (170, 60, 70)
    return Image(size, size, pixels.tolist())


PRIMITIVES = (
    "identity", "average pooling 3x3", "average pooling 5x5", "average pooling 7x7",
    "average pooling 9x9", "max pooling 3x3", "max pooling 9x9", "fixed convolution 3x3, full",
    "fixed convolution 3x3, depth-wise, binary, sparsity 0.9", "shift by (1, -1)",
    "perturbation, level 0.1",
)  # fmt: skip


def feature_maps(channels: int = 3, size: int = 64, **changes: Any) -> MapData:
    """Figure 3: one face through each primitive."""
    image = face(size)
    pixels = np.array(image.pixels) / 255
    primitives = []
    for k, label in enumerate(PRIMITIVES):
        rolled = np.roll(pixels, k, axis=0)
        maps = tuple((rolled[..., c] * (k + 1) - k).tolist() for c in range(channels))
        primitives.append(Primitive(label, maps))
    row = shown("nlp")
    return MapData(
        heading("figure_3", [row], **changes),
        "celeba8", "nlp", 0, row.runs[0].fingerprint, image, tuple(primitives),
    )  # fmt: skip


def activation_embedding(
    layers: int = 4, shared: int = 58, own: int = 7, **changes: Any
) -> embedding.EmbeddingData:
    """Figure 7(a): a cloud for each branch."""
    rng = np.random.default_rng(0)
    branches = ("shared", *TASKS)
    found = []
    for position in range(layers):
        points = []
        for k, branch in enumerate(branches):
            angle = 2 * math.pi * k / len(branches)
            centre = 12 * (k > 0) * np.array([math.cos(angle), math.sin(angle)])
            places = centre + rng.normal(scale=3, size=(own if k else shared, 2))
            points += [
                embedding.Point(branch, channel, float(x), float(y))
                for channel, (x, y) in enumerate(places)
            ]
        name = f"stage{position + 1}.block2.conv2"
        side = 2 ** (4 - position)
        found.append(embedding.Layer(name, side, side, 30.0, tuple(points)))
    row = shown("etr")
    return embedding.EmbeddingData(
        heading("figure_7a", [row], **changes),
        "celeba8", "etr", 0, row.runs[0].fingerprint, face(), branches, tuple(found),
    )  # fmt: skip


def gradient_conflict(**changes: Any) -> ConflictData:
    epochs = np.linspace(0, 12, 25)
    levels: dict[str, Callable[[int], Any]] = {
        "cosine": lambda k: 0.1 * np.exp(-epochs / 4) - 0.01 * k,
        "negative": lambda k: 0.5 - 0.3 * np.exp(-epochs / 5) + 0.02 * k,
        "variance": lambda k: 0.85 - 0.2 * np.exp(-epochs / 5) + 0.02 * k,
    }
    curves = {
        quantity: tuple(
            curve(row, tuple(level(k).tolist()), x=tuple(epochs.tolist()))
            for k, row in enumerate(LABELS)
        )
        for quantity, level in levels.items()
    }
    about = heading("conflict", [one.shown for one in curves["cosine"]], **changes)
    return ConflictData(about, "celeba8", curves)


DIALS = (0.0, 0.25, 0.5, 0.75, 1.0)


def relatedness(**changes: Any) -> RelatednessData:
    def at(row: str, dial: float) -> Shown:
        name = f"related{int(100 * dial):03}"
        return shown(row, setting=name, setting_label=f"relatedness {dial:g}")

    baseline = tuple(at("single_task", dial) for dial in DIALS)
    rows = tuple(
        tuple(
            Gain(at(row, dial), dial, 0.05 * (dial - 0.4) + 0.01 * k, 0.008, 5, ())
            for dial in DIALS
        )
        for k, row in enumerate(LABELS)
    )
    every = [*baseline, *(gain.shown for row in rows for gain in row)]
    return RelatednessData(heading("relatedness", every, **changes), "f_score", baseline, rows)


def predictions(
    kinds: Sequence[str] = ("segmentation", "depth", "normals"), **changes: Any
) -> PredictionData:
    """Two images of 4 x 8 pixels; one row predicts the truth, the other one thing everywhere."""
    rng = np.random.default_rng(0)

    def picture() -> Image:
        return Image(4, 8, rng.integers(0, 256, (4, 8, 3)).tolist())

    def scene() -> Scene:
        depth = rng.uniform(1, 4, (4, 8))
        depth[0, 0] = 0
        truth = {
            "segmentation": rng.integers(-1, 3, (4, 8)).tolist(),
            "depth": depth.tolist(),
            "normals": Image(4, 8, [[[127, 127, 0]] * 7 + [[127, 127, 127]]] * 4),
        }
        flat = {
            "segmentation": [[-1] * 8] * 4,
            "depth": [[2.0] * 8] * 4,
            "normals": Image(4, 8, [[[127, 0, 127]] * 8] * 4),
        }
        chosen = [{kind: maps[kind] for kind in kinds} for maps in (truth, flat)]
        return Scene(picture(), chosen[0], (chosen[0], chosen[1]))

    rows = [shown(row) for row in ("hard_sharing", "etr")]
    runs = tuple(
        Predictor(one.row, one.label, one.runs[0].seed, one.runs[0].fingerprint) for one in rows
    )
    about = heading("predictions", rows, **changes)
    classes = ("flat", "human", "vehicle")
    return PredictionData(about, "celeba8", classes, runs, (scene(), scene()))


def _trade_point(row: str, cost: float, value: float, setting: str, **changes: Any) -> TradePoint:
    own = shown(row, setting=setting, setting_label=setting)
    spread = Summary(value, 0.004, 5)
    return TradePoint(own, Summary(cost, 0.02 * cost, 5), spread, **{"baseline": None, **changes})


def trade_off(**changes: Any) -> TradeOffData:
    """Accuracies of three widths, a curve and two marks each."""
    series = tuple(
        Series(
            label,
            tuple(
                _trade_point(f"lambda_{k}", size * (3 - k / 3), 0.9 + 0.01 * (width - k / 4), label)
                for k in range(5)
            ),
            tuple(
                _trade_point(row, size * by, 0.89 + 0.01 * width, label)
                for row, by in (("stl", 3), ("mtl", 1))
            ),
        )
        for width, (label, size) in enumerate((("Quarter", 1e6), ("Half", 4e6), ("Original", 15e6)))
    )
    every = [p.shown for one in series for p in (*one.curve, *one.points)]
    about = heading("figure_3a", every, **changes)
    return TradeOffData(about, "flops", "overall", "MTL", True, series)


def trade_off_by_delta(**changes: Any) -> TradeOffData:
    """One setting with many single rows."""
    base = shown("stl", setting="pascal", setting_label="pascal")
    curve = tuple(
        _trade_point(f"interrogate_{k}", 1e7 * (10 - k), 0.5 - 0.3 * k, "pascal", baseline=base)
        for k in range(5)
    )
    points = tuple(
        _trade_point(f"baseline number {k}", 4e7 + 2e6 * k, -4 + 0.4 * k, "pascal", baseline=base)
        for k in range(12)
    )
    every = [base, *(point.shown for point in (*curve, *points))]
    about = heading("figure_3c", every, **changes)
    series = (Series("InterroGate", curve, points),)
    return TradeOffData(about, "flops", "delta_p", "MTL", False, series)


def gate_shares(**changes: Any) -> GateSharesData:
    """Five tasks in three rows."""
    tasks = ("semseg", "human", "saliency", "edge", "normals")

    def levels(low: float) -> tuple[Summary, ...]:
        return tuple(Summary(low + 0.1 * k, 0.03, 5) for k in range(len(tasks)))

    rows = tuple(
        Shares(
            shown(row),
            ("stem", "stage1.block1.conv1"),
            {"chosen": levels(low), "largest": levels(0.1)},
            {"chosen": (levels(low), levels(low)), "largest": (levels(0.0), levels(0.2))},
        )
        for row, low in (("hinge", 0.1), ("l1_medium", 0.3), ("l1_high", 0.05))
    )
    about = heading("figure_4", [row.shown for row in rows], **changes)
    return GateSharesData(about, tasks, rows)


FIGURES: dict[str, tuple[str, Callable[..., FigureData]]] = {
    "figure_1a": ("learning_curves", learning_curves),
    "figure_6a": ("option_sweep", sweep_by_number),
    "figure_8": ("option_sweep", sweep_by_label),
    "figure_1b": ("gradient_cka", gradient_cka),
    "figure_3": ("feature_maps", feature_maps),
    "figure_7a": ("activation_embedding", activation_embedding),
    "conflict": ("gradient_conflict", gradient_conflict),
    "predictions": ("predictions", predictions),
    "relatedness": ("relatedness", relatedness),
    "figure_3a": ("trade_off", trade_off),
    "figure_3c": ("trade_off", trade_off_by_delta),
    "figure_4": ("gate_shares", gate_shares),
}
"""By name: the kind and a maker, which takes changes of the heading."""

__all__ = ["REAL", "SYNTHETIC"]
