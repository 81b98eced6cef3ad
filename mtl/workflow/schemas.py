"""The JSON schemas of the configuration files, generated from the models."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from mtl.claims.models import ClaimsFile
from mtl.config.models import Paper, Scale
from mtl.errors import MtlError
from mtl.io import atomic_write, canonical_json

FOLDER = Path("workflow/schemas")
_MODELS: dict[str, type[BaseModel]] = {"paper": Paper, "scale": Scale, "claims": ClaimsFile}


def schemas() -> dict[Path, str]:
    """The text of each schema by its path, relative to the project."""
    texts = {}
    for name, model in _MODELS.items():
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **model.model_json_schema(),
        }
        texts[FOLDER / f"{name}.schema.json"] = canonical_json(schema)
    return texts


def write(root: Path) -> list[Path]:
    """Write the schemas; returns their paths."""
    for path, text in schemas().items():
        atomic_write(root / path, text)
    return list(schemas())


def check(root: Path) -> None:
    """Check that the files are what the models give.

    Raises:
        MtlError: naming those that are not.
    """
    stale = [
        str(path)
        for path, text in schemas().items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]
    if stale:
        raise MtlError(f"{', '.join(stale)}: not what the models give; run `python -m mtl schema`")
