from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtl.claims.kinds import KINDS
from mtl.errors import MtlError
from mtl.workflow import schemas

REPOSITORY = Path(__file__).parents[2]


def test_the_schemas_are_current() -> None:
    schemas.check(REPOSITORY)


def test_stale_and_absent_schemas_are_named(tmp_path: Path) -> None:
    first, second, third = schemas.write(tmp_path)
    schemas.check(tmp_path)
    (tmp_path / first).write_text("{}")
    (tmp_path / third).unlink()
    with pytest.raises(MtlError, match=r"paper\.schema\.json, .*claims\.schema\.json: not what"):
        schemas.check(tmp_path)
    assert (tmp_path / second).is_file()


def test_unknown_keys_are_refused_by_the_schemas_too() -> None:
    for text in schemas.schemas().values():
        assert '"additionalProperties": false' in text


def test_each_kind_of_claim_has_its_own_fields_in_the_schema() -> None:
    schema = json.loads(schemas.schemas()[schemas.FOLDER / "claims.schema.json"])
    kinds = schema["$defs"]["Claim"]["properties"]["tests"]["items"]["discriminator"]["mapping"]
    assert set(kinds) == set(KINDS)
