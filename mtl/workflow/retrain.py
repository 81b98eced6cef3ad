"""Trains stored units again in a scratch folder, to compare with what is stored."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mtl.config import Project, RunUnit
from mtl.config.units import CACHE
from mtl.errors import MtlError
from mtl.io import sha256, sha256_file
from mtl.results.records import Unit, load_unit


@contextmanager
def starting_weights(project: Project, unit: RunUnit, device: str = "auto") -> Iterator[list[Path]]:
    """The checkpoints that a unit starts from, one a seed; none where it starts from random ones.

    Raises:
        MtlError: when their records are absent, or the weights cannot be had as they were.
    """
    if unit.start is None:
        yield []
        return
    with trained_weights(project, unit.start, f"{unit.name} starts from", device) as weights:
        yield weights


@contextmanager
def trained_weights(
    project: Project, unit: RunUnit, needed: str, device: str = "auto"
) -> Iterator[list[Path]]:
    """The checkpoints of a unit, one a seed.

    Weights need not be stored: where only their records are, they are trained again, and must be
    those that the records name.

    Args:
        needed: what needs them, the beginning of messages.

    Raises:
        MtlError: when the records are absent, or the weights cannot be had as they were.
    """
    if not unit.is_done(project.root):
        raise MtlError(
            f"{needed} the runs {unit.name}, which do not exist; train them with "
            f"`python -m mtl train {unit.name}`"
        )
    wanted = [record.checkpoint["sha256"] for record in load_unit(project.root / unit.path).records]
    stored = [project.root / path for path in unit.weights]
    if all(path.is_file() for path in stored) and [*map(sha256_file, stored)] == wanted:
        yield stored
        return
    with retrained(project, unit, device) as again:
        if [record.checkpoint["sha256"] for record in again.records] != wanted:
            raise MtlError(
                f"{needed} the weights of {unit.name}, which are not on disk; trained again here "
                f"they are others, as on another platform. Remove {unit.path} to train those runs "
                "here"
            )
        folder = again.path.parent / "checkpoints"
        yield [folder / path.name for path in unit.weights]


def prepared_data(project: Project, unit: RunUnit) -> Path:
    """The folder of a unit's prepared data.

    Raises:
        MtlError: when they are absent.
    """
    if not (project.root / unit.data.record).is_file():
        raise MtlError(
            f"{unit.data.path}: the prepared data do not exist; make them with "
            f"`python -m mtl prepare {unit.dataset}`"
        )
    return project.root / unit.data.path


@contextmanager
def retrained(project: Project, unit: RunUnit, device: str = "auto") -> Iterator[Unit]:
    """Train a unit into a scratch folder, which is gone afterwards.

    Yields:
        The new records; the weights lie beside their folder in `checkpoints`.

    Raises:
        MtlError: when the prepared data are absent or the training fails.
    """
    from mtl.training.run import train_unit

    data = prepared_data(project, unit)
    cache = project.root / CACHE
    cache.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=cache, prefix="retrain-") as name,
        starting_weights(project, unit, device) as start,
    ):
        scratch = Path(name)
        train_unit(
            unit.spec,
            unit.seeds,
            data,
            scratch / "records",
            scratch / "checkpoints",
            scratch / "resume",
            unit.identity,
            unit.fingerprint,
            start=start,
            device=device,
        )
        yield load_unit(scratch / "records")


def sample(units: list[RunUnit], count: int, salt: str = "") -> list[RunUnit]:
    """Some units, as many methods as possible first; the same ones whenever the units are.

    Args:
        units: to choose from.
        count: how many at most.
        salt: another one gives another choice.
    """
    ordered = sorted(units, key=lambda unit: sha256([salt, unit.fingerprint]))
    seen: Counter[str] = Counter()
    ranked: list[tuple[int, int, RunUnit]] = []
    for position, unit in enumerate(ordered):
        ranked.append((seen[unit.method], position, unit))
        seen[unit.method] += 1
    ranked.sort(key=lambda entry: entry[:2])
    return [unit for _, _, unit in ranked[:count]]
