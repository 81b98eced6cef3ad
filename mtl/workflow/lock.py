"""Tells the lock of a Snakemake that was killed from that of one that is running.

Snakemake's own lock is a list of files that says nothing of who wrote it. After a kill or a power
loss it stays, and every later call would ask for `snakemake --unlock`. Here every Snakemake holds
a lock of the operating system too, which ends with its process: when nobody holds that one,
nobody can have written the list.
"""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
from pathlib import Path

HELD = Path(".snakemake/running.lock")
SNAKEMAKE_LOCKS = Path(".snakemake/locks")


def hold(root: Path = Path()) -> tuple[int, bool]:
    """Note that a Snakemake runs here until this process ends; remove the lock of a killed one.

    A list that another machine may have written is left alone, since not every network file
    system passes locks on.

    Args:
        root: the project.

    Returns:
        The descriptor that holds the lock, and whether a dead lock was removed.
    """
    path, locks = root / HELD, root / SNAKEMAKE_LOCKS
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    removed = False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass  # another one is running: Snakemake decides whether both can
    else:
        here = platform.node().encode()
        locked = locks.is_dir() and any(locks.iterdir())
        if locked and os.pread(descriptor, 1000, 0) == here:
            shutil.rmtree(locks)
            locked, removed = False, True
        if not locked:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, here, 0)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor, removed
