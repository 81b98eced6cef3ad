"""A project with a figure of every kind, and the diagnostics of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mtl.config import Project
from tests.results import fabricate

PAPER = (
    fabricate.PAPER.replace(
        "rows:\n",
        """\
  related0: &related
    {<<: *setting, label: apart, dataset: faces_probe, tasks: probe4, twin: {relatedness: 0.0}}
  related1: {<<: *related, label: alike, twin: {relatedness: 0.75}}
rows:
  etr_low: {method: etr, label: Low, options: {gamma: 0.25}}
""",
        1,
    )
    + """\
  sweep:
    kind: option_sweep
    title: Sweep
    caption: By gamma.
    setting: celeba8
    metrics: [f_score]
    panels:
      - {title: Numbers, axis: Gamma, option: gamma, points: {etr: "0.9", etr_low: "0.25"}}
      - {title: Words, axis: Method, points: {gradnorm: G, task_routing: R}}
    references: [hard_sharing]
  cka: {kind: gradient_cka, title: CKA, caption: Alike, setting: celeba8, row: hard_sharing}
  maps: {kind: feature_maps, title: Maps, caption: Seen., setting: celeba8, row: etr}
  tsne: {kind: activation_embedding, title: Cloud, caption: Apart, setting: celeba8, row: etr}
  panels:
    {kind: predictions, title: Panels, caption: Seen., setting: celeba8, rows: [hard_sharing, etr]}
  conflict:
    kind: gradient_conflict
    title: Conflict
    caption: In training.
    setting: celeba8
    rows: [hard_sharing, etr]
  related:
    kind: relatedness
    title: Gains
    caption: By relatedness.
    settings: [related1, related0]
    metric: f_score
    baseline: single_task
    rows: [hard_sharing, etr]
  gained:
    kind: trade_off
    title: Gained
    caption: For what it costs.
    cost: recall
    delta: metrics
    metrics: [precision, f_score]
    series:
      - {setting: celeba8, label: Eight, baseline: hard_sharing, curve: [etr, etr_low],
         points: [hard_sharing]}
  reached:
    kind: trade_off
    title: Reached
    caption: For what it costs.
    cost: recall
    log: true
    metric: f_score
    series:
      - {setting: celeba8, label: Eight, curve: [etr_low, etr], points: [hard_sharing]}
      - {setting: celeba40, label: Forty, points: [hard_sharing]}
  gates: {kind: gate_shares, title: Gates, caption: Shares., setting: celeba8, rows: [etr, etr_low]}
"""
)
# Trained for other times, so that the settings' runs differ whatever their twins make of the dial.
SCALE = (
    fabricate.SCALE.replace(
        "settings:\n",
        """\
  faces_probe:
    source: twin
    twin: {seed: 0, train: 64, val: 32, test: 32}
    short_side: 32
settings:
""",
        1,
    )
    + "  related0: {<<: *training, epochs: 4}\n  related1: {<<: *training, epochs: 5}\n"
)
TASKS = ["eyes", "nose"]
IMAGE = {"height": 2, "width": 2, "pixels": [[[0, 1, 2], [3, 4, 5]], [[6, 7, 8], [9, 10, 255]]]}


def cka(seed: int, **changes: Any) -> dict[str, Any]:
    """Two layers; the tasks' similarity grows with the seed."""
    layers = [
        {"name": name, "cka": [[1.0, level + seed / 100], [level + seed / 100, 1.0]]}
        for name, level in (("conv1", 0.5), ("conv2", 0.25))
    ]
    return {"n_images": 64, "batches": 2, "tasks": TASKS, "layers": layers, **changes}


def conflict(seed: int) -> dict[str, Any]:
    points = [
        {"epoch": epoch, "cosine": 0.5 - epoch - seed / 10, "negative": 0.25 * epoch,
         "variance": 0.5, "cosines": [[1.0, 0.0], [0.0, 1.0]]}
        for epoch in (0.5, 1.0)
    ]  # fmt: skip
    return {"n_images": 64, "tasks": TASKS, "points": points}


def maps() -> dict[str, Any]:
    primitive = {"label": "average pooling 3x3", "maps": [[[0.0, 0.5], [1.0, 2.0]]] * 3}
    return {"image": IMAGE, "primitives": [primitive]}


def predictions(**changes: Any) -> dict[str, Any]:
    """Of one image of 2 x 2 pixels: two classes, depth and normals, all of them right."""
    maps = {"segmentation": [[0, 1], [1, -1]], "depth": [[1.5, 2.0], [0.0, 3.0]], "normals": IMAGE}
    view = {"image": IMAGE, "truth": maps, "predicted": maps}
    return {"classes": ["flat", "sky"], "images": [view], **changes}


def gates(seed: int = 0) -> dict[str, Any]:
    """Two layers; a task keeps more the higher the seed, and the second contributes most."""
    return {
        "tasks": TASKS,
        "layers": ["stem", "stage1.block1.conv1"],
        "chosen": [[0.5 + seed / 10, 0.0], [0.25 + seed / 10, 1.0]],
        "largest": [[0.25, 0.75], [0.5, 0.5]],
    }


def activations(shared: int = 8, own: int = 3, side: int = 3, **changes: Any) -> dict[str, Any]:
    """Branches whose maps differ in level, so that their points lie apart."""
    rng = np.random.default_rng(0)

    def branch(name: str, channels: int, level: float) -> dict[str, Any]:
        values = level + rng.normal(size=(channels, side * side))
        return {"name": name, "maps": values.tolist()}

    branches = [branch("shared", shared, 0.0)]
    branches += [branch(task, own, 50.0 * (k + 1)) for k, task in enumerate(TASKS)]
    layer = {"name": "stage1.block1.conv2", "height": side, "width": side, "branches": branches}
    return {"image": IMAGE, "layers": [{**layer, **changes}]}


def scores(setting: str, row: str, seed: int) -> dict[str, float]:
    """F-scores that are easy to add up; single-task learning is 0.01 higher for each seed."""
    levels = {"hard_sharing": 0.5, "gradnorm": 0.55, "task_routing": 0.6, "etr": 0.7}
    level = levels.get(row, 0.4) + (0.1 if setting == "related1" and row == "etr" else 0.0)
    f_score = level + 0.01 * seed * (row == "single_task")
    return {"precision": 0.5, "recall": 0.5, "f_score": f_score}


def write_config(root: Path, paper: str = PAPER, scale: str = SCALE) -> None:
    fabricate.write_config(root, paper, scale)


def write(
    project: Project,
    setting: str,
    row: str,
    diagnostics: Mapping[int, Mapping[str, Any]] | None = None,
) -> None:
    """The runs of a row, with the diagnostics of each seed."""
    for unit in project.units_for("faces", setting, row):
        fabricate.write_unit(
            project.root,
            unit,
            lambda seed: scores(setting, row, seed),
            by_seed={seed: {"diagnostics": dict((diagnostics or {}).get(seed, {}))}
                     for seed in unit.seeds},
        )  # fmt: skip


def write_all(project: Project) -> None:
    """Every run of the project, with all diagnostics where a figure asks for them."""
    for setting, row, unit in fabricate.planned(project):
        found = {
            seed: {
                "gradient_cka": cka(seed),
                "gradient_conflict": conflict(seed),
                "gates": gates(seed),
                **({"feature_maps": maps(), "activations": activations(),
                    "predictions": predictions()}
                   if seed == unit.seeds[0] else {}),
            }
            for seed in unit.seeds
        }  # fmt: skip
        write(project, setting, row, found if setting == "celeba8" else None)
