from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch

from mtl.data.store import Store
from mtl.errors import MtlError
from mtl.io import sha256
from mtl.training.resume import FILE, ResumeState
from mtl.training.trainer import Trainer
from tests.training.fabricate import make_spec, make_trainer, train_batches


def fresh(store: Store) -> Trainer:
    return make_trainer(store, make_spec("gradnorm", host="resnet_small", width=4, batch_size=8))


@pytest.fixture
def stored(store: Store, tmp_path: Path) -> Path:
    """A folder with the state after two batches."""
    trainer = fresh(store)
    train_batches(trainer, 2)
    ResumeState(tmp_path, "key").store(trainer)
    return tmp_path


def write(folder: Path, body: bytes) -> None:
    (folder / FILE).write_bytes(sha256(body).encode() + b"\n" + body)


def test_without_a_file_there_is_no_state(store: Store, tmp_path: Path) -> None:
    state = ResumeState(tmp_path / "none", "key")
    trainer = fresh(store)
    assert not state.load(trainer)
    assert trainer.done_batches == state.attempts == 0


def test_what_was_stored_comes_back(store: Store, stored: Path) -> None:
    expected, found = fresh(store), fresh(store)
    train_batches(expected, 2)
    assert ResumeState(stored, "key").load(found)
    assert found.done_batches == 2
    assert torch.equal(found.adam.values, expected.adam.values)
    assert torch.equal(found.method.initial_losses, expected.method.initial_losses)


def test_attempts_are_counted(store: Store, stored: Path) -> None:
    for attempt in (1, 2):
        trainer = fresh(store)
        state = ResumeState(stored, "key")
        state.load(trainer)
        assert state.attempts == attempt
        state.store(trainer)


@pytest.mark.parametrize(("interval", "written"), [(1e9, False), (0.0, True)])
def test_states_are_stored_when_due(
    store: Store, tmp_path: Path, interval: float, written: bool
) -> None:
    ResumeState(tmp_path, "key", interval).store_if_due(fresh(store))
    assert (tmp_path / FILE).exists() == written


@pytest.mark.parametrize("cut", [0, 10, 64, 65, 1000, -1])
def test_a_truncated_state_is_refused(store: Store, stored: Path, cut: int) -> None:
    path = stored / FILE
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(MtlError, match=rf"{path}: the resumable state is truncated or was edited"):
        ResumeState(stored, "key").load(fresh(store))


def test_a_state_of_another_training_is_refused(store: Store, stored: Path) -> None:
    with pytest.raises(MtlError, match=rf"{stored / FILE}: belongs to another training"):
        ResumeState(stored, "other").load(fresh(store))


def test_what_is_no_state_is_refused(store: Store, tmp_path: Path) -> None:
    write(tmp_path, b"not a state")
    with pytest.raises(MtlError, match=rf"{tmp_path / FILE}: cannot be read"):
        ResumeState(tmp_path, "key").load(fresh(store))


class Harmful:
    """Would run code when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("harm",)


def test_a_state_cannot_run_code(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    buffer = io.BytesIO()
    torch.save({"key": Harmful()}, buffer)
    write(tmp_path, buffer.getvalue())
    with pytest.raises(MtlError, match="cannot be read"):
        ResumeState(tmp_path, "key").load(fresh(store))
    assert "harm" not in capsys.readouterr().out.split()
