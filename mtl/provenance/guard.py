"""Guards: tiny inputs through which Snakemake learns that a product with a fixed name is stale.

A rule's output with a fixed name has no fingerprint in its path, so its staleness is decided here
and told to Snakemake by the only means it always heeds, the modification time of an input.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from mtl.io import atomic_write

FOLDER = Path(".snakemake/guards")


def guard(product: str, reason: str | None, root: Path = Path()) -> str:
    """Set the guard of a product and return its path, relative to the root.

    Args:
        product: the path of the product's stamp.
        reason: why the product is stale, or None when it is fresh.
        root: the project.

    A fresh product's guard dates from 1970. A stale one's is new, and holds new text, as Snakemake
    ignores a newer time when the recorded checksum is unchanged.
    """
    relative = FOLDER / product
    path = root / relative
    if reason is not None:
        atomic_write(path, f"{reason} ({time.time_ns()})\n")
    elif not path.exists() or path.stat().st_mtime != 0:
        atomic_write(path, "fresh\n")
        os.utime(path, (0, 0))
    return relative.as_posix()
