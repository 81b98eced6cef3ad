"""Train one unit: a configuration with all its seeds, from the prepared data to its records."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from mtl.data.store import open_store
from mtl.io import sha256
from mtl.training.network import count, profile
from mtl.training.outputs import write_outputs
from mtl.training.platform import choose_device, describe_platform, make_deterministic
from mtl.training.progress import Progress
from mtl.training.resume import INTERVAL_S, ResumeState
from mtl.training.spec import TrainingSpec
from mtl.training.trainer import Trainer


class Interrupted(SystemExit):
    """Raised after a signal, when the state is stored; exits with 128 plus the signal."""


class _Signals:
    """Notes SIGINT and SIGTERM, so that the loop can store its state before it ends."""

    def __init__(self) -> None:
        self.received: int | None = None

    def __enter__(self) -> _Signals:
        self.previous = {
            number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)
        }
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.received = number

    def __exit__(self, *exception: object) -> None:
        for number, handler in self.previous.items():
            signal.signal(number, handler)


def train_unit(
    spec: Mapping[str, Any],
    seeds: Sequence[int],
    store: Path,
    out: Path,
    checkpoints: Path,
    resume: Path,
    identity: Mapping[str, Any],
    fingerprint: str,
    start: Sequence[Path] = (),
    device: str = "auto",
    resume_interval_s: float = INTERVAL_S,
) -> None:
    """Train all seeds of a configuration together and write their records.

    A killed call leaves a state from which the next one goes on, to the same bytes.

    Args:
        spec: the resolved run specification.
        seeds: the run seeds that train together.
        store: folder of the prepared data.
        out: folder for the records.
        checkpoints: folder for the weights of the selected epochs.
        resume: folder for the resumable state; the caller removes it once the records are safe.
        identity: what `fingerprint` hashes; goes into the records.
        fingerprint: names the unit.
        start: the checkpoints, one a seed, of the method that this one starts from.
        device: "auto", "cpu", "cuda" or "cuda:<n>".
        resume_interval_s: seconds between stored states.

    Raises:
        MtlError: for a specification, device or data that cannot be trained, a diverged loss, a
            damaged resumable state or a full disk.
        Interrupted: after SIGINT or SIGTERM.
    """
    from safetensors.torch import load_file

    make_deterministic()
    parsed = TrainingSpec.parse(spec)
    data = open_store(store, expect_fingerprint=identity["data"]["fingerprint"])
    trainer = Trainer(parsed, seeds, data, choose_device(device))
    if start:
        trainer.start_from([load_file(path) for path in start])
    size = (data.height, data.width)
    counts = count(parsed, trainer.objective.outputs, size)
    printed = profile(parsed, trainer.objective.outputs, size)
    key = sha256([fingerprint, describe_platform(trainer.device)])
    state = ResumeState(resume, key, resume_interval_s)
    progress = Progress(f"{spec['dataset']} {parsed.method}", trainer.total_batches)
    if state.load(trainer):
        progress.resume(trainer.done_batches)

    with _Signals() as signals:

        def after_batch(trainer: Trainer) -> None:
            if trainer.batch == 0:
                progress.epoch(trainer.epoch, parsed.epochs, trainer.mean_scores())
            progress.batch(trainer.done_batches)
            if signals.received is not None:
                state.store(trainer)
                raise Interrupted(128 + signals.received)
            if not trainer.finished:
                state.store_if_due(trainer)

        trainer.run(after_batch)
    write_outputs(
        trainer,
        counts,
        printed,
        identity,
        fingerprint,
        out,
        checkpoints,
        resumed=state.attempts,
        cpu_s=time.process_time(),
    )
