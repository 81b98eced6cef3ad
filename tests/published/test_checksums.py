"""SHA256SUMS covers every file of printed numbers, so that no digit changes unnoticed."""

from __future__ import annotations

from mtl.io import sha256_file
from tests.published.files import PUBLISHED

SUMS = PUBLISHED / "SHA256SUMS"


def test_the_sums_are_those_of_the_files() -> None:
    files = sorted(
        path.relative_to(PUBLISHED).as_posix()
        for path in PUBLISHED.rglob("*")
        if path.is_file() and path != SUMS
    )
    current = [f"{sha256_file(PUBLISHED / name)}  {name}" for name in files]
    stored = SUMS.read_text(encoding="utf-8").splitlines()
    assert stored == current, "renew them as docs/published.md says, if the change is meant"
