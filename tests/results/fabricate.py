"""A small project and records as training would have written them, without any training."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mtl.config import Project, RunUnit, load_project
from mtl.io import atomic_write, canonical_json, sha256
from mtl.results.seal import seal

PAPER = """\
name: faces
title: Faces
short: Faces
venue: tests
settings:
  celeba8: &setting
    label: 8 tasks
    dataset: celeba
    tasks: groups8
    host: resnet18
    metrics: [precision, recall, f_score]
    evaluation: {split: val, selection: best_f_score}
  celeba40: {<<: *setting, label: 40 tasks, tasks: attributes40}
rows:
  hard_sharing: {method: hard_sharing, label: Hard sharing}
  gradnorm: {method: gradnorm, label: GradNorm}
  task_routing: {method: task_routing, options: {gamma: 0.9}}
  etr: {method: etr, label: ETR, label_html: <b>ETR</b>, note: Ours.}
  single_task: {method: single_task, label: Single task}
tables:
  table_4:
    title: Comparison
    caption: On faces.
    baseline: hard_sharing
    delta: metrics
    groups:
      - {setting: celeba8, label: 8 tasks, metrics: [precision, recall, f_score]}
      - {setting: celeba40, label: 40 tasks, metrics: [precision, recall, f_score]}
    rows: [hard_sharing, gradnorm, task_routing, etr]
    extra_rows: [single_task]
    published: data/published/faces/table_4.csv
    deviations: [Smaller.]
  table_3a:
    title: Partitioning
    caption: On faces.
    baseline: hard_sharing
    groups:
      - {setting: celeba8, label: 8 tasks, metrics: [precision, recall]}
    rows: [hard_sharing, task_routing, etr]
figures:
  figure_1a:
    kind: learning_curves
    title: Curves
    caption: While training.
    setting: celeba8
    metric: f_score
    rows: [hard_sharing, etr]
"""
SCALE = """\
name: mini
description: for tests
seeds: 5
seeds_together: 5
datasets:
  celeba:
    source: twin
    twin: {seed: 0, train: 64, val: 32, test: 32}
    short_side: 32
settings:
  celeba8: &training
    {width: 8, epochs: 3, batch_size: 32, eval_batch_size: 32, learning_rate: 0.001}
  celeba40: *training
"""
PUBLISHED = """\
# paper: faces
# table: table_4
# title: Comparison
# source: invented
# baseline: hard_sharing
# settings: {celeba8: 8 tasks, celeba40: 40 tasks}
# rows: {hard_sharing: Hard sharing, etr: ETR}
# columns:
#   parameters: {label: "#P", unit: million, digits: 1, direction: lower}
#   f_score: {label: F, unit: percent, digits: 1, direction: higher}
#   delta_p:
#     label: Delta
#     unit: percent
#     digits: 1
#     direction: higher
#     derived: {kind: delta, of: [f_score]}
row,setting,metric,mean,std
hard_sharing,,parameters,11.2,
hard_sharing,celeba8,f_score,63.0,0.2
etr,celeba8,f_score,66.9,0.1
etr,celeba8,delta_p,+6.4,
"""
PLATFORM = {
    "machine": "x86_64",
    "cpu_capability": "AVX2",
    "threads": 1,
    "torch": "2.14.0",
    "device": "cpu",
}
OTHER_PLATFORM = {**PLATFORM, "cpu_capability": "AVX512"}
POSITIVE = [20, 5, 12]
N = 40

Scores = Callable[[str, str, int], dict[str, float]]
"""(setting, row, seed) to the metrics of a run."""


def write_config(
    root: Path, paper: str = PAPER, scale: str = SCALE, published: str = PUBLISHED
) -> None:
    """The configuration of a project at `root`; earlier text is replaced."""
    for name, text in {
        "workflow/config/papers/faces.yaml": paper,
        "workflow/config/scales/mini.yaml": scale,
        "data/published/faces/table_4.csv": published,
    }.items():
        atomic_write(root / name, text)


def planned(project: Project) -> Iterable[tuple[str, str, RunUnit]]:
    """(setting, row, unit) of everything in the tables."""
    for paper in project.papers.values():
        for setting in paper.settings:
            for row in paper.rows:
                for unit in project.units_for(paper.name, setting, row):
                    yield setting, row, unit


def realistic(generation: int = 0, shift: float = 0.0) -> Scores:
    """Levels by method and setting, a seed's effect that rows share, noise that metrics share.

    Args:
        generation: another one draws other seeds' effects and noise from the same distributions.
        shift: added to every F-score.
    """
    levels = {
        "hard_sharing": 0.63, "gradnorm": 0.636, "task_routing": 0.655, "etr": 0.669,
        "single_task": 0.60,
    }  # fmt: skip

    def scores(setting: str, row: str, seed: int) -> dict[str, float]:
        fixed = int(sha256([setting, row])[:8], 16)
        common = np.random.default_rng([generation, seed]).normal(scale=0.002)
        noise = np.random.default_rng([generation, fixed, seed]).normal(scale=0.002, size=3)
        f_score = levels[row] + common + noise[0] + (0.01 if setting == "celeba40" else 0) + shift
        return {
            "precision": f_score + 0.06 + noise[1],
            "recall": f_score - 0.03 + noise[2],
            "f_score": f_score,
        }

    return scores


def record(
    unit: RunUnit, seed: int, metrics: Mapping[str, float], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """One seed's record."""
    curve = [
        {
            "epoch": epoch,
            "train_loss": 1 / epoch,
            **{k: v * (1 - 0.1 * (3 - epoch)) for k, v in metrics.items()},
        }
        for epoch in (1, 2, 3)
    ]
    return seal(
        {
            "schema": 1,
            "dataset": unit.dataset,
            "method": unit.method,
            "fingerprint": unit.fingerprint,
            "seed": seed,
            "identity": unit.identity,
            "counts": {
                "parameters_total": 11_200_000 + len(unit.spec["tasks"]),
                "parameters_active": 11_200_000,
                "parameters_registered": 11_200_000 + len(unit.spec["tasks"]),
                "macs": 148_000_000,
                "macs_input": [3, 64, 64],
            },
            "profile": {
                "width": 64,
                "parameters_total": 11_200_000 + len(unit.spec["tasks"]),
                "parameters_active": 11_200_000,
                "parameters_registered": 11_200_000 + len(unit.spec["tasks"]),
                "macs": 148_000_000,
                "macs_input": [3, 64, 64],
            },
            "selection": {"rule": "best_f_score", "epoch": 3},
            "metrics": dict(metrics),
            "final": dict(metrics),
            "detail": {
                "columns": ["a", "b", "c"],
                "true_positive": [10, 2, 6],
                "predicted_positive": [20, 4, 10],
                "positive": POSITIVE,
                "n": N,
            },
            "curve": curve,
            "solver_gap": None,
            "diagnostics": {},
            "checkpoint": {"sha256": "0" * 64},
            **changes,
        }
    )


