"""Reads the configuration files of a project, before any cross-reference is looked at."""

from __future__ import annotations

import os
from pathlib import Path

from mtl.config.models import Paper, Row, Scale
from mtl.config.problems import validate
from mtl.config.yaml_file import Document, read_yaml
from mtl.errors import MtlError, unknown
from mtl.methods import registry

CONFIG = Path("workflow/config")
DEFAULT_SCALE = "mini"
SCALE_VARIABLE = "MTL_SCALE"
FULL_SCALE = "paper"


def _names(folder: Path, root: Path, what: str) -> list[str]:
    names = sorted(path.stem for path in folder.glob("*.yaml"))
    if not names:
        raise MtlError(
            f"{folder.relative_to(root)}: no {what} here; is {root} the project's folder?"
        )
    return names


def _named(document: Document, name: str) -> None:
    expected = document.path.stem
    if name != expected:
        raise MtlError(
            f"{document.where(('name',))}: expected '{expected}', as the file is called, "
            f"found '{name}'"
        )


def choose_scale(scale: str | None) -> str:
    """The scale asked for, else that of the environment, else the default."""
    return scale or os.environ.get(SCALE_VARIABLE) or DEFAULT_SCALE


def scale_names(root: Path) -> list[str]:
    """The names of all scales of a project."""
    return _names(root / CONFIG / "scales", root, "scales")


def load_scale(root: Path, name: str) -> tuple[Scale, Document]:
    """A scale and its document.

    Raises:
        MtlError: for an unknown scale or a file that does not fit the model.
    """
    if name not in scale_names(root):
        raise unknown("scale", name, scale_names(root))
    document = read_yaml(root / CONFIG / "scales" / f"{name}.yaml", "scale", root)
    scale = validate(document, Scale)
    _named(document, scale.name)
    return scale, document


def _with_method_rows(paper: Paper) -> Paper:
    """The paper with a row for every method that a table or figure names directly.

    So a method becomes a row of a table, with its default options, by one line.
    """
    named = [row for table in paper.tables.values() for row in (*table.rows, *table.extra_rows)]
    named += [row for figure in paper.figures.values() for row in figure.shown_rows]
    methods = set(registry.available()) - set(paper.rows)
    implied = {name: Row.model_validate({"method": name}) for name in named if name in methods}
    return paper.model_copy(update={"rows": {**paper.rows, **implied}})


def load_papers(root: Path) -> dict[str, tuple[Paper, Document]]:
    """All papers and their documents by name.

    Raises:
        MtlError: for files that do not fit the model; all of them are reported together.
    """
    folder = root / CONFIG / "papers"
    papers: dict[str, tuple[Paper, Document]] = {}
    failures: list[str] = []
    for name in _names(folder, root, "papers"):
        try:
            document = read_yaml(folder / f"{name}.yaml", "paper", root)
            paper = validate(document, Paper)
            _named(document, paper.name)
            papers[name] = (_with_method_rows(paper), document)
        except MtlError as error:
            failures.append(str(error))
    if failures:
        raise MtlError("\n".join(failures))
    return papers
