"""The cache of facts about files."""

from __future__ import annotations

from pathlib import Path

from mtl.provenance.cache import StatCache


def remembered(path: Path, version: str, file: Path, value: str) -> str:
    cache = StatCache(path, version)
    found = cache.get("hash", file, lambda _: value)
    cache.save()
    return found


def test_a_value_is_computed_once_while_the_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("x = 1")
    cache = tmp_path / "hashes.json"
    assert remembered(cache, "1", file, "first") == "first"
    assert remembered(cache, "1", file, "second") == "first"
    file.write_text("x = 22")
    assert remembered(cache, "1", file, "third") == "third"


def test_what_other_hashing_code_computed_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("x = 1")
    cache = tmp_path / "hashes.json"
    assert remembered(cache, "1", file, "old") == "old"
    assert remembered(cache, "2", file, "new") == "new"


def test_a_damaged_cache_is_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("x = 1")
    cache = tmp_path / "hashes.json"
    cache.write_text('{"version": "1", "entr')
    assert remembered(cache, "1", file, "computed") == "computed"
