from __future__ import annotations

from pathlib import Path

import pytest

from mtl.errors import MtlError
from mtl.workflow import schemas

REPOSITORY = Path(__file__).parents[2]


def test_the_schemas_are_current() -> None:
    schemas.check(REPOSITORY)


def test_stale_and_absent_schemas_are_named(tmp_path: Path) -> None:
    first, second = schemas.write(tmp_path)
    schemas.check(tmp_path)
    (tmp_path / first).write_text("{}")
    (tmp_path / second).unlink()
    with pytest.raises(MtlError, match=r"paper\.schema\.json, .*scale\.schema\.json: not what"):
        schemas.check(tmp_path)


def test_unknown_keys_are_refused_by_the_schemas_too() -> None:
    texts = schemas.schemas()
    assert '"additionalProperties": false' in texts[schemas.FOLDER / "paper.schema.json"]
