from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from mtl.config import load_project

REPOSITORY = Path(__file__).parents[2]
ETR_NLP = "papers/etr_nlp.yaml"
DIGITS = "papers/digits.yaml"
MINI = "scales/mini.yaml"

# Fixed, since the project's own scales change with what its methods need to learn.
SCALE = """\
# The scale of these tests.
name: mini
description: For tests.
seeds: 5
seeds_together: 5
datasets:
  celeba:
    source: twin
    twin:
      seed: 0
      train: 1600
      val: 400
      test: 100
    short_side: 32
  digits:
    source: real
    train: 2000
    val: 500
    test: 500
  faces_probe:
    source: twin
    twin:
      train: 128
      val: 64
      test: 32
    short_side: 24
  cityscapes:
    source: twin
    twin: {train: 32, val: 16, test: 16}
    size: [32, 64]
  nyu:
    source: twin
    twin: {train: 32, val: 16}
    size: [32, 32]
  pascal:
    twin: {train: 32, val: 16}
    source: twin
    size: [32, 32]
settings:
  celeba8:
    width: 8
    epochs: 6
    batch_size: 32
    eval_batch_size: 200
    learning_rate: 2e-3
    rows:
      mgda_ub:
        epochs: 12
      task_routing:
        options:
          gamma: 0.8
  celeba8_vgg16:
    width: 8
    epochs: 6
    batch_size: 32
    eval_batch_size: 200
    learning_rate: 2e-3
  celeba40:
    width: 8
    epochs: 6
    batch_size: 32
    eval_batch_size: 200
    learning_rate: 2e-3
  cityscapes: &dense
    width: 8
    epochs: 2
    batch_size: 4
    eval_batch_size: 8
    learning_rate: 2e-3
  nyu: *dense
  celeba3: &labels
    width: 8
    epochs: 2
    batch_size: 32
    eval_batch_size: 64
    learning_rate: 2e-3
  celeba3_half: *labels
  celeba3_quarter: *labels
  pascal: *dense
  digits:
    width: 8
    epochs: 6
    batch_size: 32
    eval_batch_size: 250
    learning_rate: 2e-3
  probe_0: &probe
    width: 4
    epochs: 3
    batch_size: 32
    eval_batch_size: 64
    learning_rate: 2e-3
  probe_25: *probe
  probe_50: *probe
  probe_75: *probe
  probe_95: *probe
"""


class Edit(Protocol):
    """Replaces, in a file, the first text `old` that stands behind the first `after`."""

    def __call__(self, file: str, old: str, new: str, after: str = "") -> None: ...


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's own papers and a small scale, free to be edited, and no code of its own."""
    monkeypatch.delenv("MTL_SCALE", raising=False)
    shutil.copytree(REPOSITORY / "workflow/config", tmp_path / "workflow/config")
    shutil.copytree(REPOSITORY / "data/published", tmp_path / "data/published")
    (tmp_path / "workflow/config" / MINI).write_text(SCALE)
    return tmp_path


@pytest.fixture
def edit(root: Path) -> Edit:
    """Replace a text in a configuration file."""

    def replace(file: str, old: str, new: str, after: str = "") -> None:
        path = root / "workflow/config" / file
        text = path.read_text(encoding="utf-8")
        start = text.index(old, text.index(after))
        path.write_text(text[:start] + new + text[start + len(old) :], encoding="utf-8")

    return replace


@pytest.fixture
def message(root: Path) -> Callable[..., str]:
    """The error of loading the project, which must fail."""

    def fail(scale: str | None = None) -> str:
        from mtl.errors import MtlError

        with pytest.raises(MtlError) as caught:
            load_project(root, scale)
        return str(caught.value)

    return fail
