"""Finished runs in DVC: added as sub-folders of one tracked folder, listed in a git manifest.

The manifest lets a clone without any data know which runs it can bring back, so that they are
restored rather than trained again. It is append-only and merges as a union of its lines.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mtl.config import Project, RunUnit
from mtl.config.units import CACHE, RUNS
from mtl.errors import MtlError
from mtl.io import atomic_write
from mtl.results.records import load_unit

MANIFEST = Path("results/manifest.txt")


def known(root: Path) -> list[str]:
    """The names of all units that DVC has: `<dataset>/<method>/<fingerprint>`.

    Raises:
        MtlError: for a line of another form.
    """
    path = root / MANIFEST
    if not path.is_file():
        return []
    names = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        if len(line.split("/")) != 3:
            raise MtlError(
                f"{MANIFEST}:{number}: expected <dataset>/<method>/<fingerprint>, found '{line}'"
            )
        names.append(line.strip())
    return names


def restorable(project: Project) -> list[RunUnit]:
    """The units of the project's scale that DVC has, but that are not whole on disk."""
    listed = set(known(project.root))
    return [
        unit for unit in project.units() if unit.name in listed and not unit.is_done(project.root)
    ]


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One DVC command at a time: a second one would fail on DVC's own lock instead of waiting."""
    path = root / CACHE / "dvc.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _dvc(root: Path, arguments: Sequence[str]) -> None:
    with _alone(root):
        done = subprocess.run(
            [sys.executable, "-m", "dvc", *arguments], cwd=root, capture_output=True, text=True
        )
    if done.returncode:
        raise MtlError(
            f"dvc {' '.join(arguments[:2])} failed: {(done.stderr or done.stdout).strip()}"
        )


def add(root: Path) -> list[str]:
    """Give DVC the finished units that it does not have, and list them in the manifest.

    Returns:
        The names of the new units.

    Raises:
        MtlError: for damaged records, which are not added, or when DVC fails.
    """
    old = set(known(root))
    found = sorted(
        path.parent.relative_to(root / RUNS).as_posix()
        for path in (root / RUNS).glob("[!.]*/[!.]*/[!.]*/unit.json")
    )
    new = [name for name in found if name not in old]
    for name in new:
        load_unit(root / RUNS / name)
    if new:
        # Sub-folders of a tracked folder are merged into it without needing the rest on disk.
        tracked = (root / f"{RUNS}.dvc").is_file()
        _dvc(root, ["add", *(f"{RUNS}/{name}" for name in new)] if tracked else ["add", str(RUNS)])
        text = (root / MANIFEST).read_text(encoding="utf-8") if old else ""
        atomic_write(root / MANIFEST, text + "".join(f"{name}\n" for name in new))
    return new


def restore(root: Path, names: Sequence[str]) -> None:
    """Bring known units back from the DVC remote, in one go: DVC starts slowly.

    Raises:
        MtlError: when the manifest does not list one, the remote has it not or cannot be reached,
            or what came back is damaged.
    """
    listed = known(root)
    for name in names:
        if name not in listed:
            raise MtlError(f"{MANIFEST}: does not list '{name}', so it cannot be restored")
    if not names:
        return
    try:
        _dvc(root, ["pull", *(f"{RUNS}/{name}" for name in names)])
    except MtlError as error:
        raise MtlError(
            f"{len(names)} units cannot be restored from the DVC remote ({error}). To train them "
            "again instead: snakemake --config restore=false"
        ) from None
    for name in names:
        load_unit(root / RUNS / name)
