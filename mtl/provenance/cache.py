"""A cache of facts about files, valid as long as their size, time and inode stay the same."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mtl.errors import MtlError
from mtl.io import atomic_write

T = TypeVar("T")


class StatCache:
    """Remembers `compute(path)` between processes, as git and DVC do for hashes.

    Losing the file costs time only. Values must be plain JSON.
    """

    def __init__(self, path: Path, version: str) -> None:
        """Read the cache file, or start empty when it is absent, damaged or of another version.

        Args:
            path: the cache file.
            version: names the code that computes the values; what other code computed is dropped.
        """
        self.path = path
        self.version = version
        self._changed = False
        self._entries: dict[str, list] = {}
        with contextlib.suppress(OSError, ValueError):
            stored = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(stored, dict) and stored.get("version") == version:
                self._entries = stored["entries"]

    def get(self, kind: str, path: Path, compute: Callable[[Path], T]) -> T:
        """The remembered value of `compute(path)`, or a fresh one when the file has changed."""
        status = path.stat()
        state = [status.st_size, status.st_mtime_ns, status.st_ino]
        key = f"{kind}:{path}"
        entry = self._entries.get(key)
        if entry is not None and entry[0] == state:
            return entry[1]
        value = compute(path)
        self._entries[key] = [state, value]
        self._changed = True
        return value

    def save(self) -> None:
        """Write what is new; a cache that cannot be written is no reason to stop."""
        if self._changed:
            with contextlib.suppress(MtlError):
                atomic_write(
                    self.path, json.dumps({"version": self.version, "entries": self._entries})
                )
                self._changed = False
