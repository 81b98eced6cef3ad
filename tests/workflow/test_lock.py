"""Whose lock it is: that of a running Snakemake stays, that of a killed one goes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from mtl.workflow.lock import HELD, SNAKEMAKE_LOCKS, hold

_SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def held() -> Iterator[Callable[[Path], bool]]:
    """Holds as one Snakemake would, until the end of the test; whether a lock was removed."""
    descriptors = []

    def one(root: Path) -> bool:
        descriptor, removed = hold(root)
        descriptors.append(descriptor)
        return removed

    yield one
    for descriptor in descriptors:
        os.close(descriptor)


def lock_as_snakemake_does(root: Path) -> Path:
    path = root / SNAKEMAKE_LOCKS / "0.output.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("results/summary.json\n")
    return path


def _run(root: Path, started: Event, end: Event) -> None:
    hold(root)
    lock_as_snakemake_does(root)
    started.set()
    end.wait(60)


@contextmanager
def another(root: Path) -> Iterator[None]:
    """Another process that holds and has locked, and is killed at the end."""
    started, end = _SPAWN.Event(), _SPAWN.Event()
    process = _SPAWN.Process(target=_run, args=(root, started, end))
    process.start()
    try:
        assert started.wait(60)
        yield
    finally:
        process.kill()
        process.join()


def test_the_lock_of_a_running_one_stays(tmp_path: Path, held: Callable[[Path], bool]) -> None:
    with another(tmp_path):
        assert not held(tmp_path)
        assert any((tmp_path / SNAKEMAKE_LOCKS).iterdir())


def test_a_killed_one_leaves_nothing_in_the_way(
    tmp_path: Path, held: Callable[[Path], bool]
) -> None:
    with another(tmp_path):
        pass
    assert held(tmp_path)
    assert not (tmp_path / SNAKEMAKE_LOCKS).exists()


def test_several_can_run_and_the_last_of_them_still_protects_its_lock(
    tmp_path: Path, held: Callable[[Path], bool]
) -> None:
    with another(tmp_path):
        with another(tmp_path):
            pass
        assert not held(tmp_path)
        assert any((tmp_path / SNAKEMAKE_LOCKS).iterdir())


@pytest.mark.parametrize("owner", ["", "another-machine"])
def test_a_lock_of_unknown_origin_or_another_machine_is_left_alone(
    owner: str, tmp_path: Path, held: Callable[[Path], bool]
) -> None:
    lock = lock_as_snakemake_does(tmp_path)
    (tmp_path / HELD).write_text(owner)
    assert not held(tmp_path)
    assert lock.exists()
    assert (tmp_path / HELD).read_text() == owner
