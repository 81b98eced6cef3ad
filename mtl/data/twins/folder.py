"""The folder of a twin: files written as they come, and a manifest with their hash at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mtl.io import atomic_directory, canonical_json, sha256

MANIFEST = "TWIN.json"


class TwinFolder:
    """Writes files and remembers their hashes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes: dict[str, str] = {}

    def write(self, path: str, data: bytes) -> None:
        """Write one file, `path` relative to the folder."""
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self._hashes[path] = sha256(data)

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest with the number and the hash of the files."""
        whole = {
            "schema": 1,
            **manifest,
            "files": len(self._hashes),
            "files_sha256": sha256(sorted(self._hashes.items())),
        }
        (self._folder / MANIFEST).write_text(canonical_json(whole), encoding="utf-8")


@contextmanager
def twin_folder(out: Path | str, manifest: Mapping[str, Any]) -> Iterator[TwinFolder]:
    """A folder that appears at `out` whole, with its manifest, or not at all.

    Raises:
        MtlError: for a full disk or a folder that cannot be written.
    """
    with atomic_directory(out) as path:
        folder = TwinFolder(path)
        yield folder
        folder.finish(manifest)


def chunks(count: int, size: int) -> Iterator[tuple[int, int]]:
    """Each chunk of a split and how many of its items are used.

    Chunks have generators of their own and are always drawn whole, so that they can be drawn in any
    order and a smaller split is the beginning of a larger one.
    """
    for first in range(0, count, size):
        yield first // size, min(size, count - first)