def write_unit(
    root: Path,
    unit: RunUnit,
    metrics: Callable[[int], Mapping[str, float]],
    platform: Mapping[str, Any] = PLATFORM,
    by_seed: Mapping[int, Mapping[str, Any]] | None = None,
    **changes: Any,
) -> None:
    """A unit's folder; `changes` replace fields of its records, `by_seed` those of single ones."""
    folder = root / unit.path
    hashes = {}
    for seed in unit.seeds:
        own = {**changes, **(by_seed or {}).get(seed, {})}
        text = canonical_json(record(unit, seed, metrics(seed), own))
        atomic_write(folder / f"seed{seed}" / "metrics.json", text)
        hashes[str(seed)] = sha256(text)
    content = {
        "schema": 1,
        "fingerprint": unit.fingerprint,
        "dataset": unit.dataset,
        "method": unit.method,
        "seeds": list(unit.seeds),
        "records": hashes,
        "provenance": {
            "created": "2026-01-02T03:04:05+00:00",
            "commit": "c0ffee" * 6 + "c0ff",
            "dirty": False,
            "versions": {"python": "3.11.9", "torch": "2.14.0", "numpy": "2.4", "mtl": "0.1"},
            "device": "cpu",
            "platform": dict(platform),
            "timings": {"train_s": 12.5, "eval_s": 1.5, "cpu_s": 14.5, "batches": 6},
            "resumed": 0,
        },
    }
    atomic_write(folder / "unit.json", canonical_json(seal(content)))


def write_runs(project: Project, scores: Scores, platform: Mapping[str, Any] = PLATFORM) -> None:
    """All runs of a project."""
    for setting, row, unit in planned(project):
        write_unit(
            project.root,
            unit,
            lambda seed, setting=setting, row=row: scores(setting, row, seed),
            platform,
        )


class FrozenCode:
    """Stands for the package's sources, so that fingerprints do not depend on them."""

    def __init__(self, **hashes: str) -> None:
        self.hashes = {"mtl/training/run.py": "0123456789ab", **hashes}

    def closure(self, module: str) -> dict[str, str]:
        return self.hashes

    def union(self, modules: Iterable[str]) -> dict[str, str]:
        return self.hashes

    def data_files(self, *where: object) -> dict[str, str]:
        return {}


def load(root: Path, **hashes: str) -> Project:
    """The project as its files are now, with the given hashes of code."""
    project = load_project(root, "mini")
    project.code = FrozenCode(**hashes)
    return project


def remove_runs(project: Project) -> None:
    """Delete all records."""
    shutil.rmtree(project.root / "results/runs")
