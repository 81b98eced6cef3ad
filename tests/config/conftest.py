from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mtl.config import load_project

REPOSITORY = Path(__file__).parents[2]
ETR_NLP = "papers/etr_nlp.yaml"
DIGITS = "papers/digits.yaml"
MINI = "scales/mini.yaml"

Edit = Callable[[str, str, str], None]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's own configuration, free to be edited, and no code of its own."""
    monkeypatch.delenv("MTL_SCALE", raising=False)
    shutil.copytree(REPOSITORY / "workflow/config", tmp_path / "workflow/config")
    shutil.copytree(REPOSITORY / "data/published", tmp_path / "data/published")
    return tmp_path


@pytest.fixture
def edit(root: Path) -> Edit:
    """Replace the first occurrence of a text in a configuration file."""

    def replace(file: str, old: str, new: str) -> None:
        path = root / "workflow/config" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

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
